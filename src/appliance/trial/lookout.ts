import { knock, mainThreadOf } from '../../machine/process/door-knock.ts';
import { askDoor, doorInside } from '../../machine/process/door-question.ts';
import type { Disk } from '../../system/disk.ts';
import type { CandidateProcess } from '../../machine/process/candidate-process.ts';
import type { Clock } from '../../system/clock.ts';
import type { Taken } from '../../system/taken.ts';
import type { Sight } from '../../update/duty.ts';
import type { Callers } from '../../update/judge/callers.ts';
import type { AskedBoth } from '../../update/judge/gate-facts.ts';
import { DoorKnocking } from './door-knocking.ts';
import { ownPictures } from './own-pictures.ts';
import { OwnQuestions } from './own-questions.ts';
import { ownSetting } from './own-setting.ts';
import type { Caretaker } from '../caretaker.ts';
import type { Rooms } from '../rooms.ts';
import type { PassedCallers } from './passed-callers.ts';
import { lookAtRealVisits, type RealVisitLooks } from './real-visits.ts';
import type { RowLooks } from './row-looks.ts';

const minuteMs = 60_000;
/** How late this process is, is seen by so short a sleep. */
const napMs = 5;
/** A caller waits twice for a processor: until it is heard, and until it hears. */
const wakesPerQuestion = 2;
/** From one measurement of what it takes to the next; every so often its sockets and threads are looked at too. */
const measureIntervalMs = 1000;
const thoroughEvery = 5;

interface LookoutParts {
  readonly clock: Clock;
  readonly candidate: CandidateProcess;
  /** What is known of callers, and the door as they find it. */
  readonly callers: Pick<PassedCallers, 'door' | 'knocked' | 'seen'>;
  readonly questions: OwnQuestions;
  readonly questionsPerMinute: number;
  readonly stored: RowLooks | undefined;
  readonly caretaker: Pick<Caretaker, 'machine' | 'examineMachine'>;
  readonly real: RealVisitLooks;
}

/** What an incumbent does while a candidate has the door: it looks at it as its callers do, until it is told to stop. */
export class Lookout {
  readonly #parts: LookoutParts;
  readonly #end = new AbortController();
  readonly #door: DoorKnocking;
  #asked: readonly AskedBoth[] = [];
  #rest = new AbortController();
  #measured = { atMs: -Infinity, times: 0 };

  constructor(parts: LookoutParts) {
    const { clock, candidate, callers } = parts;
    this.#parts = parts;
    this.#door = new DoorKnocking({
      clock,
      knock: (path) => knock(callers.knocked, path),
      mainThread: () => mainThreadOf(candidate.pid),
      callers: () => callers.seen(),
      onSilence: () => this.#rest.abort(),
    });
    void this.#door.run(this.#end.signal);
    void this.#ask(this.#end.signal);
    void parts.stored?.run(this.#end.signal);
    void parts.caretaker.examineMachine(this.#end.signal);
    void parts.real.run(this.#end.signal);
    void candidate.over.then(() => this.#rest.abort());
  }

  /** Resolves after the time, or at once when the candidate is gone or its door silent, with what was seen since the last call. */
  async attend(durationMs: number): Promise<Sight> {
    const { callers, candidate, caretaker, clock, questions, real, stored } = this.#parts;
    this.#rest = new AbortController();
    if (candidate.ended() === undefined) await clock.sleep(durationMs, this.#rest.signal);
    const asked = this.#asked;
    this.#asked = [];
    const taken = this.#measure();
    return {
      asked,
      kinds: questions.kinds,
      door: this.#door.sight(),
      machine: caretaker.machine(),
      callers: callers.seen(),
      real: real.facts,
      ...(stored === undefined ? {} : { rows: stored.facts }),
      ...(taken === undefined ? {} : { taken }),
    };
  }

  #measure(): Taken | undefined {
    const { candidate, clock } = this.#parts;
    const nowMs = clock.uptimeMs();
    const { atMs, times } = this.#measured;
    if (nowMs - atMs < measureIntervalMs) return undefined;
    this.#measured = { atMs: nowMs, times: times + 1 };
    return candidate.measure(times % thoroughEvery === 0);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { candidate, clock, questions, questionsPerMinute } = this.#parts;
    while (!signal.aborted && candidate.ended() === undefined) {
      const startedMs = clock.uptimeMs();
      const lateMs = await this.#lateMs();
      const asked = await questions.ask(candidate);
      if (asked !== undefined) this.#note(asked, lateMs);
      const untilNextMs = minuteMs / questionsPerMinute - (clock.uptimeMs() - startedMs);
      await clock.sleep(Math.max(0, untilNextMs), signal);
    }
  }

  /** Nobody waits for a processor within this process, and everybody at the door of another: that is added. */
  #note(asked: AskedBoth, lateMs: number): void {
    const own = { ...asked.own, durationMs: asked.own.durationMs + wakesPerQuestion * lateMs };
    this.#asked = [...this.#asked, { ...asked, own, lateMs }];
    this.#door.noteOwn(own.durationMs);
  }

  async #lateMs(): Promise<number> {
    const { clock } = this.#parts;
    const startedMs = clock.uptimeMs();
    await clock.sleep(napMs);
    return Math.max(0, clock.uptimeMs() - startedMs - napMs);
  }

  stop(): void {
    this.#end.abort();
    this.#rest.abort();
  }
}

interface LookOut extends Pick<LookoutParts, 'clock' | 'candidate' | 'callers'> {
  readonly rooms: Rooms;
  readonly disk: Disk;
  /** The camera gave pictures to this process. */
  readonly hasFrames: boolean;
  /** Looks that began before the candidate opened the database. */
  readonly rows: RowLooks | undefined;
}

/** Looks at a candidate from the rooms of its incumbent. */
export function lookOut({ rooms, clock, disk, candidate, callers, hasFrames, rows }: LookOut): Lookout {
  const { front, ground } = rooms;
  const { questionsPerMinute } = ground.loaded.settings.gate;
  const inside = doorInside((connection) => front.web.admit(connection));
  const seen = (): Callers => callers.seen();
  const questions = new OwnQuestions({
    clock,
    askOwn: (request, timeoutMs) => askDoor(inside, request, timeoutMs),
    askDoor: (request, timeoutMs) => askDoor(callers.door, request, timeoutMs),
    pictures: ownPictures(rooms, disk),
    setting: () => ownSetting(ground),
    hasFrames,
    callers: seen,
  });
  const { caretaker } = rooms;
  const real = lookAtRealVisits({ rooms, clock, disk, candidate, hasFrames, callers: seen });
  return new Lookout({ clock, candidate, caretaker, callers, questions, questionsPerMinute, stored: rows, real });
}
