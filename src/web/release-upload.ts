import { DiskFault, type DiskEntry } from '../system/disk.ts';
import { RequestRefused } from './problem.ts';
import type { IncomingFolder } from './update-desk.ts';

/** What a finished file is called. The updater's source knows it by beginning and ending. */
const finishedPrefix = 'pushed-';
/** Bytes that stay free on the disk beside a pushed file. */
const spareBytes = 50_000_000;

/** `bytes 0-499/1000` (RFC 9110, 14.4): `last` is inclusive. */
export interface ContentRange {
  readonly first: number;
  readonly last: number;
  readonly total: number;
}

/** How much of a release file is here. */
export interface UploadProgress {
  readonly bytes: number;
  /** Undefined when nothing is here. */
  readonly total: number | undefined;
  /** SHA-256 in hex that its sender gave; undefined when it gave none. */
  readonly sha256: string | undefined;
  readonly isComplete: boolean;
}

/** One part of a release file, on its way. */
export interface ReleasePart {
  readonly name: string;
  readonly range: ContentRange;
  readonly sha256: string | undefined;
  readonly content: AsyncIterable<Uint8Array>;
}

interface Unfinished {
  readonly bytes: number;
  readonly total: number;
  readonly sha256: string | undefined;
}

/**
 * Release files that are pushed, part by part. What has arrived stays, so that a sender whose connection was cut asks how
 * much is here and goes on. At most one unfinished file is kept; total and hash are in its name, so that it is never
 * continued with another file.
 */
export class ReleaseUploads {
  #isBusy = false;

  /** How much of this file is here. */
  async progress(incoming: IncomingFolder, name: string): Promise<UploadProgress> {
    const entries = await incoming.storage.list(incoming.path);
    const part = unfinishedOf(entries, name);
    if (part !== undefined) return { ...part, isComplete: false };
    const finished = entries.find((entry) => entry.name === finishedPrefix + name && entry.kind === 'file');
    if (finished === undefined) return { bytes: 0, total: undefined, sha256: undefined, isComplete: false };
    return { bytes: finished.bytes, total: finished.bytes, sha256: undefined, isComplete: true };
  }

  /** Takes a part while it arrives. Throws `RequestRefused`; a cut connection rejects, and what came before it stays. */
  async take(incoming: IncomingFolder, part: ReleasePart): Promise<UploadProgress> {
    if (this.#isBusy)
      throw new RequestRefused(409, 'upload-under-way', {
        message: 'cannot take two release files at once: another one is on its way',
        advice: 'Wait until it has arrived, or a minute when its sender has gone.',
      });
    this.#isBusy = true;
    try {
      return await take(incoming, part);
    } catch (error) {
      throw error instanceof DiskFault ? storageRefused(error) : error;
    } finally {
      this.#isBusy = false;
    }
  }
}

async function take(incoming: IncomingFolder, part: ReleasePart): Promise<UploadProgress> {
  const { storage, path: folder } = incoming;
  const { name, range, sha256, content } = part;
  const { first, last, total } = range;
  await storage.makeDirectory(folder);
  const target = await openPart(incoming, part);
  let offset = first;
  for await (const chunk of arriving(content)) {
    if (offset + chunk.length > last + 1) throw wrongLength('more');
    await storage.writePart(target, offset, chunk);
    offset += chunk.length;
  }
  if (offset !== last + 1) throw wrongLength('less');
  if (offset < total) return { bytes: offset, total, sha256, isComplete: false };
  await storage.sync(target); // Before the rename: otherwise the name may survive a power cut without the bytes.
  await storage.rename(target, `${folder}/${finishedPrefix}${name}`);
  await storage.syncDirectory(folder);
  return { bytes: total, total, sha256, isComplete: true };
}

/** A connection that is cut is nobody's fault here. */
async function* arriving(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch {
    throw wrongLength('less');
  }
}

/** The path of the unfinished file, cut to where the part begins. */
async function openPart(incoming: IncomingFolder, { name, range, sha256 }: ReleasePart): Promise<string> {
  const { storage, path: folder, releaseBytesMax } = incoming;
  const { first, total } = range;
  if (total > releaseBytesMax)
    throw new RequestRefused(413, 'release-too-large', {
      message: `cannot take ${name}: it has ${total} bytes, and update.releaseBytesMax is ${releaseBytesMax}`,
      advice: 'Look whether this is a release file; if it is, raise update.releaseBytesMax.',
    });
  const entries = await storage.list(folder);
  const before = unfinishedOf(entries, name);
  const isSame = before !== undefined && before.total === total && before.sha256 === sha256;
  const hasBytes = isSame ? before.bytes : 0;
  if (first > hasBytes)
    throw new RequestRefused(409, 'upload-gap', {
      message: `cannot continue ${name} at byte ${first}: ${hasBytes} bytes of this file are here`,
      advice: `Continue at byte ${hasBytes}.`,
    });
  await refuseWithoutSpace(incoming, total - first);
  const target = `${folder}/${partName(name, total, sha256)}`;
  if (first > 0) {
    if (first < hasBytes) await storage.truncate(target, first);
    return target;
  }
  for (const { name: leftover } of entries)
    if (partPattern.test(leftover)) await storage.remove(`${folder}/${leftover}`);
  return target;
}

async function refuseWithoutSpace({ storage, path }: IncomingFolder, bytes: number): Promise<void> {
  const { freeBytes } = await storage.space(path);
  if (freeBytes >= bytes + spareBytes) return;
  throw new RequestRefused(507, 'no-space', {
    message: `cannot take the release file: it needs ${bytes} bytes more and ${freeBytes} are free`,
    advice: 'Make room: lower retention.bytesMax, or remove files on the device.',
  });
}

const partPattern = /^pushed-(.+\.release)\.(\d{1,15})\.([0-9a-f]{64}|any)\.part$/;

function partName(name: string, total: number, sha256: string | undefined): string {
  return `${finishedPrefix}${name}.${total}.${sha256 ?? 'any'}.part`;
}

function unfinishedOf(entries: readonly DiskEntry[], name: string): Unfinished | undefined {
  for (const entry of entries) {
    const [, of, total, sha256] = partPattern.exec(entry.name) ?? [];
    if (of !== name || entry.kind !== 'file') continue;
    const hash = sha256 === 'any' ? undefined : sha256;
    return { bytes: entry.bytes, total: Number(total), sha256: hash };
  }
  return undefined;
}

function storageRefused({ kind, message }: DiskFault): RequestRefused {
  return new RequestRefused(kind === 'full' ? 507 : 503, `storage-${kind}`, {
    message,
    advice: 'Run `doorward doctor` on the device.',
  });
}

function wrongLength(than: 'more' | 'less'): RequestRefused {
  return new RequestRefused(400, 'wrong-length', {
    message: `cannot take this part: it has ${than} bytes than its Content-Range says`,
    advice: 'Ask how many bytes are here with GET, and continue there.',
  });
}

/** The range of a part; undefined when the header says none that fits. */
export function parseContentRange(header: string): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(header);
  if (match === null) return undefined;
  const [first = 0, last = 0, total = 0] = match.slice(1).map(Number);
  return first <= last && last < total ? { first, last, total } : undefined;
}
