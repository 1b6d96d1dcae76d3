import { createHash } from 'node:crypto';
import { Check } from 'typebox/value';
import { DiskFault, replaceFile } from '../system/disk.ts';
import type { Storage } from '../system/storage.ts';
import { readJson } from './json-file.ts';
import type { Places } from './places.ts';
import { emptyRecord, type TrialRecord, trialRecordSchema } from './trial-record.ts';

/**
 * The trial record on disk: two copies, each with a checksum and each replaced as a whole, one after the other. A cut leaves
 * the old or the new; a bad card garbles one, and the other is whole. Fields that this release does not know are kept.
 */
export class TrialRecordFile {
  readonly #storage: Storage;
  readonly #places: Places;
  /** What the bytes that were judged last say: most looks find the same again, in both copies. */
  #known: { readonly bytes: Uint8Array; readonly record: TrialRecord | undefined } | undefined;

  constructor(storage: Storage, places: Places) {
    this.#storage = storage;
    this.#places = places;
  }

  /** The newest whole copy; an empty record when there is none. Rejects with `DiskFault`. */
  async read(): Promise<TrialRecord> {
    const [first, second] = await this.#readBoth();
    return newerOf(first, second) ?? emptyRecord;
  }

  /** Replaces both copies, one after the other, and makes them survive a power cut. */
  async write(record: TrialRecord): Promise<TrialRecord> {
    const newest = newerOf(...(await this.#readBoth()));
    const next: TrialRecord = { ...record, sequence: (newest?.sequence ?? 0) + 1 };
    const content = new TextEncoder().encode(seal(next));
    this.#known = { bytes: content, record: next };
    for (const path of this.#places.trialRecords) await replaceFile(this.#storage, path, content);
    return next;
  }

  #judge(bytes: Uint8Array | undefined): TrialRecord | undefined {
    if (bytes === undefined) return undefined;
    if (this.#known === undefined || Buffer.compare(this.#known.bytes, bytes) !== 0)
      this.#known = { bytes: bytes.slice(), record: open(bytes) };
    return this.#known.record;
  }

  /** A copy that cannot be read is no worse than a garbled one, as long as the other is whole. */
  async #readBoth(): Promise<[TrialRecord | undefined, TrialRecord | undefined]> {
    const faults: unknown[] = [];
    const copies: (TrialRecord | undefined)[] = [];
    for (const path of this.#places.trialRecords) {
      try {
        copies.push(this.#judge(await this.#storage.read(path)));
      } catch (fault) {
        faults.push(fault);
        copies.push(undefined);
      }
    }
    const [first, second] = copies;
    if (first === undefined && second === undefined && faults.length > 0)
      throw new DiskFault('cannot read the trial record: neither copy can be read', 'other', faults[0]);
    return [first, second];
  }
}

/** The record with its checksum around it. */
export function seal(record: TrialRecord): string {
  return JSON.stringify({ sha256: checksum(record), record });
}

/** The record in these bytes; undefined when there is none or its checksum differs. */
export function open(bytes: Uint8Array | undefined): TrialRecord | undefined {
  const sealed = readJson(bytes);
  if (typeof sealed !== 'object' || sealed === null || !('record' in sealed) || !('sha256' in sealed)) return undefined;
  const { record, sha256 } = sealed;
  return Check(trialRecordSchema, record) && checksum(record) === sha256 ? record : undefined;
}

function checksum(record: unknown): string {
  return createHash('sha256').update(JSON.stringify(record)).digest('hex');
}

function newerOf(first: TrialRecord | undefined, second: TrialRecord | undefined): TrialRecord | undefined {
  return (first?.sequence ?? -1) < (second?.sequence ?? -1) ? second : first;
}
