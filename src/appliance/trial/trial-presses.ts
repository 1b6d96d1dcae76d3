import type { CandidateProcess } from '../../machine/process/candidate-process.ts';
import type { Clock } from '../../system/clock.ts';
import type { Disk } from '../../system/disk.ts';
import type { Random } from '../../system/random.ts';
import type { Trigger, Visit } from '../../store/records.ts';
import type { PressFacts } from '../../update/judge/presses.ts';
import {
  deliveredSchema,
  heartbeatSchema,
  readMessage,
  storedSchema,
  type PressNote,
} from '../../update/trial-protocol.ts';
import type { Rooms } from '../rooms.ts';
import { isVisitExplained, type HouseholdActs } from './household-acts.ts';
import { OwnTelling } from './own-telling.ts';
import { clearOwnVisits, OwnPresses, type OwnPressesParts } from './own-presses.ts';
import { PassedPresses } from './passed-presses.ts';
import { decideHere } from './rehearsal-material.ts';
import type { RowLooks } from './row-looks.ts';

const secondMs = 1000;

export interface TrialPressesParts {
  readonly rooms: Rooms;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly candidate: CandidateProcess;
  /** It knows which presses are nobody's. */
  readonly keepsOwnApart: boolean;
  /** There were frames before it came. */
  readonly hadFrames: boolean;
  /** Presses that rang here since the trial began. */
  readonly before: readonly Trigger[];
  /** They know what people have done since. */
  readonly looks: Pick<RowLooks, 'acts'>;
}

/** The presses of one trial: those of visitors, which the incumbent passes on, and those that it makes itself. */
export class TrialPresses {
  readonly passed: PassedPresses;
  readonly #parts: OwnPressesParts;
  readonly #own: OwnPresses | undefined;
  readonly #looks: Pick<RowLooks, 'acts'>;

  constructor({ rooms, clock, disk, random, candidate, keepsOwnApart, hadFrames, before, looks }: TrialPressesParts) {
    this.#looks = looks;
    const { ground, home, house } = rooms;
    const { store } = ground;
    const log = ground.log.named('visit');
    const tell = (note: PressNote): void => candidate.note(note);
    const { ownPressSeconds, pressRowMsMax: rowMsMin } = ground.loaded.settings.gate;
    const restMs = ownPressSeconds * secondMs;
    const hasFrames = (): boolean => hadFrames && framesOf(candidate) > 0;
    this.passed = new PassedPresses({ bell: house.bell, store, clock, random, log, tell, rowMsMin, before });
    const { notify, household } = ground.loaded.settings;
    const telling = new OwnTelling({
      notifier: house.notifier,
      store,
      clock,
      settings: notify,
      timeZone: household.timeZone,
    });
    const decide = (visit: Visit): ReturnType<typeof decideHere> => decideHere({ rooms, clock, disk }, visit, async () => {}); // prettier-ignore
    this.#parts = { store, disk, home, clock, random, log, restMs, hasFrames, telling, decide, tell };
    this.#own = keepsOwnApart ? new OwnPresses(this.#parts) : undefined;
  }

  get facts(): PressFacts {
    const own = this.#own?.facts;
    return { ...this.passed.facts, ...(own === undefined ? {} : { own }) };
  }

  /** What the candidate says without being asked. */
  hear(message: unknown): void {
    const stored = readMessage(storedSchema, message);
    if (stored !== undefined) this.passed.noteStored(stored.id);
    if (stored !== undefined) this.#own?.noteStored(stored.id);
    const delivered = readMessage(deliveredSchema, message);
    if (delivered !== undefined) this.#own?.noteDelivered(delivered.key);
  }

  /** Resolves when no press is open that was made so far; true when the candidate has answered them all. No own one follows. */
  async settled(): Promise<boolean> {
    await this.#own?.finish();
    const isWell = await this.passed.settled();
    return isWell && (this.#own?.facts.newest?.kind ?? 'well') === 'well';
  }

  /** The candidate is about to go. */
  stop(): void {
    this.#own?.stop();
  }

  /** It is gone: what it has not stored, or has taken away, rings here, and nothing stays of what nobody has pressed. */
  async takeBack(): Promise<void> {
    this.passed.ringKept();
    const acts = await this.#looks.acts().catch((): HouseholdActs => new Set()); // Rather a ring too many.
    this.passed.ringTakenAway((id) => isVisitExplained(acts, { id, personId: undefined }, new Map()));
    await this.clear();
  }

  async clear(): Promise<void> {
    if (this.#own !== undefined) await clearOwnVisits(this.#parts);
  }
}

function framesOf(candidate: CandidateProcess): number {
  return readMessage(heartbeatSchema, candidate.lastHeartbeat()?.message)?.frames ?? 0;
}
