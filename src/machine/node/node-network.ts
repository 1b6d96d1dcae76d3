import { unescape } from 'node:querystring';
import { wordsOf } from '../../system/error-words.ts';
import type { Network, NetworkRequest, NetworkResult } from '../../system/network.ts';
import { askStatus } from './status-request.ts';

/** Schemes that a request may name; anything else (file:, data:) is not the network. */
const protocols = ['http:', 'https:'];

/**
 * The world through Node's fetch. A redirect is never followed but answered as its 3xx status: a receiver of
 * notifications that moved must be named anew by the owner. Reasons name the host, never the path, which may be secret.
 */
export const nodeNetwork: Network = {
  async request(request) {
    const url = URL.parse(request.url);
    if (url === null || !protocols.includes(url.protocol)) {
      return { outcome: 'unreachable', reason: 'cannot ask: the address must begin http:// or https://' };
    }
    const headers = { ...credentialsOf(url), ...request.headers };
    const deadline = AbortSignal.timeout(request.timeoutMs);
    try {
      const asked = { ...request, headers };
      if (request.answerBytesMax > 0) return await exchange(asked, url, deadline);
      return withPatience(await askStatus(asked, url, deadline));
    } catch (error) {
      const why = deadline.aborted ? `no answer within ${request.timeoutMs} ms` : causeOf(error);
      return { outcome: 'unreachable', reason: `cannot reach ${url.host}: ${why}` };
    }
  },
};

/** Takes name and password out of the address, where fetch refuses them and errors would show them. */
function credentialsOf(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const pair = unescape(`${url.username}:${url.password}`);
  url.username = '';
  url.password = '';
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function exchange(request: NetworkRequest, url: URL, signal: AbortSignal): Promise<NetworkResult> {
  const response = await fetch(url, {
    method: request.method,
    redirect: 'manual',
    signal,
    ...(request.headers === undefined ? {} : { headers: request.headers }),
    ...(request.body === undefined ? {} : { body: bodyOf(request.body) }),
  });
  const body = await readAtMost(response, request.answerBytesMax);
  if (body === undefined) {
    const reason = `cannot use the answer of ${url.host}: longer than ${request.answerBytesMax} bytes`;
    return { outcome: 'unreachable', reason };
  }
  return withPatience({
    outcome: 'answered',
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body,
  });
}

/**
 * A date to wait for becomes seconds. It is counted from the date of the answer, because the clock of this device may be
 * wrong; only a receiver that has no clock of its own is believed by ours.
 */
function withPatience(result: NetworkResult): NetworkResult {
  if (result.outcome !== 'answered') return result;
  const { 'retry-after': after = '', date = '' } = result.headers;
  const nowMs = Date.parse(date);
  const untilMs = Date.parse(after) - (Number.isFinite(nowMs) ? nowMs : Date.now());
  if (!/[a-z]/i.test(after) || !Number.isFinite(untilMs)) return result;
  return { ...result, headers: { ...result.headers, 'retry-after': String(Math.max(0, Math.ceil(untilMs / 1000))) } };
}

/** A copy of its own: fetch may not see a buffer that another thread is writing. */
function bodyOf(body: Uint8Array | string): Uint8Array<ArrayBuffer> | string {
  return typeof body === 'string' ? body : new Uint8Array(body);
}

/** Counts while reading, after decompression, so that neither a lie in Content-Length nor a zip bomb fills the memory. */
async function readAtMost(response: Response, bytesMax: number): Promise<Uint8Array | undefined> {
  if (response.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.length;
    if (bytes > bytesMax) return undefined; // Leaving the loop cancels the answer.
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** fetch says only "fetch failed"; what happened is its cause. */
function causeOf(error: unknown): string {
  return wordsOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
