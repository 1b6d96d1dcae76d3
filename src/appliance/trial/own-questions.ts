import type { DoorAnswer, DoorRequest } from '../../machine/process/door-question.ts';
import type { Candidate } from '../../system/candidate.ts';
import type { Clock } from '../../system/clock.ts';
import type { AskedBoth, QuestionKind } from '../../update/judge/gate-facts.ts';
import { heartbeatSchema, readMessage } from '../../update/trial-protocol.ts';
import { namesIn, type OwnPictures } from './own-pictures.ts';

/** Reads of every kind that the page and the commands ask for: small, and without an effect. */
const reads = [
  '/',
  '/api/v1/status',
  '/api/v1/visits?limit=5',
  '/api/v1/people?limit=5',
  '/metrics',
  '/api/v1/settings',
  '/api/v1/update',
  '/nothing-here',
] as const;
/** In this order, again and again; once a picture was answered the next comes after so many rounds. */
const round = ['read', 'write', 'read', 'stream', 'read', 'view', 'read', 'picture'] as const;
const roundsPerPicture = 5;
/** Longer than the gate lets a question take. */
const questionMsMax = 2500;
/** What decodes it may have to be started first. */
const pictureMsMax = 10_000;
/** Addresses that failed to somebody, waiting to be asked. */
const failedMax = 20;
/** From this status on the answer is a fault of whoever gives it. */
const faultStatus = 500;
/** Who has so many callers may send some away. */
const tooManyStatus = 429;
const missingStatuses: readonly number[] = [404, 405, 410];
/** How a JPEG begins. */
const jpegStart = Buffer.from([0xff, 0xd8, 0xff]);

export interface OwnQuestionsParts {
  readonly clock: Clock;
  /** Puts a request to this process, as a caller's. */
  askOwn(request: DoorRequest, timeoutMs: number): Promise<DoorAnswer>;
  /** The same over the socket at which callers are answered, whoever answers there. */
  askDoor(request: DoorRequest, timeoutMs: number): Promise<DoorAnswer>;
  readonly pictures: OwnPictures;
  /** A setting that the device has no value of its own for: to remove it changes nothing. */
  unsetSetting(): string | undefined;
  /** The live view shows something. */
  readonly hasFrames: boolean;
}

interface Question {
  readonly kind: QuestionKind;
  readonly request: DoorRequest;
}

/** What an incumbent asks itself and its candidate: every kind of route, and in between what the candidate has failed at. */
export class OwnQuestions {
  readonly #parts: OwnQuestionsParts;
  #asked = 0;
  #reads = 0;
  #nextPictureRound = 0;
  #isFailedNext = false;
  #failed: readonly string[] = [];

  constructor(parts: OwnQuestionsParts) {
    this.#parts = parts;
  }

  /** This process first: undefined when it does not answer itself, or there is nothing to ask just now. */
  async ask(candidate: Candidate): Promise<AskedBoth | undefined> {
    this.#hear(candidate);
    const kind = this.#nextKind();
    if (kind === 'picture') return this.#askPicture(candidate);
    const question = this.#questionOf(kind);
    return question === undefined ? undefined : this.#askBoth(candidate, question);
  }

  async #askBoth(candidate: Candidate, { kind, request }: Question): Promise<AskedBoth | undefined> {
    const { askDoor, askOwn } = this.#parts;
    const isOnlyThere = kind === 'view'; // The camera is there.
    const own = isOnlyThere
      ? { answer: answeredWell, durationMs: 0 }
      : await this.#timed(() => askOwn(request, questionMsMax));
    if (own.answer.outcome !== 'answered') return undefined;
    const there = await this.#timed(() => askDoor(request, questionMsMax));
    return this.#compared(candidate, { kind, what: request.path, own: { ...own, answer: own.answer }, there });
  }

  async #askPicture(candidate: Candidate): Promise<AskedBoth | undefined> {
    const { pictures, askDoor } = this.#parts;
    const picture = await pictures.next();
    if (picture === undefined) return undefined;
    const own = await this.#timed(() => pictures.look(picture.bytes));
    if (own.answer === undefined) return undefined;
    const headers = { 'content-type': 'image/jpeg' };
    const request = { method: 'POST', path: '/api/v1/recognize', headers, body: picture.bytes } as const;
    const there = await this.#timed(() => askDoor(request, pictureMsMax));
    const asked = this.#compared(candidate, {
      kind: 'picture',
      what: picture.path,
      own: { answer: answeredWell, durationMs: own.durationMs },
      there,
    });
    if (asked.candidate !== undefined) this.#nextPictureRound = this.#asked / round.length + roundsPerPicture - 1;
    if (asked.candidate?.isWell !== true || there.answer.outcome !== 'answered') return asked;
    const names = namesIn(there.answer.body);
    if (names === undefined) return { ...asked, candidate: { ...asked.candidate, isWell: false } };
    return { ...asked, names: { own: own.answer, candidate: names } };
  }

  #compared(candidate: Candidate, { kind, what, own, there }: Compared): AskedBoth {
    const atMs = this.#parts.clock.uptimeMs();
    const asked = {
      atMs,
      kind,
      what,
      own: { isWell: own.answer.status < faultStatus, durationMs: own.durationMs },
      isCrowded: wasCrowded(candidate),
    };
    const { answer, durationMs } = there;
    if (answer.outcome === 'late') return asked;
    if (answer.outcome === 'cut') return { ...asked, candidate: { isWell: false, durationMs } };
    if (answer.status === tooManyStatus) return { ...asked, candidate: { isWell: true, isRefused: true, durationMs } };
    const isMissing = own.answer.status < 300 && missingStatuses.includes(answer.status);
    return { ...asked, candidate: { isWell: answer.status < faultStatus && !isMissing, durationMs } };
  }

  async #timed<Answer>(ask: () => Promise<Answer>): Promise<{ readonly answer: Answer; readonly durationMs: number }> {
    const { clock } = this.#parts;
    const startedMs = clock.uptimeMs();
    const answer = await ask();
    return { answer, durationMs: clock.uptimeMs() - startedMs };
  }

  #questionOf(kind: Exclude<QuestionKind, 'picture'>): Question | undefined {
    switch (kind) {
      case 'read':
      case 'failed': return this.#nextRead();
      case 'write': {
        const key = this.#parts.unsetSetting();
        if (key === undefined) return undefined;
        const headers = { 'content-type': 'application/json' };
        return { kind, request: { method: 'PATCH', path: '/api/v1/settings', headers, body: JSON.stringify({ [key]: null }) } };
      }
      case 'stream': return { kind, request: { method: 'GET', path: '/api/v1/events', isEnough: (bytes) => bytes.includes('data: ') } };
      case 'view': {
        if (!this.#parts.hasFrames) return undefined;
        return { kind, request: { method: 'GET', path: '/api/v1/live.mjpeg?quality=low', isEnough: (bytes) => bytes.includes(jpegStart) } };
      }
    } // prettier-ignore
  }

  #nextKind(): (typeof round)[number] {
    const kind = round[this.#asked % round.length] ?? 'read';
    const isEarly = Math.floor(this.#asked / round.length) < this.#nextPictureRound;
    this.#asked += 1;
    return kind === 'picture' && isEarly ? 'read' : kind;
  }

  #nextRead(): Question {
    this.#isFailedNext = !this.#isFailedNext;
    const [failed, ...rest] = this.#failed;
    if (this.#isFailedNext && failed !== undefined) {
      this.#failed = rest;
      return { kind: 'failed', request: { method: 'GET', path: failed } };
    }
    this.#reads += 1;
    return { kind: 'read', request: { method: 'GET', path: reads[this.#reads % reads.length] ?? '/' } };
  }

  /** What failed there to others. Any caller can name an address: they are asked of both, and no more than every second time. */
  #hear(candidate: Candidate): void {
    const failed = readMessage(heartbeatSchema, candidate.lastHeartbeat()?.message)?.failed ?? [];
    const addresses = failed.filter((address) => /^\/[!-~]*$/.test(address) && !isStream(address));
    this.#failed = [...new Set([...this.#failed, ...addresses])].slice(0, failedMax);
  }
}

interface Timed<Answer> {
  readonly answer: Answer;
  readonly durationMs: number;
}

interface Compared {
  readonly kind: QuestionKind;
  readonly what: string;
  readonly own: Timed<{ readonly status: number }>;
  readonly there: Timed<DoorAnswer>;
}

const answeredWell: Extract<DoorAnswer, { outcome: 'answered' }> = {
  outcome: 'answered',
  status: 200,
  body: new Uint8Array(),
};

/** Its answer does not end. */
function isStream(address: string): boolean {
  return /^\/api\/v1\/(?:events|live\.mjpeg)/.test(address);
}

/** As it said last. */
function wasCrowded(candidate: Candidate): boolean {
  return readMessage(heartbeatSchema, candidate.lastHeartbeat()?.message)?.isCrowded === true;
}
