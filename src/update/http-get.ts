import type { Network, NetworkResult } from '../system/network.ts';
import type { SourceFaultKind } from './offer.ts';

/** One question to a web server, for a whole small body or a part of a large one. */
export interface HttpQuestion {
  readonly url: string;
  readonly bytesMax: number;
  /** First and last byte, both included. */
  readonly range?: { readonly from: number; readonly to: number };
}

export type HttpAnswer =
  | {
      readonly outcome: 'received';
      readonly body: Uint8Array;
      readonly tag: string | undefined;
      /** Of the whole file, when the server says. */
      readonly totalBytes: number | undefined;
    }
  | { readonly outcome: 'failed'; readonly kind: SourceFaultKind; readonly reason: string; readonly retryMs?: number };

/** A chunk of 1 MiB at 10 KB/s: slower than that is not worth waiting for. */
const timeoutMs = 120_000;
const redirectsMax = 3;
const secondMs = 1000;
const retryMsMin = 1000;
const retryMsMax = 24 * 60 * 60_000;

/** Asks, follows redirects within the same host, and sorts every other answer into what to do about it (RFC 9110). */
export async function httpGet(network: Network, question: HttpQuestion): Promise<HttpAnswer> {
  let { url } = question;
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const result = await ask(network, { ...question, url });
    if (result.outcome === 'unreachable') return { outcome: 'failed', kind: 'later', reason: result.reason };
    const { location } = result.headers;
    if (result.status < 300 || result.status >= 400 || location === undefined) return classify(question, result);
    const next = URL.parse(location, url);
    // Another host was not named by the owner, and a plain one may be anybody.
    if (next === null || next.host !== new URL(url).host || next.protocol !== new URL(url).protocol)
      return {
        outcome: 'failed',
        kind: 'final',
        reason: `cannot fetch: the server sends to another host, ${next?.host ?? location}`,
      };
    url = next.href;
  }
  return { outcome: 'failed', kind: 'final', reason: `cannot fetch: more than ${redirectsMax} redirects` };
}

/** Compressed bytes are not wanted: a range of them would be a range of something else. */
function ask(network: Network, { url, range, bytesMax }: HttpQuestion): Promise<NetworkResult> {
  const headers = {
    'accept-encoding': 'identity',
    ...(range === undefined ? {} : { range: `bytes=${range.from}-${range.to}` }),
  };
  return network.request({ url, method: 'GET', headers, timeoutMs, answerBytesMax: bytesMax });
}

type Answered = Extract<NetworkResult, { outcome: 'answered' }>;

function classify({ range }: HttpQuestion, { status, headers, body }: Answered): HttpAnswer {
  const tag = headers['etag'];
  switch (status) {
    case 200:
      if (range === undefined) return { outcome: 'received', body, tag, totalBytes: undefined };
      // The whole file came instead of a part: of use only when the whole is small.
      if (range.from === 0 && body.length === range.to + 1)
        return { outcome: 'received', body, tag, totalBytes: undefined };
      return {
        outcome: 'failed',
        kind: 'final',
        reason: 'cannot fetch: the server does not give parts of files (ranges)',
      };
    case 206: {
      const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
      if (match === null || range === undefined || Number(match[1]) !== range.from)
        return {
          outcome: 'failed',
          kind: 'later',
          reason: 'cannot fetch: the server gave another part than was asked for',
        };
      return { outcome: 'received', body, tag, totalBytes: match[3] === '*' ? undefined : Number(match[3]) };
    }
    case 416:
      return {
        outcome: 'failed',
        kind: 'changed',
        reason: 'cannot fetch: the file on the server is shorter than its index says',
      };
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return {
        outcome: 'failed',
        kind: 'later',
        reason: `cannot fetch: the server answered ${status}`,
        ...retryAfter(headers['retry-after']),
      };
    default:
      return { outcome: 'failed', kind: 'final', reason: `cannot fetch: the server answered ${status}` };
  }
}

function retryAfter(value: string | undefined): { readonly retryMs?: number } {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return {};
  return { retryMs: Math.min(Math.max(Number(value) * secondMs, retryMsMin), retryMsMax) };
}
