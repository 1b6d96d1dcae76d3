import type { Settings } from '../../settings/settings-schema.ts';
import { lacksInOutbox, type Telling } from '../../notify/told-visit.ts';
import type { Visit } from '../../store/records.ts';
import type { RecordedVisit, StoreReads } from '../../store/store.ts';
import type { Candidate } from '../../system/candidate.ts';
import type { Clock } from '../../system/clock.ts';
import type { Disk } from '../../system/disk.ts';
import type { Home } from '../../system/home.ts';
import type { Log } from '../../system/log.ts';
import type { RehearsedDecision } from '../../update/duty.ts';
import type { Callers } from '../../update/judge/callers.ts';
import type { Lacking, RealVisits } from '../../update/judge/real-visits.ts';
import { isShortOfTimeNow } from '../../update/judge/machine-strain.ts';
import type { NamedTwice } from '../../update/judge/visit-names.ts';
import { type Heartbeat, heartbeatSchema, readMessage } from '../../update/trial-protocol.ts';
import { isHouseholdsWord } from '../../store/households-word.ts';
import type { Rooms } from '../rooms.ts';
import { Arrivals } from './arrivals.ts';
import { changesPeople, type HouseholdActs, isVisitExplained, readActs } from './household-acts.ts';
import { decideHere, namedTwice } from './rehearsal-material.ts';

const lookMs = 500;
/** Rows read to find those that are new. */
const newestRead = 100;
/** Visits of one trial that are looked at, and of these so many once more at each look. */
const visitsMax = 200;
const lookedAgain = 10;
/** What is lacking by then does not come: five seconds of looking, three of saving pictures, two of writing. */
const wholeMsMax = 10_000;
/** What went out by then, after several attempts, shows that it can. */
const sentMsMax = 60_000;
/** What is not decided by then never is, whatever the machine is busy with. */
const openMsMax = 60_000;
/** Whoever removes something writes down why only when it is gone. */
const causeMsMax = 3000;
/** So much longer than a look at a frame is the rest after it: somebody else may want the nets and the processor. */
const restTimes = 2;
const restTimesHindered = 5;
const restMsMax = 5000;

export interface RealVisitsParts {
  readonly reads: Pick<StoreReads, 'visitsRecorded' | 'visit' | 'faceOfVisit'> & Telling['reads'];
  readonly clock: Clock;
  readonly disk: Pick<Disk, 'list'>;
  readonly home: Pick<Home, 'visits'>;
  readonly log: Log;
  readonly telling: Pick<Telling, 'notifier' | 'rules'>;
  /** What this process says about the frames; undefined when it cannot look. `mayLook` is awaited before each of them. */
  readonly decide: (visit: Visit, mayLook: () => Promise<void>) => Promise<RehearsedDecision | undefined>;
  /** What people have done since the last call, as the audit chain has it. */
  readonly acts: () => Promise<HouseholdActs>;
  /** People are others now than they were. */
  readonly refresh: () => void;
  /** The settings that this process started with still hold. */
  readonly isSetAlike: () => Promise<boolean>;
  /** The candidate's camera gives frames. */
  readonly hasFrames: () => boolean;
  /** A crowd is before the candidate, or the machine has no time. */
  readonly isHindered: () => boolean;
}

/** A visit that has begun since the candidate has the door. */
interface Begun {
  readonly id: string;
  readonly seenMs: number;
  /** There was nothing in the way of keeping some. */
  readonly wantsFrames: boolean;
  /** People had a hand in it. */
  isTouched: boolean;
  isLooked: boolean;
  goneMs?: number;
  isGone?: boolean;
  names?: NamedTwice;
  /** In words; empty when nothing is lacking. */
  notTold?: string;
  notKept?: string;
}

/**
 * Looks after visits that a release on trial has finished: whether they are told and kept, and whom this process sees on
 * the frames: those that the release has looked at itself, however little time it had. One at a time, with rests.
 */
export class RealVisitLooks {
  readonly #parts: RealVisitsParts;
  /** The newest row of before, and those that may get its place when it goes. */
  readonly #before: readonly RecordedVisit[];
  readonly #begun = new Map<string, Begun>();
  readonly #arrivals: Arrivals;
  #acts: HouseholdActs = new Set();
  #lookedAgain = 0;

  constructor(parts: RealVisitsParts) {
    this.#parts = parts;
    this.#before = parts.reads.visitsRecorded(newestRead);
    this.#arrivals = new Arrivals(parts.reads, this.#before);
  }

  get facts(): RealVisits {
    const begun = [...this.#begun.values()].filter(({ isTouched }) => !isTouched);
    const { unsent } = this.#arrivals;
    return {
      visits: begun.filter(({ isLooked, isGone = false }) => isLooked || isGone).length,
      named: begun.flatMap(({ names = [] }) => names),
      told: lackingOf(begun.flatMap(({ notTold = [] }) => notTold)),
      kept: lackingOf(begun.flatMap(({ notKept = [] }) => notKept)),
      gone: begun.filter(({ isGone = false }) => isGone).length,
      ...(unsent === undefined ? {} : { unsent }),
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    while (!signal.aborted) {
      await this.look(signal).catch((error: unknown) =>
        log.warn('cannot look at the visits of a release on trial', { error }),
      );
      await clock.sleep(lookMs, signal);
    }
  }

  async look(signal: AbortSignal): Promise<void> {
    this.#notice();
    for (const begun of this.#once()) {
      const visit = this.#parts.reads.visit(begun.id);
      if (visit === undefined) await this.#missed(begun);
      else if (begun.isLooked) this.#lookAgain(begun, visit);
      else await this.#lookAt(begun, visit, signal);
    }
  }

  /** Those that are not done with, and in turn some that are. */
  #once(): readonly Begun[] {
    const all = [...this.#begun.values()].filter(({ isGone = false }) => !isGone);
    const done = all.filter(({ isLooked }) => isLooked);
    const first = this.#lookedAgain % Math.max(1, done.length);
    this.#lookedAgain = first + lookedAgain;
    return [...all.filter(({ isLooked }) => !isLooked), ...done.slice(first, first + lookedAgain)];
  }

  /** Own presses and what was there before are not among them. */
  #notice(): void {
    const { clock, hasFrames, isHindered, reads } = this.#parts;
    const newest = this.#before[0]?.place ?? 0;
    const known = new Set(this.#before.map(({ id }) => id));
    for (const { id, place } of reads.visitsRecorded(newestRead).toReversed()) {
      if (place < newest || known.has(id) || this.#begun.has(id) || this.#begun.size >= visitsMax) continue;
      const fresh = { wantsFrames: hasFrames() && !isHindered(), isTouched: false, isLooked: false };
      this.#begun.set(id, { id, seenMs: clock.uptimeMs(), ...fresh });
    }
  }

  async #missed(begun: Begun): Promise<void> {
    const nowMs = this.#parts.clock.uptimeMs();
    begun.goneMs ??= nowMs;
    if (nowMs - begun.goneMs < causeMsMax) return;
    await this.#hearActs();
    const about = { id: begun.id, personId: undefined };
    begun.isTouched ||= isVisitExplained(this.#acts, about, new Map()) || this.#isOldest(begun.id);
    begun.isGone = true;
  }

  /** Where there are too many, or no room, the oldest go. */
  #isOldest(id: string): boolean {
    const ids = [...this.#before.slice(0, 1).map((visit) => visit.id), ...this.#begun.keys()];
    return ids.slice(0, ids.indexOf(id)).every((older) => this.#parts.reads.visit(older) === undefined);
  }

  async #lookAt(begun: Begun, visit: Visit, signal: AbortSignal): Promise<void> {
    const { clock, isSetAlike, reads, telling } = this.#parts;
    const waitedMs = clock.uptimeMs() - begun.seenMs;
    if (visit.phase !== 'decided' && waitedMs < openMsMax) return;
    const notKept = await this.#lacksOnDisk(begun, visit);
    if (notKept !== '' && waitedMs < wholeMsMax) return;
    begun.isLooked = true;
    if (await this.#hearActs()) return; // Nobody knows whether it was before or after.
    begun.notKept = notKept;
    if (visit.phase !== 'decided' || isHouseholdsWord(visit.reason) || !(await isSetAlike())) return;
    begun.notTold = lacksInOutbox({ ...telling, reads }, visit);
    if (visit.frames.length > 0) await this.#decide(begun, visit, signal);
  }

  #lookAgain(begun: Begun, visit: Visit): void {
    hearHousehold(begun, visit);
    const waitedMs = this.#parts.clock.uptimeMs() - begun.seenMs;
    if (!begun.isTouched && waitedMs >= sentMsMax) this.#arrivals.look(visit.id);
  }

  async #decide(begun: Begun, visit: Visit, signal: AbortSignal): Promise<void> {
    const { clock, decide, isHindered } = this.#parts;
    let lookedMs = clock.uptimeMs();
    const decided = await decide(visit, async () => {
      const times = isHindered() ? restTimesHindered : restTimes;
      const restMs = Math.min(times * (clock.uptimeMs() - lookedMs), restMsMax);
      await clock.sleep(restMs, signal);
      if (signal.aborted) throw new Error('it is not looked at any more');
      lookedMs = clock.uptimeMs();
    }).catch(() => undefined);
    if (decided === undefined || (await this.#hearActs())) return;
    const names = namedTwice(decided, visit);
    if (names !== undefined) begun.names = names;
  }

  /** What the row says and the disk does not have; a visit without any frame lacks them when the camera gives some. */
  async #lacksOnDisk({ id, wantsFrames }: Begun, visit: Visit): Promise<string> {
    const { disk, home, reads } = this.#parts;
    if (visit.phase !== 'decided') return 'it was never decided';
    if (visit.frames.length === 0 && wantsFrames) return 'it has no frames, and the camera gives some';
    const named = [...visit.frames, visit.picture, visit.thumbnail, reads.faceOfVisit(id)?.picture];
    const there = (await disk.list(`${home.visits}/${id}`)).filter(({ bytes }) => bytes > 0).map(({ name }) => name);
    const missing = named.filter(
      (path) => path !== undefined && !there.includes(path.slice(path.lastIndexOf('/') + 1)),
    );
    return missing.length === 0 ? '' : `${[...new Set(missing)].join(', ')} not on the disk`;
  }

  /** True when people have changed something about people or visits: all that has begun by now is left out. */
  async #hearActs(): Promise<boolean> {
    const acts = await this.#parts.acts();
    this.#acts = new Set([...this.#acts, ...acts]);
    if (!changesPeople(acts)) return false;
    this.#parts.refresh();
    for (const begun of this.#begun.values()) if (!begun.isLooked || begun.names === undefined) begun.isTouched = true;
    return true;
  }
}

/** Who it was, somebody of the household has said meanwhile. */
function hearHousehold(begun: Begun, { outcome, personId, reason }: Visit): void {
  if (begun.names === undefined || outcome === undefined || !isHouseholdsWord(reason)) return;
  const whose = personId === undefined ? {} : { personId };
  begun.names = { ...begun.names, stored: { outcome, ...whose, isHouseholds: true } };
}

function lackingOf(words: readonly string[]): Lacking {
  const bad = words.filter((word) => word !== '');
  const newest = bad.at(-1);
  return { looked: words.length, lacking: bad.length, ...(newest === undefined ? {} : { words: newest }) };
}

export interface RealVisitsSite {
  readonly rooms: Rooms;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly candidate: Pick<Candidate, 'lastHeartbeat'>;
  /** There were frames before it came. */
  readonly hasFrames: boolean;
  /** Who asks it just now. */
  callers(): Callers;
}

/** The looks of a running appliance, from now on. */
export function lookAtRealVisits(site: RealVisitsSite): RealVisitLooks {
  const { rooms, clock, disk, candidate } = site;
  const { ground, home, house } = rooms;
  const { settings } = ground.loaded;
  const { ratePerMinute, quietHours } = settings.notify;
  const { timeZone } = settings.household;
  const said = (): Heartbeat | undefined => readMessage(heartbeatSchema, candidate.lastHeartbeat()?.message);
  const newActs = actsSince(disk, home);
  const acts = async (): Promise<HouseholdActs> => rooms.front.asked.among(await newActs());
  return new RealVisitLooks({
    reads: ground.store.read, clock, disk, home, acts,
    log: ground.log.named('update'),
    telling: { notifier: house.notifier, rules: { ratePerMinute, quietHours, timeZone } },
    decide: (visit, mayLook) => decideHere(site, visit, mayLook),
    refresh: () => house.gallery.refresh(),
    isSetAlike: async () => {
      const { settings: now } = await ground.reload(ground.deviceSettings());
      return sayOf(now) === sayOf(settings);
    },
    hasFrames: () => site.hasFrames && (said()?.frames ?? 0) > 0,
    isHindered: () => site.callers() === 'crowd' || isShortOfTimeNow(rooms.caretaker.machine()),
  }); // prettier-ignore
}

/** What names and deliveries hang on. */
function sayOf({ recognition, notify, household }: Settings): string {
  return JSON.stringify([recognition, notify, household]);
}

/** Each call gives what people have done since the last; the first, since now. */
function actsSince(disk: Disk, { audit }: Pick<Home, 'audit'>): () => Promise<HouseholdActs> {
  let newest = readActs(disk, audit);
  return async () => {
    const { lastSeq: afterSeq } = await newest;
    newest = readActs(disk, audit, { afterSeq });
    return (await newest).acts;
  };
}
