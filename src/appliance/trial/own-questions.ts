import type { Candidate } from '../../system/candidate.ts';
import type { Clock } from '../../system/clock.ts';
import { within } from '../../system/deadline.ts';
import type { AskedBoth } from '../../update/judge/gate-facts.ts';
import { type AnswerAddress, heartbeatSchema, readMessage, requestedSchema } from '../../update/trial-protocol.ts';

/** Reads of every kind that the page and the commands ask for: small, and without an effect. */
const usual = [
  '/',
  '/api/v1/status',
  '/api/v1/visits?limit=5',
  '/api/v1/people?limit=5',
  '/metrics',
  '/api/v1/settings',
  '/api/v1/update',
  '/nothing-here',
] as const;
/** Longer than the gate lets a question take, and shorter than it lets a candidate be silent. */
const questionMsMax = 2500;
/** Addresses that failed to somebody, waiting to be asked. */
const failedMax = 20;
/** From this status on the answer is a fault of whoever gives it. */
const faultStatus = 500;

export interface OwnQuestionsParts {
  readonly clock: Clock;
  /** Answers an address as this process would answer a stranger; its status. */
  answer(address: string): Promise<number>;
}

/** What an incumbent asks itself and its candidate: the usual, and in between what the candidate has failed at. */
export class OwnQuestions {
  readonly #parts: OwnQuestionsParts;
  #asked = 0;
  #isFailedNext = false;
  #failed: readonly string[] = [];

  constructor(parts: OwnQuestionsParts) {
    this.#parts = parts;
  }

  /** This process first: undefined when it does not answer itself. */
  async ask(candidate: Candidate): Promise<AskedBoth | undefined> {
    const { clock } = this.#parts;
    const address = this.#next();
    const startedMs = clock.uptimeMs();
    const own = await within(clock, questionMsMax, this.#parts.answer(address));
    if (own.outcome !== 'done') return undefined;
    const askedMs = clock.uptimeMs();
    const question: AnswerAddress = { kind: 'request', address };
    const answer = readMessage(requestedSchema, await candidate.ask(question, questionMsMax));
    const atMs = clock.uptimeMs();
    const answered = { atMs, own: { isWell: own.value < faultStatus, durationMs: askedMs - startedMs } };
    if (answer === undefined) return { ...answered, isCrowded: wasCrowded(candidate) };
    this.#note(answer.failed);
    const { status, isCrowded } = answer;
    return { ...answered, candidate: { isWell: status < faultStatus, durationMs: atMs - askedMs }, isCrowded };
  }

  /** Any caller can name them: they are asked of both, and no more than every second time. */
  #note(failed: readonly string[]): void {
    const addresses = failed.filter((address) => address.startsWith('/'));
    this.#failed = [...new Set([...this.#failed, ...addresses])].slice(0, failedMax);
  }

  #next(): string {
    this.#isFailedNext = !this.#isFailedNext;
    const [failed, ...rest] = this.#failed;
    if (this.#isFailedNext && failed !== undefined) {
      this.#failed = rest;
      return failed;
    }
    this.#asked += 1;
    return usual[this.#asked % usual.length] ?? '/';
  }
}

/** As it said last. */
function wasCrowded(candidate: Candidate): boolean {
  return readMessage(heartbeatSchema, candidate.lastHeartbeat()?.message)?.isCrowded === true;
}
