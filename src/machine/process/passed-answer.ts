import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer up to this is passed back when all of it is there: cut off in the middle it can still be asked for again. */
const wholeBytesMax = 1024 * 1024;
const perHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer']);
const streams = ['text/event-stream', 'multipart/x-mixed-replace'];

export interface PassedAnswer {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The caller is to connect anew for its next request. */
  readonly isLeaving: () => boolean;
  /** Whether there is memory for so many bytes more. */
  readonly mayKeep: (bytes: number) => boolean;
  /** It was cut before its end, and is not a stream. */
  readonly onCut: () => void;
}

/** Passes an answer back to the caller. Returns what ends it well, when it is a stream: undefined when it is none. */
export function passOn(answer: IncomingMessage, passed: PassedAnswer): (() => void) | undefined {
  const { response, onCut } = passed;
  const isStream = streams.some((type) => answer.headers['content-type']?.startsWith(type) === true);
  const kept: Buffer[] = [];
  let keptBytes = 0;
  const begin = (): void => {
    writeHead(answer, passed);
    response.flushHeaders();
    for (const bytes of kept.splice(0)) response.write(bytes);
  };
  if (isStream) begin();
  answer.on('data', (bytes: Buffer) => {
    keptBytes += bytes.length;
    if (!response.headersSent) {
      kept.push(bytes);
      if (keptBytes <= wholeBytesMax && passed.mayKeep(bytes.length)) return;
      begin();
      if (response.writableNeedDrain) answer.pause();
    } else if (!response.write(bytes)) answer.pause();
  });
  response.on('drain', () => answer.resume());
  answer.on('error', () => undefined); // Told by `close`.
  answer.once('close', () => {
    // What has no end of its own ends well wherever it ends.
    if (!answer.complete && !isStream) return onCut();
    if (!response.headersSent) writeHead(answer, passed);
    response.end(Buffer.concat(kept));
  });
  return isStream ? () => void answer.destroy() : undefined;
}

function writeHead(answer: IncomingMessage, { request, response, isLeaving }: PassedAnswer): void {
  const headers: string[] = [];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [answer.rawHeaders[at], answer.rawHeaders[at + 1]];
    if (!perHop.has(name.toLowerCase())) headers.push(name, value);
  }
  // Whoever is answered before all of it was heard may still be sending the rest.
  if (isLeaving() || !request.complete) headers.push('connection', 'close');
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
}
