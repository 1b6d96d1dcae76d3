import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Log } from '../system/log.ts';
import { InferenceFault } from '../system/inference.ts';
import { StoreFault } from '../store/store.ts';

/** Every error of the API, as `application/problem+json` (after RFC 9457). */
export const problemShape = Type.Object(
  {
    status: Type.Integer({ description: 'The HTTP status, once more' }),
    code: Type.String({ description: 'What went wrong, for programs; never changes its meaning' }),
    message: Type.String({ description: 'What went wrong, for people' }),
    advice: Type.String({ description: 'What to do about it' }),
    requestId: Type.String({ description: 'Find the request in the log by this correlation id' }),
  },
  { description: 'What went wrong and what to do about it' },
);
export type Problem = Static<typeof problemShape>;

/** Who met a full house may try again after this long: streams and pictures end within seconds. */
const crowdedRetryS = 5;

/** What problems are sent as. */
export const problemType = 'application/problem+json';

/** How a problem is described. */
interface ProblemAnswer {
  readonly description: string;
  readonly content: Readonly<Record<typeof problemType, { readonly schema: typeof problemShape }>>;
}

/**
 * Statuses a route may fail with beside those that every route may (`commonProblems`), each with the shape of a problem,
 * for its OpenAPI description.
 */
export function problems<Status extends number>(...statuses: readonly Status[]): Record<Status, ProblemAnswer> {
  const answers = statuses.map((status) => [
    status,
    { description: meanings[status] ?? 'A problem', content: { [problemType]: { schema: problemShape } } },
  ]);
  return Object.fromEntries(answers) as Record<Status, ProblemAnswer>; // oxlint-disable-line typescript/no-unsafe-type-assertion -- fromEntries forgets its keys
}

const meanings: Readonly<Record<number, string>> = {
  400: 'Not what this address accepts',
  401: 'Log in first, or send a token',
  403: 'Not for this user or token, not without a fresh proof, sent by another site, or under a name that is not ours',
  404: 'Not there, or not any more',
  405: 'This cannot be done here; Allow says what can',
  408: 'Too slow',
  409: 'Not now, or not in this state',
  413: 'Too large',
  414: 'The address is too long',
  415: 'A Content-Type that is not read here',
  417: 'An expectation that is not met here',
  422: 'Understood, and refused; the message says why',
  429: 'Too much at once; Retry-After says when to come back',
  431: 'The header is too large',
  500: 'A fault of the doorbell',
  503: 'Not able to now',
  507: 'The disk is full',
};

/** Ends a request with a problem. Thrown by routes; anything else that is thrown is a fault of ours. */
export class RequestRefused extends Error {
  readonly status: number;
  readonly code: string;
  readonly advice: string;
  /** When it may be worth asking again. */
  readonly retryAfterS: number | undefined;

  constructor(status: number, code: string, text: { message: string; advice: string; retryAfterS?: number }) {
    super(text.message);
    this.name = 'RequestRefused';
    this.status = status;
    this.code = code;
    this.advice = text.advice;
    this.retryAfterS = text.retryAfterS;
  }
}

/**
 * 429: more at once than this house does for its callers. Theirs and not ours, so never a 5xx: whoever asks for too much
 * must not make the release look ill.
 */
export function tooMuch(code: string, text: { message: string; advice: string }): RequestRefused {
  return new RequestRefused(429, code, { ...text, retryAfterS: crowdedRetryS });
}

/** 503: this house cannot just now, by no fault of its caller's, and perhaps can soon. */
export function notNow(code: string, message: string): RequestRefused {
  const advice = 'Try again in a moment; if it stays, run `doorward doctor` on the device.';
  return new RequestRefused(503, code, { message, advice, retryAfterS: crowdedRetryS });
}

/** 404 for a thing of the house: "visit", "person", "face". */
export function notFound(thing: string): RequestRefused {
  return new RequestRefused(404, 'not-found', {
    message: `cannot find this ${thing}: it may have been deleted`,
    advice: 'Reload the list and choose again.',
  });
}

/** 404 for an address that is none of this server's. */
export function noSuchAddress(): RequestRefused {
  return new RequestRefused(404, 'not-found', {
    message: 'cannot find this address: there is nothing here',
    advice: 'See /openapi.json for what there is.',
  });
}

/** 405, beside the header Allow. */
export function noSuchMethod(methods: readonly string[]): RequestRefused {
  return new RequestRefused(405, 'no-such-method', {
    message: 'cannot do this here: the address is right and the method is not',
    advice: `Use ${methods.join(', ')}.`,
  });
}

/** 422: understood, and the house says no; the message carries the reason. */
export function refused(code: string, message: string): RequestRefused {
  return new RequestRefused(422, code, { message, advice: 'Mend what the message names and try again.' });
}

/** Answers whatever a request ended with, and logs what is our fault. */
export function answerError(
  log: Log,
  thrown: FastifyError,
  exchange: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const { request, reply } = exchange;
  const error = thrown instanceof InferenceFault ? notNow('no-recognition', thrown.message) : thrown;
  const problem = { ...problemOf(error), requestId: request.id };
  reply.header('x-request-id', request.id);
  const context = { correlation_id: request.id, method: request.method, endpoint: request.routeOptions.url };
  if (error instanceof RequestRefused && problem.status >= 500)
    log.warn('a request was refused', { ...context, code: problem.code, reason: problem.message });
  else if (problem.status >= 500) log.error('request failed', { ...context, error });
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="Doorward"');
  if (error instanceof RequestRefused && error.retryAfterS !== undefined)
    reply.header('retry-after', String(error.retryAfterS));
  return sendProblem(reply, problem);
}

/** Sends a problem as RFC 9457 asks. */
function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type(`${problemType}; charset=utf-8`)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem);
}

function problemOf(error: FastifyError | RequestRefused): Omit<Problem, 'requestId'> {
  if (error instanceof RequestRefused)
    return { status: error.status, code: error.code, message: error.message, advice: error.advice };
  if (error instanceof StoreFault) return storeProblem(error);
  const status = error.statusCode ?? 500;
  const known = plainProblems[status];
  if (error.validation !== undefined)
    return { status: 400, code: 'invalid-request', message: `cannot accept this request: ${error.message}`, advice: 'See /openapi.json for what this address accepts.' }; // prettier-ignore
  if (known !== undefined) return { status, ...known };
  if (status >= 400 && status < 500)
    return { status, code: 'invalid-request', message: `cannot accept this request: ${error.message}`, advice: 'See /openapi.json for what this address accepts.' }; // prettier-ignore
  return {
    status: 500,
    code: 'internal',
    message: 'cannot answer: Doorward made a mistake',
    advice: 'Try again; if it stays, look for the request id in the log.',
  };
}

function storeProblem(fault: StoreFault): Omit<Problem, 'requestId'> {
  const status = fault.kind === 'full' ? 507 : 503;
  return {
    status,
    code: `store-${fault.kind}`,
    message: fault.message,
    advice: 'Run `doorward doctor` on the device.',
  };
}

const plainProblems: Readonly<Record<number, { code: string; message: string; advice: string }>> = {
  414: {
    code: 'address-too-long',
    message: 'cannot accept this request: a part of its address is longer than anything here is called',
    advice: 'See /openapi.json for what there is.',
  },
  413: {
    code: 'too-large',
    message: 'cannot accept this request: it is too large',
    advice: 'Send a picture of at most 16 MB, or less text.',
  },
  415: {
    code: 'wrong-media-type',
    message: 'cannot accept this request: its Content-Type is not one this address reads',
    advice: 'Send JSON as application/json, a picture as image/jpeg or as the field "picture" of multipart/form-data.',
  },
  429: {
    code: 'too-many-requests',
    message: 'cannot answer so many requests at once',
    advice: 'Wait for the seconds that Retry-After names.',
  },
};
