import { clearFiles } from '../../people/home-files.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';
import type { Disk } from '../../system/disk.ts';
import { wordsOf } from '../../system/error-words.ts';
import type { Home } from '../../system/home.ts';
import type { Log } from '../../system/log.ts';
import type { Random } from '../../system/random.ts';
import { type OwnPressSeen, wordOnOwnPress } from '../../update/judge/own-press.ts';
import type { OwnPressFacts } from '../../update/judge/own-press-facts.ts';
import type { PressNote } from '../../update/trial-protocol.ts';
import { ownChannel } from './own-bell.ts';
import { OwnWrites } from './own-writes.ts';

/** The camera has begun by then, mostly; and a short trial has not ended. */
const firstMs = 3000;
const lookMs = 100;
/** Presses that are known to be nobody's although they have come to an end: one may be stored late. */
const marksKept = 100;

export interface OwnPressesParts {
  readonly store: Store;
  readonly disk: Disk;
  readonly home: Home;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** From the end of one to the next. */
  readonly restMs: number;
  /** The candidate's camera gives frames. */
  readonly hasFrames: () => boolean;
  /** Tells the candidate. */
  readonly tell: (note: PressNote) => void;
}

interface Press {
  readonly id: string;
  readonly madeMs: number;
  readonly wantsFrames: boolean;
}

/** Presses the button of a release on trial from time to time, and follows what becomes of it. Nobody else hears of it. */
export class OwnPresses {
  readonly #parts: OwnPressesParts;
  readonly #ownWrites: OwnWrites;
  readonly #end = new AbortController();
  /** Names of what the candidate says: rows stored, notifications delivered. */
  readonly #said = new Set<string>();
  readonly #arrived = new Set<string>();
  readonly #ended: Promise<void>;
  #facts: OwnPressFacts = { made: 0, well: 0, slowestMs: 0 };
  #isHurried = false;

  constructor(parts: OwnPressesParts) {
    this.#parts = parts;
    this.#ownWrites = new OwnWrites((name, input) => parts.store.write(name, input), parts.clock);
    this.#ended = this.#run(this.#end.signal);
  }

  get facts(): OwnPressFacts {
    return this.#facts;
  }

  noteStored(id: string): void {
    if (this.#said.size < marksKept) this.#said.add(id);
  }

  /** Something has arrived in the channel that only this process reads. */
  noteDelivered(key: string): void {
    if (this.#arrived.size < marksKept) this.#arrived.add(key);
  }

  /** No more: the candidate is gone, or about to go. */
  stop(): void {
    this.#isHurried = true;
    this.#end.abort();
  }

  /** No more; resolves when the one under way has come to its end, and nothing is left of any. */
  async finish(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, restMs } = this.#parts;
    await clock.sleep(firstMs, signal);
    while (!signal.aborted) {
      await this.#press();
      if (!this.#isHurried) await clearOwnVisits(this.#parts, marksKept);
      await clock.sleep(restMs, signal);
    }
  }

  async #press(): Promise<void> {
    const { clock, hasFrames, random, store, tell } = this.#parts;
    const id = random.id();
    try {
      await store.write('addOwnPress', { triggerId: id }); // First: whoever reads its row must know that it is nobody's.
      const press = { id, madeMs: clock.uptimeMs(), wantsFrames: hasFrames() };
      this.#facts = { ...this.#facts, made: this.#facts.made + 1 };
      tell({ kind: 'press', id, press: 'press' });
      await this.#follow(press);
    } catch (error) {
      this.#facts = { ...this.#facts, hindrance: wordsOf(error) };
    }
    this.#said.clear();
    this.#arrived.clear();
  }

  async #follow(press: Press): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#isHurried) {
      await clock.sleep(lookMs);
      const seen = await this.#see(press);
      if (!seen.isStored) this.#ownWrites.begin();
      const newest = wordOnOwnPress(seen);
      if (newest.kind === 'waiting') continue;
      const { well, slowestMs } = this.#facts;
      const ended = { well: well + 1, slowestMs: Math.max(slowestMs, seen.waitedMs) };
      this.#facts = { ...this.#facts, ...(newest.kind === 'well' ? ended : {}), newest };
      if (newest.kind !== 'late') return;
    }
  }

  async #see({ id, madeMs, wantsFrames }: Press): Promise<OwnPressSeen> {
    const { clock, disk, home, store } = this.#parts;
    const visitId = store.read.visitOfTrigger(id);
    const visit = visitId === undefined ? undefined : store.read.visit(visitId);
    const noted =
      visit === undefined ? [] : store.read.notificationsOf(visit.id).filter(({ channel }) => channel === ownChannel);
    const arrived = noted.filter(
      ({ idempotencyKey, status }) => status === 'sent' && this.#arrived.has(idempotencyKey),
    );
    const isDecided = visit?.phase === 'decided';
    const files = visit === undefined || !isDecided ? [] : await disk.list(`${home.visits}/${visit.id}`);
    const frames = files.filter(
      ({ name, bytes }) => bytes > 0 && visit?.frames.some((path) => path.endsWith(`/${name}`)) === true,
    );
    return {
      waitedMs: clock.uptimeMs() - madeMs,
      ownWrite: this.#ownWrites.newest,
      isSaidStored: this.#said.has(id),
      isStored: visitId !== undefined,
      isDecided,
      wantsFrames,
      frames: frames.length,
      noted: noted.length,
      arrived: arrived.length,
    };
  }
}

/** Removes what own presses have left, rows and files, and their marks but for the newest. Tried again by the next. */
export async function clearOwnVisits(
  parts: Pick<OwnPressesParts, 'store' | 'disk' | 'home' | 'log'>,
  marks = 0,
): Promise<void> {
  try {
    const { files } = await parts.store.write('removeOwnVisits', { marksKept: marks });
    await clearFiles(parts, files);
  } catch (error) {
    parts.log.warn('visits that were made to try a release are not removed yet', { error });
  }
}
