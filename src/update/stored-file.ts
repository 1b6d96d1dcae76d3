import { basename, dirname } from 'node:path';
import type { ByteSource } from '../release/byte-source.ts';
import type { Storage } from '../system/storage.ts';
import { DiskFault } from '../system/disk.ts';
import { SourceFault } from './offer.ts';

/** A file of this machine as a source of bytes; undefined when there is none. */
export async function storedFile(storage: Storage, path: string): Promise<ByteSource | undefined> {
  const entry = (await storage.list(dirname(path))).find(
    ({ name, kind }) => name === basename(path) && kind === 'file',
  );
  return entry === undefined ? undefined : sourceOf(storage, path, entry.bytes);
}

/** The source of a file whose size is known. */
export function sourceOf(storage: Storage, path: string, bytes: number): ByteSource {
  return {
    bytes,
    async read(offset, length) {
      const part = await readPart(storage, path, { offset, length });
      // A stick that was pulled, or a file that somebody is still writing.
      if (part === undefined) throw new SourceFault(`cannot read ${path}: it is gone`, 'changed');
      return part;
    },
  };
}

/** A stick that cannot be read is a source that does not give: this device's own disk may be well. */
async function readPart(
  storage: Storage,
  path: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<Uint8Array | undefined> {
  try {
    return await storage.readPart(path, offset, length);
  } catch (error) {
    if (error instanceof DiskFault) throw new SourceFault(error.message, 'later');
    throw error;
  }
}
