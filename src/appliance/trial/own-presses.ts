import { clearFiles } from '../../people/home-files.ts';
import type { Visit } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';
import type { Disk } from '../../system/disk.ts';
import { wordsOf } from '../../system/error-words.ts';
import type { Home } from '../../system/home.ts';
import type { Log } from '../../system/log.ts';
import type { Random } from '../../system/random.ts';
import type { RehearsedDecision } from '../../update/duty.ts';
import { type OwnPressSeen, wordOnOwnPress } from '../../update/judge/own-press.ts';
import type { OwnPressFacts } from '../../update/judge/own-press-facts.ts';
import type { PressNote } from '../../update/trial-protocol.ts';
import { ownChannel } from './own-bell.ts';
import { isPress } from './passed-presses.ts';
import type { OwnTelling } from './own-telling.ts';
import { OwnWrites } from './own-writes.ts';
import { namedTwice } from './rehearsal-material.ts';

/** The camera has begun by then, mostly; and a short trial has not ended. */
const firstMs = 3000;
const lookMs = 100;
/** Somebody impatient: a release that forgets some presses rings for one. */
const pressesInRow = 3;
const betweenMs = 150;
/** Presses that are known to be nobody's although they have come to an end: one may be stored late. */
const marksKept = 100;
/** Visits whose names are held side by side. */
const namedKept = 50;

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
  /** What the household would be told. */
  readonly telling: Pick<OwnTelling, 'countOf' | 'isQuiet'>;
  /** What this process says about the frames of a visit; undefined when it cannot look. */
  readonly decide: (visit: Visit) => Promise<RehearsedDecision | undefined>;
  /** Tells the candidate. */
  readonly tell: (note: PressNote) => void;
}

/** One after the other, by somebody who does not wait for an answer. */
interface Presses {
  readonly ids: readonly string[];
  /** The last of them. */
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
    const ids: string[] = [];
    try {
      const wantsFrames = hasFrames();
      while (ids.length < pressesInRow) {
        if (ids.length > 0) await clock.sleep(betweenMs);
        const id = random.id();
        await store.write('addOwnPress', { triggerId: id }); // First: whoever reads its row must know that it is nobody's.
        tell({ kind: 'press', id, press: 'press' });
        ids.push(id);
      }
      this.#facts = { ...this.#facts, made: this.#facts.made + 1 };
      await this.#follow({ ids, madeMs: clock.uptimeMs(), wantsFrames });
    } catch (error) {
      this.#facts = { ...this.#facts, hindrance: wordsOf(error) };
    }
    this.#said.clear();
    this.#arrived.clear();
  }

  async #follow(press: Presses): Promise<void> {
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
      if (newest.kind === 'well') await this.#decideAgain(press);
      if (newest.kind !== 'late') return;
    }
  }

  /** Whom this process sees on the frames that are kept, beside whom the candidate has seen. */
  async #decideAgain({ ids }: Presses): Promise<void> {
    const { decide, store } = this.#parts;
    const visits = new Set(ids.map((id) => store.read.trigger(id)?.visitId));
    for (const id of visits) {
      const visit = id === undefined ? undefined : store.read.visit(id);
      const decided = visit === undefined || visit.frames.length === 0 ? undefined : await decide(visit);
      const twice = visit === undefined || decided === undefined ? undefined : namedTwice(decided, visit);
      const { named = [] } = this.#facts;
      if (twice !== undefined) this.#facts = { ...this.#facts, named: [...named, twice].slice(-namedKept) };
    }
  }

  async #see({ ids, madeMs, wantsFrames }: Presses): Promise<OwnPressSeen> {
    const { clock, store, telling } = this.#parts;
    const triggers = ids.map((id) => store.read.trigger(id)).filter((trigger) => isPress(trigger, {}));
    const missing = ids.filter((id) => triggers.every((trigger) => trigger.id !== id));
    const visits = [...new Set(triggers.map(({ visitId }) => visitId))].map((id) => store.read.visit(id));
    const begun = visits.filter((visit) => visit !== undefined);
    const noted = begun
      .flatMap(({ id }) => store.read.notificationsOf(id))
      .filter(({ channel }) => channel === ownChannel);
    const isQuiet = noted.some(({ status }) => status === 'suppressed') && telling.isQuiet;
    const arrived = noted.filter(
      ({ idempotencyKey, status }) =>
        (status === 'sent' && this.#arrived.has(idempotencyKey)) || (status === 'suppressed' && isQuiet),
    );
    const wanted = begun.map((visit) => telling.countOf(visit, triggers.filter(({ visitId }) => visitId === visit.id))); // prettier-ignore
    const isDecided = begun.length === visits.length && begun.every(({ phase }) => phase === 'decided');
    return {
      waitedMs: clock.uptimeMs() - madeMs,
      ownWrite: this.#ownWrites.newest,
      isSaidStored: missing.some((id) => this.#said.has(id)),
      isStored: missing.length === 0,
      isDecided,
      wantsFrames,
      frames: isDecided ? await this.#framesOf(begun[0]) : 0,
      wanted: wanted.reduce((sum, count) => sum + count, 0),
      noted: noted.length,
      arrived: arrived.length,
    };
  }

  /** Files that its row names, and that hold something. */
  async #framesOf(visit: Pick<Visit, 'id' | 'frames'> | undefined): Promise<number> {
    if (visit === undefined) return 0;
    const { disk, home } = this.#parts;
    const files = await disk.list(`${home.visits}/${visit.id}`);
    return files.filter(({ name, bytes }) => bytes > 0 && visit.frames.some((path) => path.endsWith(`/${name}`)))
      .length;
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
