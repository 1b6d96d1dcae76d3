import type { DoorAnswer, DoorRequest } from '../../machine/process/door-question.ts';
import type { Candidate } from '../../system/candidate.ts';
import type { Clock } from '../../system/clock.ts';
import type { Callers } from '../../update/judge/callers.ts';
import type { AskedBoth, QuestionKind } from '../../update/judge/gate-facts.ts';
import { heartbeatSchema, readMessage } from '../../update/trial-protocol.ts';
import { namesIn, type OwnPictures } from './own-pictures.ts';
import type { OwnSetting } from './own-setting.ts';

/** Reads of every kind that the page and the commands ask for: small, and without an effect. */
export const questionReads = [
  '/',
  '/api/v1/status',
  '/api/v1/visits?limit=5',
  '/api/v1/people?limit=5',
  '/metrics',
  '/api/v1/settings',
  '/api/v1/update',
  '/nothing-here',
] as const;
/** In this order, again and again; what costs most comes again after so many rounds when it was answered. */
const round = ['read', 'write', 'read', 'stream', 'read', 'view', 'read', 'picture'] as const;
const roundsToRest = 5;
const costly = ['write', 'picture'] as const;
/** So often first: one picture is no sign of anything. */
const untilRest = { write: 1, picture: 4 };
/** Slower than so many times the incumbent is late, where it takes long at all. */
const lateTimes = 4;
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
  readonly askOwn: (request: DoorRequest, timeoutMs: number) => Promise<DoorAnswer>;
  /** The same over the socket at which callers are answered, whoever answers there. */
  readonly askDoor: (request: DoorRequest, timeoutMs: number) => Promise<DoorAnswer>;
  readonly pictures: OwnPictures;
  /** What may be written without changing anything; undefined when there is nothing. */
  setting(): OwnSetting | undefined;
  /** The live view shows something. */
  readonly hasFrames: boolean;
  /** Who asks the candidate besides. */
  callers(): Callers;
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
  /** Not before this round. */
  readonly #restsUntil = { write: 0, picture: 0 };
  readonly #answered = { write: 0, picture: 0 };
  /** What this process does not answer just now either. */
  readonly #unanswerable = new Set<QuestionKind>();
  #isFailedNext = false;
  #failed: readonly string[] = [];

  constructor(parts: OwnQuestionsParts) {
    this.#parts = parts;
  }

  /** This process first: undefined when it does not answer itself, or there is nothing to ask just now. */
  async ask(candidate: Candidate): Promise<AskedBoth | undefined> {
    this.#hear(candidate);
    const kind = this.#nextKind();
    const asked = await this.#askKind(kind);
    if (asked === undefined) this.#unanswerable.add(kind);
    else this.#unanswerable.delete(kind);
    return asked;
  }

  /** What is asked for, as far as this process answers it. */
  get kinds(): readonly QuestionKind[] {
    return [...new Set(round)].filter((kind) => !this.#unanswerable.has(kind));
  }

  #askKind(kind: (typeof round)[number]): Promise<AskedBoth | undefined> {
    if (kind === 'picture') return this.#askPicture();
    if (kind === 'write') return this.#askWrite();
    const question = this.#questionOf(kind);
    return question === undefined ? Promise.resolve(undefined) : this.#askBoth(question);
  }

  async #askBoth({ kind, request }: Question): Promise<AskedBoth | undefined> {
    const { askDoor, askOwn } = this.#parts;
    const isOnlyThere = kind === 'view'; // The camera is there.
    const own = isOnlyThere
      ? { answer: answeredWell, durationMs: 0 }
      : await this.#timed(() => askOwn(request, questionMsMax));
    if (own.answer.outcome !== 'answered') return undefined;
    const there = await this.#timed(() => askDoor(request, patienceMs(questionMsMax, own)));
    return this.#compared({ kind, what: request.path, own: { ...own, answer: own.answer }, there });
  }

  async #askPicture(): Promise<AskedBoth | undefined> {
    const { pictures, askDoor } = this.#parts;
    const picture = await pictures.next();
    if (picture === undefined) return undefined;
    const own = await this.#timed(() => pictures.look(picture.bytes));
    if (own.answer === undefined) return undefined;
    const headers = { 'content-type': 'image/jpeg' };
    const request = { method: 'POST', path: '/api/v1/recognize', headers, body: picture.bytes } as const;
    const there = await this.#timed(() => askDoor(request, patienceMs(pictureMsMax, own)));
    const asked = this.#compared({
      kind: 'picture',
      what: picture.path,
      own: { answer: answeredWell, durationMs: own.durationMs },
      there,
    });
    this.#restAfter('picture', asked);
    if (asked.candidate?.isWell === false) {
      const same = await this.#parts.askOwn(request, pictureMsMax);
      const isWellHere = same.outcome === 'answered' && same.status < faultStatus;
      return isWellHere ? asked : undefined; // Nobody can look at pictures that are sent to this machine.
    }
    if (asked.candidate?.isWell !== true || there.answer.outcome !== 'answered') return asked;
    const names = namesIn(there.answer.body);
    if (names === undefined) return { ...asked, candidate: { ...asked.candidate, isWell: false } };
    return { ...asked, names: { own: own.answer, candidate: names } };
  }

  /** Over there after over here: what was written is looked for in the database each time, and is gone in the end. */
  async #askWrite(): Promise<AskedBoth | undefined> {
    const { askDoor, askOwn } = this.#parts;
    const setting = this.#parts.setting();
    if (setting === undefined) return undefined;
    const own = await this.#timed(() => write(askOwn, setting));
    if (own.answer.outcome !== 'answered') return undefined;
    const there = await this.#timed(() => write(askDoor, setting, patienceMs(questionMsMax, own)));
    const asked = this.#compared({
      kind: 'write',
      what: settings,
      own: { ...own, answer: own.answer },
      there,
    });
    if (setting.isStored()) await write(askOwn, setting);
    this.#restAfter('write', asked);
    return asked;
  }

  #restAfter(kind: (typeof costly)[number], { candidate }: AskedBoth): void {
    if (candidate === undefined) return;
    this.#answered[kind] += 1;
    if (this.#answered[kind] >= untilRest[kind]) this.#restsUntil[kind] = this.#round + roundsToRest;
  }

  get #round(): number {
    return Math.floor(this.#asked / round.length);
  }

  #compared({ kind, what, own, there }: Compared): AskedBoth {
    const atMs = this.#parts.clock.uptimeMs();
    const asked = {
      atMs,
      kind,
      what,
      own: { isWell: own.answer.status < faultStatus, durationMs: own.durationMs },
      callers: this.#parts.callers(),
    };
    const { answer, durationMs } = there;
    const isLate = durationMs > questionMsMax && durationMs > own.durationMs * lateTimes;
    if (answer.outcome === 'late' || isLate) return asked;
    if (answer.outcome === 'cut') return { ...asked, candidate: { isWell: false, durationMs } };
    if (answer.status === tooManyStatus) return { ...asked, candidate: { isWell: true, isRefused: true, durationMs } };
    const isLess =
      own.answer.status < 300 && (missingStatuses.includes(answer.status) || isPoorer(answer.body, own.answer.body));
    return { ...asked, candidate: { isWell: answer.status < faultStatus && !isLess, durationMs } };
  }

  async #timed<Answer>(ask: () => Promise<Answer>): Promise<{ readonly answer: Answer; readonly durationMs: number }> {
    const { clock } = this.#parts;
    const startedMs = clock.uptimeMs();
    const answer = await ask();
    return { answer, durationMs: clock.uptimeMs() - startedMs };
  }

  #questionOf(kind: Exclude<QuestionKind, 'picture' | 'write'>): Question | undefined {
    switch (kind) {
      case 'read':
      case 'failed': return this.#nextRead();
      case 'stream': return { kind, request: { method: 'GET', path: '/api/v1/events', isEnough: (bytes) => bytes.includes('data: ') } };
      case 'view': {
        if (!this.#parts.hasFrames) return undefined;
        return { kind, request: { method: 'GET', path: '/api/v1/live.mjpeg?quality=low', isEnough: (bytes) => bytes.includes(jpegStart) } };
      }
    } // prettier-ignore
  }

  #nextKind(): (typeof round)[number] {
    const kind = round[this.#asked % round.length] ?? 'read';
    const rests = costly.some((one) => one === kind && this.#round < this.#restsUntil[one]);
    this.#asked += 1;
    return rests ? 'read' : kind;
  }

  #nextRead(): Question {
    this.#isFailedNext = !this.#isFailedNext;
    const [failed, ...rest] = this.#failed;
    if (this.#isFailedNext && failed !== undefined) {
      this.#failed = rest;
      return { kind: 'failed', request: { method: 'GET', path: failed } };
    }
    this.#reads += 1;
    return { kind: 'read', request: { method: 'GET', path: questionReads[this.#reads % questionReads.length] ?? '/' } };
  }

  /** What failed there to others. Any caller can name an address: they are asked of both, and no more than every second time. */
  #hear(candidate: Candidate): void {
    const failed = readMessage(heartbeatSchema, candidate.lastHeartbeat()?.message)?.failed ?? [];
    const addresses = failed.filter((address) => /^\/[!-~]*$/.test(address) && !isStream(address));
    this.#failed = [...new Set([...this.#failed, ...addresses])].slice(0, failedMax);
  }
}

/** On a machine that keeps the incumbent waiting too, the candidate is waited for longer: never less than it is to be compared by. */
function patienceMs(msMax: number, { durationMs }: { readonly durationMs: number }): number {
  return Math.max(msMax, durationMs * lateTimes);
}

const settings = '/api/v1/settings';

type Ask = OwnQuestionsParts['askOwn'];

/** Sets, looks and removes; the answer to what went wrong first, or to the last. */
async function write(ask: Ask, { set, remove, isStored }: OwnSetting, msMax = questionMsMax): Promise<DoorAnswer> {
  const change = { method: 'PATCH', path: settings, headers: { 'content-type': 'application/json' } } as const;
  const first = await ask({ ...change, body: set }, msMax);
  if (first.outcome !== 'answered' || first.status >= 300) return first;
  if (!isStored()) return { ...first, status: faultStatus };
  const second = await ask({ ...change, body: remove }, msMax);
  return second.outcome === 'answered' && second.status < 300 && isStored()
    ? { ...second, status: faultStatus }
    : second;
}

/** An answer that is empty where the incumbent's is not, or lacks a part of it. */
function isPoorer(there: Uint8Array, own: Uint8Array): boolean {
  if (own.length === 0) return false;
  if (there.length === 0) return true;
  const [ours, theirs] = [partsOf(own), partsOf(there)];
  return Object.entries(ours).some(([name, part]) => {
    const other = theirs[name];
    return (
      other === undefined || (Array.isArray(part) && part.length > 0 && Array.isArray(other) && other.length === 0)
    );
  });
}

/** The parts of a JSON object; none of anything else. */
function partsOf(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? { ...answer } : {};
  } catch {
    return {};
  }
}

interface Timed<Answer> {
  readonly answer: Answer;
  readonly durationMs: number;
}

interface Compared {
  readonly kind: QuestionKind;
  readonly what: string;
  readonly own: Timed<Pick<typeof answeredWell, 'status' | 'body'>>;
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
