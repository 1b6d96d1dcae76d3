import { constants } from 'node:fs';
import { chmod, open, readlink, symlink, truncate } from 'node:fs/promises';
import type { Storage } from '../../system/storage.ts';
import { attempt, nodeDisk } from './node-disk.ts';
import { codeOf } from '../../system/error-words.ts';

const fileMode = 0o600;

/** The machine's filesystem as the updater needs it. Every rejection is a `DiskFault`. */
export const nodeStorage: Storage = {
  ...nodeDisk,
  readLink: (path) =>
    attempt('read the link', path, async () => {
      try {
        return await readlink(path);
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EINVAL') return undefined; // Nothing there, or no link.
        throw error;
      }
    }),
  makeLink: (target, path) => attempt('make the link', path, () => symlink(target, path)),
  readPart: (path, offset, bytes) => attempt('read', path, () => readPart(path, offset, bytes)),
  writePart: (path, offset, content) => attempt('write', path, () => writePart(path, offset, content)),
  setMode: (path, mode) => attempt('set the permissions of', path, () => chmod(path, mode)),
  truncate: (path, bytes) => attempt('shorten', path, () => truncate(path, bytes)),
};

async function readPart(path: string, offset: number, bytes: number): Promise<Uint8Array | undefined> {
  const file = await open(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const part = Buffer.allocUnsafe(bytes);
    let length = 0;
    while (length < bytes) {
      const { bytesRead } = await file.read(part, length, bytes - length, offset + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return part.subarray(0, length);
  } finally {
    await file.close();
  }
}

async function writePart(path: string, offset: number, content: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT, fileMode);
  try {
    for (let done = 0; done < content.length;) {
      const { bytesWritten } = await file.write(content, done, content.length - done, offset + done);
      done += bytesWritten;
    }
  } finally {
    await file.close();
  }
}
