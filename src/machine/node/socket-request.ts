import { request as ask, type IncomingMessage } from 'node:http';
import { wordsOf } from '../../system/error-words.ts';
import type { NetworkRequest, NetworkResult } from '../../system/network.ts';

/** Asks over a unix socket: fetch knows none. */
export function askSocket(request: NetworkRequest & { readonly socket: string }): Promise<NetworkResult> {
  const { socket, method, body, timeoutMs, answerBytesMax } = request;
  const url = new URL(request.url);
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const headers = { host: url.host, connection: 'close', ...request.headers, ...length };
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const unreachable = (reason: string): void =>
      resolve({ outcome: 'unreachable', reason: `cannot reach ${socket}: ${reason}` });
    const asking = ask({ socketPath: socket, path: `${url.pathname}${url.search}`, method, headers, signal });
    asking.once('error', (error) => unreachable(signal.aborted ? `no answer within ${timeoutMs} ms` : wordsOf(error)));
    asking.once('response', (answer) => {
      readAtMost(answer, answerBytesMax).then(
        (content) =>
          content === undefined
            ? unreachable(`its answer is longer than ${answerBytesMax} bytes`)
            : resolve({
                outcome: 'answered',
                status: answer.statusCode ?? 0,
                headers: headersOf(answer),
                body: content,
              }),
        (error: unknown) => unreachable(wordsOf(error)),
      );
    });
    asking.end(body);
  });
}

async function readAtMost(answer: IncomingMessage, bytesMax: number): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > bytesMax) return undefined; // Leaving the loop ends the connection.
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
