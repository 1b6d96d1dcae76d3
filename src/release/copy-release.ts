import { dirname } from 'node:path';
import type { Storage } from '../system/storage.ts';
import { manifestName, serialiseManifest, type Manifest } from './manifest.ts';
import { readBack } from './read-back.ts';
import type { Refusal } from './refusal.ts';

/** Copied at a time. */
const partBytes = 256 * 1024;

export interface CopyPlan {
  readonly storage: Storage;
  readonly manifest: Manifest;
  readonly from: string;
  /** Emptied first. */
  readonly to: string;
}

/**
 * Copies an unpacked release, syncs it and reads the copy back: whole or refused, whatever the original was. Rejects with
 * what the storage rejects with.
 */
export async function copyRelease(plan: CopyPlan): Promise<{ readonly outcome: 'whole' } | Refusal> {
  const { storage, manifest, from, to } = plan;
  await storage.remove(to);
  await storage.makeDirectory(to);
  const folders = new Set([to]);
  for (const { path, mode } of manifest.files) {
    for (let folder = dirname(`${to}/${path}`); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
    await storage.makeDirectory(dirname(`${to}/${path}`));
    await copyFile(storage, `${from}/${path}`, `${to}/${path}`);
    await storage.setMode(`${to}/${path}`, mode);
    await storage.sync(`${to}/${path}`);
  }
  await storage.write(`${to}/${manifestName}`, serialiseManifest(manifest));
  await storage.sync(`${to}/${manifestName}`);
  for (const folder of [...folders].toSorted((one, other) => other.length - one.length))
    await storage.syncDirectory(folder); // Children before parents.
  await storage.syncDirectory(dirname(to));
  return readBack({ storage, manifest, directory: to });
}

/** What is missing shows when the copy is read back. */
export async function copyFile(storage: Storage, from: string, to: string): Promise<void> {
  await storage.write(to, '');
  for (let offset = 0; ;) {
    const part = await storage.readPart(from, offset, partBytes);
    if (part === undefined || part.length === 0) return;
    await storage.writePart(to, offset, part);
    offset += part.length;
  }
}
