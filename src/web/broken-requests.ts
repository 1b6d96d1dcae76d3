import type { WebParts } from './parts.ts';
import { answerError, problemType, type Problem } from './problem.ts';
import type { FastifyServerOptions } from 'fastify';
import type { Site } from './site.ts';

type BrokenRequests = Pick<Required<FastifyServerOptions>, 'clientErrorHandler' | 'frameworkErrors'>;
type BrokenParts = Pick<WebParts, 'log' | 'random'>;

/** Requests that reach no route, because the parser or the router gives them up: they too are answered with a problem. */
export function brokenRequests({ log, random }: BrokenParts): BrokenRequests {
  return {
    frameworkErrors: (error, request, reply) => void answerError(log, error, { request, reply }),
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      const problem = { ...(parserProblems[error.code] ?? unreadable), requestId: random.id() };
      log.debug('a request could not be read', { correlation_id: problem.requestId, reason: error.code });
      socket.end(rawAnswer(problem), () => socket.destroy()); // It may be one inside this process, which knows no more.
    },
  };
}

/** `Expect` with anything but 100-continue (RFC 9110, 10.1.1): Node's own answer has no body. */
export function answerExpectations(server: Site['server'], { random }: BrokenParts): void {
  server.on('checkExpectation', (_request, response) => {
    const body = JSON.stringify({ ...unmetExpectation, requestId: random.id() });
    response.writeHead(unmetExpectation.status, {
      'content-type': `${problemType}; charset=utf-8`,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    });
    response.end(body);
  });
}

type Refusal = Omit<Problem, 'requestId'>;

const unreadable: Refusal = {
  status: 400,
  code: 'invalid-request',
  message: 'cannot read this request: it is not HTTP as RFC 9112 has it',
  advice: 'Look at what sends it: a header, a length or a chunk is wrong.',
};
const unmetExpectation: Refusal = {
  status: 417,
  code: 'expectation-failed',
  message: 'cannot meet what the header Expect asks for',
  advice: 'Send the request without Expect, or with 100-continue.',
};
const parserProblems: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'too-slow',
    message: 'cannot wait longer for the rest of this request',
    advice: 'Send the header within ten seconds and the whole request within a minute.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'header-too-large',
    message: 'cannot accept this request: its header is larger than 16 KB',
    advice: 'Send fewer or shorter header fields, or a shorter address.',
  },
};
const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function rawAnswer(problem: Problem): string {
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${phrases[problem.status] ?? ''}`,
    `Content-Type: ${problemType}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.requestId}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
