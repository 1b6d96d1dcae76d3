/**
 * The log of every write to a disk, as QEMU's `blklogwrites` keeps it, and the disks that a power cut may leave: all that
 * was written before the last flush is there; of what came after, any part may be, in any order, torn at any sector.
 */
import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import type { Random } from '../../src/system/random.ts';

const magic = 0x6a_73_66_77_73_68_72n;
const headerBytes = 28;
const entryBytes = 32;
const flags = { flush: 1n, fua: 2n, discard: 4n, mark: 8n } as const;

export interface WriteLog {
  readonly path: string;
  readonly sectorBytes: number;
  readonly entries: readonly LogEntry[];
}

export interface LogEntry {
  /** Where on the disk, in bytes. */
  readonly at: number;
  readonly bytes: number;
  /** Where in the log its data lies. */
  readonly dataAt: number;
  /** What was written before is on the disk for good. */
  readonly isFlush: boolean;
  readonly isWrite: boolean;
}

/**
 * How long the log is by now, in bytes: what is acknowledged at this moment was flushed before. The count in its head may
 * lag behind: QEMU before 9.0 writes it for two flushes at once in any order.
 */
export function placeIn(path: string): number {
  return statSync(path).size;
}

/** How many entries lie before a place in the log. */
export function entriesBefore({ entries, sectorBytes }: WriteLog, place: number): number {
  return entries.filter(({ dataAt }) => dataAt - sectorBytes < place).length;
}

export function readLog(path: string): WriteLog {
  const file = openSync(path, 'r');
  try {
    const header = read(file, 0, headerBytes);
    if (header.readBigUInt64LE(0) !== magic) throw new Error(`cannot read ${path}: it is no log of writes`);
    const count = Number(header.readBigUInt64LE(16));
    const sectorBytes = header.readUInt32LE(24);
    const entries: LogEntry[] = [];
    let offset = sectorBytes;
    for (let index = 0; index < count; index += 1) {
      const entry = read(file, offset, entryBytes);
      const flag = entry.readBigUInt64LE(16);
      const isMark = (flag & flags.mark) !== 0n;
      const isWrite = !isMark && (flag & flags.discard) === 0n;
      const bytes = isWrite ? Number(entry.readBigUInt64LE(8)) * sectorBytes : 0;
      offset += sectorBytes;
      if ((flag & flags.fua) !== 0n)
        throw new Error('cannot judge the log: it has forced writes, which this disk has not');
      const isFlush = (flag & flags.flush) !== 0n;
      entries.push({ at: Number(entry.readBigUInt64LE(0)) * sectorBytes, bytes, dataAt: offset, isFlush, isWrite });
      offset += isMark ? Number(entry.readBigUInt64LE(24)) : bytes;
    }
    return { path, sectorBytes, entries };
  } finally {
    closeSync(file);
  }
}

function read(file: number, at: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  let done = 0;
  while (done < bytes) {
    const length = readSync(file, buffer, done, bytes - done, at + done);
    if (length === 0) throw new Error(`cannot read the log of writes: it ends before byte ${at + bytes}`);
    done += length;
  }
  return buffer;
}

/** Where the power is cut, and what becomes of the writes after the last flush. */
export interface Cut {
  /** Entries before this one were issued. */
  readonly at: number;
  /** Without it all of them arrived, in order. */
  readonly loss?: Pick<Random, 'fraction'>;
}

const dropped = 0.5;
const torn = 0.2;

/** Writes to apply to a disk that has everything up to the last flush: whole, or their first sectors only. */
export function survivorsOf({ entries, sectorBytes }: WriteLog, { at, loss }: Cut): readonly Survivor[] {
  const begin = lastFlush(entries, at) + 1;
  const survivors: Survivor[] = [];
  for (const entry of entries.slice(begin, at)) {
    if (!entry.isWrite || (loss !== undefined && loss.fraction() < dropped)) continue;
    const sectors = entry.bytes / sectorBytes;
    const isTorn = loss !== undefined && sectors > 1 && loss.fraction() < torn;
    const kept = isTorn ? 1 + Math.floor(loss.fraction() * (sectors - 1)) : sectors;
    survivors.push({ ...entry, bytes: kept * sectorBytes });
  }
  return survivors;
}

export type Survivor = Pick<LogEntry, 'at' | 'bytes' | 'dataAt'>;

/** Index of the last flush before this entry; -1 when there was none. */
export function lastFlush(entries: readonly LogEntry[], at: number): number {
  for (let index = at - 1; index >= 0; index -= 1) if (entries[index]?.isFlush === true) return index;
  return -1;
}

const copyBytes = 1024 * 1024;

/** Applies writes of the log to the disk in `image`. */
export function applyWrites(log: WriteLog, image: string, writes: readonly Survivor[]): void {
  const [from, to] = [openSync(log.path, 'r'), openSync(image, 'r+')];
  try {
    const size = fstatSync(to).size;
    for (const { at, bytes, dataAt } of writes)
      for (let done = 0; done < bytes; done += copyBytes) {
        const part = read(from, dataAt + done, Math.min(copyBytes, bytes - done));
        if (at + done + part.length > size) throw new Error('cannot apply a write: it lies beyond the disk');
        writeSync(to, part, 0, part.length, at + done);
      }
  } finally {
    closeSync(from);
    closeSync(to);
  }
}
