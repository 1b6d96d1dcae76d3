import type { AuditAnchor, AuditEntry, Chronicle } from '../system/audit.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import { isoTime } from '../system/iso-time.ts';
import { sealEntry, type ChainLink, type SealedEntry } from './audit-entry.ts';
import { auditFileName, auditFiles, cutFile, firstLinkOf } from './audit-files.ts';
import { writeHead, type AuditHead } from './audit-head.ts';
import { publicText, type AuditKeys } from './audit-keys.ts';
import { wordsOf } from '../system/error-words.ts';

/** 256 KiB is about 700 entries: small enough to check one file without holding the bell up. */
const fileBytesMax = 256 * 1024;
/** With 256 KiB each, 256 MiB: years of a busy door. The oldest go first, and the head says from where on. */
const filesMax = 1024;
const queueEntriesMax = 1000;
const writeEntriesMax = 100;
/** The chain is remembered elsewhere as often as this: each time costs the card a write. */
const anchorIntervalMs = 60_000;

/** Where the chain's files cannot reach: the database. */
export interface AnchorPlace {
  read(): AuditAnchor | undefined;
  keep(anchor: AuditAnchor): Promise<void>;
  /** The home is older than this process: it has had a chain. */
  hasLived(): boolean;
}

export interface AuditParts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly folder: string;
  readonly anchors: AnchorPlace;
  readonly limits?: { readonly fileBytesMax: number; readonly filesMax: number };
}

/** Where the chain stands on the disk. */
export interface ChainState {
  readonly keys: AuditKeys;
  readonly head: AuditHead;
  readonly last: ChainLink;
  /** The newest file, undefined before the first entry. */
  readonly file: string | undefined;
  readonly fileBytes: number;
}

interface Waiting {
  readonly entry: AuditEntry & { readonly timestamp: string };
  resolve(): void;
  reject(error: unknown): void;
}

/** The chain of what must not be forgotten: bounded queue, one write at a time, each followed by the signed head. */
export class Audit implements Chronicle {
  readonly #parts: AuditParts;
  readonly #limits: { readonly fileBytesMax: number; readonly filesMax: number };
  #state: ChainState;
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #isTailUncertain = false;
  #lastFault: string | undefined;
  #anchoredSeq = -1;
  #anchoredMs = -Infinity;

  constructor(parts: AuditParts, state: ChainState) {
    this.#parts = parts;
    this.#limits = parts.limits ?? { fileBytesMax, filesMax };
    this.#state = state;
  }

  /** Resolves when the entry survives a power cut. Rejects when the disk refused it or 1,000 wait already: it may not be kept. */
  record(entry: AuditEntry): Promise<void> {
    if (this.#queue.length >= queueEntriesMax) {
      this.#lastFault = `cannot record: ${queueEntriesMax} audit entries wait for the disk`;
      return Promise.reject(new Error(this.#lastFault));
    }
    const timestamp = isoTime(this.#parts.clock.wallMs());
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry: { timestamp, ...entry }, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** How it goes: entries that wait, and why the last write failed, if it did. */
  status(): { readonly pending: number; readonly fault: string | undefined } {
    return { pending: this.#queue.length, fault: this.#lastFault };
  }

  /** The newest entry that is signed and on the disk. */
  head(): ChainLink {
    return this.#state.head;
  }

  /** Waits for everything recorded so far, and has it remembered. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#anchoredSeq !== this.#state.head.seq) await this.#keepAnchor();
  }

  /** What is signed is remembered where the chain's files cannot reach. One that is behind does no harm. */
  async #keepAnchor(): Promise<void> {
    const { head, keys } = this.#state;
    this.#anchoredMs = this.#parts.clock.uptimeMs();
    this.#anchoredSeq = head.seq;
    const [sealingKey, headKey] = [publicText(keys.sealing), publicText(keys.head)];
    try {
      await this.#parts.anchors.keep({ seq: head.seq, hash: head.hash, sealingKey, headKey });
    } catch (error) {
      this.#lastFault = wordsOf(error);
      this.#anchoredSeq = -1;
    }
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve(); // Entries recorded in the same turn share one write.
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, writeEntriesMax);
      try {
        await this.#write(batch);
        this.#lastFault = undefined;
        if (this.#parts.clock.uptimeMs() - this.#anchoredMs >= anchorIntervalMs) void this.#keepAnchor();
        for (const waiting of batch) waiting.resolve();
      } catch (error) {
        this.#lastFault = wordsOf(error);
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.#writing = undefined;
  }

  /** Entries first, then the head that signs them: a cut between the two leaves at most one write unsigned, never the reverse. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    const { disk, folder } = this.#parts;
    if (this.#isTailUncertain) await this.#dropFailedWrite();
    if (this.#state.head.seq < this.#state.last.seq) await this.#sign(); // Nothing new on top of what is not signed.
    const sealed: SealedEntry[] = [];
    for (const { entry } of batch)
      sealed.push(sealEntry(entry, sealed.at(-1) ?? this.#state.last, this.#state.keys.sealing));
    const last = sealed.at(-1) ?? this.#state.last;
    const text = sealed.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const bytes = Buffer.byteLength(text);
    const isFull = this.#state.fileBytes + bytes > this.#limits.fileBytesMax;
    const file = this.#state.file === undefined || isFull ? auditFileName(this.#state.last.seq + 1) : this.#state.file;
    const fileBytes = file === this.#state.file ? this.#state.fileBytes + bytes : bytes;
    this.#isTailUncertain = true;
    await disk.append(`${folder}/${file}`, text);
    this.#isTailUncertain = false;
    this.#state = { ...this.#state, last: { seq: last.seq, hash: last.hash }, file, fileBytes };
    await this.#sign();
    if (fileBytes === bytes) await this.#removeOldest();
  }

  async #sign(): Promise<void> {
    const { keys, last } = this.#state;
    const head = { ...this.#state.head, ...last };
    await writeHead(this.#parts.disk, this.#parts.folder, { head, key: keys.head });
    this.#state = { ...this.#state, head };
  }

  /** A write that failed may have left a part of itself: the file goes back to what it was. */
  async #dropFailedWrite(): Promise<void> {
    const { disk, folder } = this.#parts;
    const files = await auditFiles(disk, folder);
    const newest = files.at(-1);
    if (newest !== undefined && newest !== this.#state.file) await disk.remove(`${folder}/${newest}`);
    else if (newest !== undefined) await cutFile(disk, `${folder}/${newest}`, this.#state.fileBytes);
    this.#isTailUncertain = false;
  }

  /** The head lets go of the oldest files before they are removed: a cut between the two leaves only a file too many. */
  async #removeOldest(): Promise<void> {
    const { disk, folder } = this.#parts;
    const files = await auditFiles(disk, folder);
    const excess = files.slice(0, Math.max(0, files.length - this.#limits.filesMax));
    const oldest = files[excess.length];
    if (excess.length === 0 || oldest === undefined) return;
    const first = await firstLinkOf(disk, `${folder}/${oldest}`);
    const head = { ...this.#state.head, first_seq: first.seq, first_prev_hash: first.prevHash };
    await this.#keepAnchor(); // What is remembered must not be among what goes.
    await writeHead(disk, folder, { head, key: this.#state.keys.head });
    this.#state = { ...this.#state, head };
    for (const file of excess) await disk.remove(`${folder}/${file}`);
  }
}
