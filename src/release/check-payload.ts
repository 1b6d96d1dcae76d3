import type { Storage } from '../system/storage.ts';
import type { ByteSource } from './byte-source.ts';
import type { Manifest } from './manifest.ts';
import type { Refusal } from './refusal.ts';
import { stageRelease } from './stage-release.ts';

/** Unpacks a release to nowhere: whether staging it would find every byte as it was signed. */
export async function checkPayload(
  source: ByteSource,
  manifest: Manifest,
): Promise<{ readonly outcome: 'staged' } | Refusal> {
  return stageRelease({ source, manifest, directory: '/nowhere', storage: nowhere });
}

const nothing = async (): Promise<undefined> => undefined;

/** A storage that keeps nothing. */
const nowhere: Storage = {
  read: nothing,
  readLink: nothing,
  readPart: nothing,
  write: nothing,
  append: nothing,
  sync: nothing,
  rename: nothing,
  syncDirectory: nothing,
  remove: nothing,
  makeDirectory: nothing,
  makeLink: nothing,
  writePart: nothing,
  setMode: nothing,
  truncate: nothing,
  list: async () => [],
  space: async () => ({ freeBytes: 0, totalBytes: 0 }),
};
