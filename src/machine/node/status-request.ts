import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { NetworkRequest, NetworkResult } from '../../system/network.ts';

/** So much of a body is let in, for the receiver's sake: one that is cut off in the middle writes of a fault. */
const drainedBytesMax = 64 * 1024;
/** Bytes in which a final status line is looked for, interim answers (1xx) before it included. */
const lookedBytesMax = 16 * 1024;
/** A whole block of an interim answer, which a final one follows (RFC 9110, 15.2). */
const interimAnswers = /^(?:HTTP\/1\.[01] 1\d\d[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n)+/;
const statusLine = /^HTTP\/1\.[01] ([2-9]\d\d)(?: [^\r\n]*)?\r?\n/;

/**
 * A request whose answer is its status line. Whatever is wrong behind that line (a body without end, broken headers, a
 * cut connection) is the receiver's matter: what it has taken must not be sent again.
 * Not through fetch, which knows no status of an answer that it does not like as a whole.
 */
export function askStatus(request: NetworkRequest, url: URL, signal: AbortSignal): Promise<NetworkResult> {
  return new Promise((resolve, reject) => {
    const { request: send } = url.protocol === 'https:' ? https : http;
    const headers = { ...request.headers, ...(request.body === undefined ? {} : lengthOf(request.body)) };
    const asking = send(url, { method: request.method, headers, signal, agent: false });
    const seen = firstBytesOf(asking);
    asking.on('response', (answer) => {
      resolve({ outcome: 'answered', status: answer.statusCode ?? 0, headers: headersOf(answer), body: noBytes });
      drain(answer);
    });
    const settle = (error?: Error): void => {
      const status = statusLine.exec(seen().replace(interimAnswers, ''))?.[1];
      if (status === undefined) reject(error ?? new Error('the connection was closed before the answer'));
      else resolve({ outcome: 'answered', status: Number(status), headers: {}, body: noBytes });
    };
    asking.on('error', settle);
    asking.on('close', settle);
    asking.on('upgrade', (_answer, socket) => socket.destroy());
    asking.end(request.body);
  });
}

/** Nobody waits for this; the request's signal ends it. */
function drain(answer: IncomingMessage): void {
  let bytes = 0;
  answer.socket.unref();
  answer.on('error', () => undefined); // It has answered.
  answer.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > drainedBytesMax) answer.destroy();
  });
}

const noBytes = new Uint8Array();

function lengthOf(body: Uint8Array | string): { readonly 'content-length': number } {
  return { 'content-length': Buffer.byteLength(body) };
}

/** What the other side has said so far, as much as a status line needs; heard before the parser, which may not like it. */
function firstBytesOf(asking: ClientRequest): () => string {
  let text = '';
  asking.on('socket', (socket) => {
    socket.prependListener('data', (bytes: Buffer) => {
      if (text.length < lookedBytesMax) text += bytes.toString('latin1');
    });
  });
  return () => text;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
