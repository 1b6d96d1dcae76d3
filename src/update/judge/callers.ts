import type { Clock } from '../../system/clock.ts';

/**
 * Who asks a release on trial besides its incumbent. Of `some` a part of what it takes, and of how long it takes, may be
 * theirs; no household is a `crowd`, and only a crowd excuses what a release never does, or that it dies.
 */
export type Callers = 'few' | 'some' | 'crowd';

/** Within a second: a page that somebody looks at now and then, and a page with all its pictures. */
const callsOfSome = 6;
const callsOfCrowd = 40;
const bytesOfCrowd = 4 * 1024 * 1024;
const spanMs = 1000;
/** Pictures at once. Each counts from its last byte until it is answered, or for so long at most. */
const uploadsOfCrowd = 2;
const uploadMsMax = 5000;

/** What callers have brought within a second. */
interface Brought {
  readonly sinceMs: number;
  readonly calls: number;
  readonly bytes: number;
  readonly uploads: number;
}

/**
 * Counts what callers bring. Chosen: the incumbent counts what it passes on of strangers; rejected: the word of the one on
 * trial, and counting what is not answered yet; why: one that answers nobody would be excused for it.
 */
export class CallerCount {
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  #now: Brought = { sinceMs: 0, calls: 0, bytes: 0, uploads: 0 };
  #before: Brought = this.#now;
  readonly #uploads = new Set<{ readonly wholeMs: number }>();
  #isFeigned = false;

  constructor(clock: Pick<Clock, 'uptimeMs'>) {
    this.#clock = clock;
  }

  /** Somebody asks. */
  noteCall(): void {
    this.#turn();
    this.#now = { ...this.#now, calls: this.#now.calls + 1 };
  }

  /** So much came of what somebody sends. */
  noteBytes(bytes: number): void {
    this.#turn();
    this.#now = { ...this.#now, bytes: this.#now.bytes + bytes };
  }

  /** The one on trial asks itself: nobody excuses it any more. */
  noteFeigned(): void {
    this.#isFeigned = true;
  }

  /** A picture or a release has come whole; call what it returns when that is answered. */
  noteUpload(): () => void {
    this.#turn();
    this.#now = { ...this.#now, uploads: this.#now.uploads + 1 };
    const upload = { wholeMs: this.#clock.uptimeMs() };
    this.#uploads.add(upload);
    return () => void this.#uploads.delete(upload);
  }

  /** Just now. */
  get callers(): Callers {
    this.#turn();
    if (this.#isFeigned) return 'few';
    const nowMs = this.#clock.uptimeMs();
    const waiting = [...this.#uploads].filter(({ wholeMs }) => nowMs - wholeMs < uploadMsMax).length;
    const spans = [this.#now, this.#before];
    if (waiting >= uploadsOfCrowd) return 'crowd';
    if (spans.some(({ calls, bytes }) => calls >= callsOfCrowd || bytes >= bytesOfCrowd)) return 'crowd';
    if (waiting > 0 || spans.some(({ calls, uploads }) => calls >= callsOfSome || uploads > 0)) return 'some';
    return 'few';
  }

  get areCrowd(): boolean {
    return this.callers === 'crowd';
  }

  /** This second, and the one before it. */
  #turn(): void {
    const nowMs = this.#clock.uptimeMs();
    const { sinceMs } = this.#now;
    if (nowMs - sinceMs < spanMs) return;
    const fresh = { sinceMs: nowMs, calls: 0, bytes: 0, uploads: 0 };
    this.#before = nowMs - sinceMs < 2 * spanMs ? this.#now : fresh;
    this.#now = fresh;
  }
}

/** Whether what is sent as this is a picture or a release. */
export function isUpload(contentType = 'application/json'): boolean {
  return !contentType.startsWith('application/json');
}

/** What was seen at a moment; of one without a word on callers, there were few. */
interface Seen {
  readonly callers?: Callers;
}

/** What it takes, and how long it takes, says nothing just then. */
export function hasCallers(seen: Seen | undefined): boolean {
  return (seen?.callers ?? 'few') !== 'few';
}

/** Nor does that it does not answer, or that it dies. */
export function hasCrowd(seen: Seen | undefined): boolean {
  return seen?.callers === 'crowd';
}
