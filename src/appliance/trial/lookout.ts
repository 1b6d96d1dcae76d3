import { isAtWork, knock } from '../../machine/process/door-knock.ts';
import type { CandidateProcess } from '../../machine/process/candidate-process.ts';
import type { Clock } from '../../system/clock.ts';
import type { Sight } from '../../update/duty.ts';
import type { AskedBoth } from '../../update/judge/gate-facts.ts';
import { DoorKnocking } from './door-knocking.ts';
import type { OwnQuestions } from './own-questions.ts';

/** From one question to the next. */
const questionRestMs = 250;

export interface LookoutParts {
  readonly clock: Clock;
  readonly candidate: CandidateProcess;
  /** Where callers find the door. */
  readonly address: string;
  readonly questions: OwnQuestions | undefined;
}

/** What an incumbent does while a candidate has the door: it looks at it as its callers do, until it is told to stop. */
export class Lookout {
  readonly #parts: LookoutParts;
  readonly #end = new AbortController();
  readonly #door: DoorKnocking;
  #asked: readonly AskedBoth[] = [];
  #rest = new AbortController();

  constructor(parts: LookoutParts) {
    const { clock, candidate, address } = parts;
    this.#parts = parts;
    this.#door = new DoorKnocking({
      clock,
      knock: (path) => knock(address, path),
      isAtWork: () => isAtWork(candidate.pid),
      onSilence: () => this.#rest.abort(),
    });
    void this.#door.run(this.#end.signal);
    void this.#ask(this.#end.signal);
    void candidate.over.then(() => this.#rest.abort());
  }

  /** Resolves after the time, or at once when the candidate is gone or its door silent, with what was seen since the last call. */
  async attend(durationMs: number): Promise<Sight> {
    const { candidate, clock } = this.#parts;
    this.#rest = new AbortController();
    if (candidate.ended() === undefined) await clock.sleep(durationMs, this.#rest.signal);
    const asked = this.#asked;
    this.#asked = [];
    return { asked, door: this.#door.sight() };
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { candidate, clock, questions } = this.#parts;
    while (!signal.aborted && questions !== undefined && candidate.ended() === undefined) {
      const asked = await questions.ask(candidate);
      if (asked !== undefined) this.#asked = [...this.#asked, asked];
      if (asked !== undefined) this.#door.noteOwn(asked.own.durationMs);
      await clock.sleep(questionRestMs, signal);
    }
  }

  stop(): void {
    this.#end.abort();
    this.#rest.abort();
  }
}
