import type { Knock, MainThread } from '../../machine/process/door-knock.ts';
import type { Clock } from '../../system/clock.ts';
import type { Callers } from '../../update/judge/callers.ts';
import type { DoorSight } from '../../update/judge/gate-facts.ts';

/** A silence is seen at one of these looks; every second one knocks. */
const lookIntervalMs = 50;
const looksPerKnock = 2;
export const knockIntervalMs = lookIntervalMs * looksPerKnock;
/** Reads without a limit of their own, and one that leads nowhere. */
export const knockPaths = ['/ready', '/nothing-here', '/health'] as const;
/** So long is remembered what this process needed itself. */
const ownMemoryMs = 5000;
/** So many wait at a door that does not answer; one that was passed over makes room. */
const waitingMax = 10;
/** Above this silence somebody is told at every look. */
const tellMs = 100;

export interface DoorKnockingParts {
  readonly clock: Clock;
  knock(path: string): Knock;
  /** The main thread of the candidate; undefined when the machine does not say. */
  mainThread(): MainThread | undefined;
  /** Who asks the candidate besides, just now. */
  callers(): Callers;
  /** The door is silent, and somebody should judge it. */
  onSilence(): void;
}

interface Waiting {
  readonly sentMs: number;
  readonly knock: Knock;
}

/** What was seen of a main thread since the silence began, and who was there then. */
interface Silence {
  readonly callers: Callers;
  readonly looks: number;
  readonly busy: number;
  readonly workedMs: number;
}

/** Knocks at the door of a candidate, and takes down what this process needs itself meanwhile. */
export class DoorKnocking {
  readonly #parts: DoorKnockingParts;
  readonly #waiting = new Set<Waiting>();
  #own: readonly { readonly atMs: number; readonly ms: number }[] = [];
  /** When the youngest knock that was heard was sent, and when the last one was heard. */
  #lastHeardMs = -Infinity;
  #heardMs = -Infinity;
  #knocks = 0;
  #answered = 0;
  #silence: Silence = { callers: 'few', looks: 0, busy: 0, workedMs: 0 };
  /** When the silence began that was looked at last; undefined when somebody was heard. */
  #sinceMs: number | undefined;
  /** Processor time of the main thread when the silence began. */
  #workedBeforeMs = 0;

  constructor(parts: DoorKnockingParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    for (let look = 0; !signal.aborted; look += 1) {
      if (look % looksPerKnock === 0) this.#knock(knockPaths[(look / looksPerKnock) % knockPaths.length] ?? '/ready');
      const dueMs = clock.uptimeMs() + lookIntervalMs;
      await clock.sleep(lookIntervalMs, signal);
      this.noteOwn(Math.max(0, clock.uptimeMs() - dueMs));
      this.#look();
    }
    for (const { knock } of this.#waiting) knock.leave();
    this.#waiting.clear();
  }

  /** This process needed so long for something that the candidate does too. */
  noteOwn(ms: number): void {
    const atMs = this.#parts.clock.uptimeMs();
    this.#own = [...this.#own.filter((own) => own.atMs > atMs - ownMemoryMs), { atMs, ms }];
  }

  sight(): DoorSight {
    const isSeen = this.#silentSinceMs() === this.#sinceMs;
    const { callers, looks, busy, workedMs } = isSeen ? this.#silence : this.#nothingSeen();
    return {
      knocks: this.#knocks,
      answered: this.#answered,
      silentMs: this.#silentMs(),
      callers,
      isAtWork: looks > 0 && busy * 2 >= looks,
      workedMs,
      ownMs: Math.max(0, ...this.#own.map(({ ms }) => ms)),
    };
  }

  #knock(path: string): void {
    const [oldest] = this.#waiting;
    if (oldest !== undefined && this.#waiting.size >= waitingMax) {
      if (oldest.sentMs > this.#lastHeardMs) return;
      this.#waiting.delete(oldest);
      oldest.knock.leave();
    }
    const waiting = { sentMs: this.#parts.clock.uptimeMs(), knock: this.#parts.knock(path) };
    this.#waiting.add(waiting);
    this.#knocks += 1;
    void waiting.knock.told.then((told) => {
      if (!this.#waiting.delete(waiting)) return;
      this.#lastHeardMs = Math.max(this.#lastHeardMs, waiting.sentMs);
      this.#heardMs = this.#parts.clock.uptimeMs();
      if (told === 'answered') this.#answered += 1; // One that is cut off is no silence: the questions tell of it.
    });
  }

  /**
   * Since when nobody has been heard although somebody knocks. A door with a crowd before it answers everybody late, and
   * one after the other: that is no silence.
   */
  #silentSinceMs(): number | undefined {
    const unheard = [...this.#waiting].find(({ sentMs }) => sentMs > this.#lastHeardMs);
    return unheard === undefined ? undefined : Math.max(unheard.sentMs, this.#heardMs);
  }

  #silentMs(): number {
    const sinceMs = this.#silentSinceMs();
    return sinceMs === undefined ? 0 : this.#parts.clock.uptimeMs() - sinceMs;
  }

  #nothingSeen(): Silence {
    return { callers: this.#parts.callers(), looks: 0, busy: 0, workedMs: 0 };
  }

  #look(): void {
    const silentMs = this.#silentMs();
    const thread = this.#parts.mainThread();
    const workedMs = thread?.workedMs ?? 0;
    const sinceMs = this.#silentSinceMs();
    if (silentMs < lookIntervalMs || sinceMs !== this.#sinceMs) {
      this.#silence = this.#nothingSeen();
      this.#workedBeforeMs = workedMs;
      this.#sinceMs = sinceMs;
    } else {
      const { callers, looks, busy } = this.#silence;
      const nowBusy = busy + (thread?.isBusy === true ? 1 : 0);
      this.#silence = { callers, looks: looks + 1, busy: nowBusy, workedMs: workedMs - this.#workedBeforeMs };
    }
    if (silentMs >= tellMs) this.#parts.onSilence();
  }
}
