import type { NetworkResult, OpenResult, StreamingNetwork } from '../system/network.ts';
import type { SourceFaultKind } from './offer.ts';

export interface HttpFailure {
  readonly outcome: 'failed';
  readonly kind: SourceFaultKind;
  readonly reason: string;
  readonly retryMs?: number;
}

export type HttpOpened = Extract<OpenResult, { outcome: 'answered' }>;

/** A chunk of 1 MiB at 10 KB/s: slower than that is not worth waiting for. */
const timeoutMs = 120_000;
const redirectsMax = 3;
const secondMs = 1000;
const retryMsMax = 24 * 60 * 60_000;
/** Compressed bytes are not wanted: a range of them would be a range of something else. */
const plain = { 'accept-encoding': 'identity' };

/** The whole of something small. */
export async function httpGet(
  network: StreamingNetwork,
  { url, bytesMax }: { readonly url: string; readonly bytesMax: number },
): Promise<{ readonly outcome: 'received'; readonly body: Uint8Array } | HttpFailure> {
  const found = await follow(url, (address) =>
    network.request({ url: address, method: 'GET', headers: plain, timeoutMs, answerBytesMax: bytesMax }),
  );
  if (found.outcome === 'failed') return found;
  return found.status === 200 ? { outcome: 'received', body: found.body } : refusalOf(found);
}

/** Begins to read a file at a byte (the last byte is included): a part of it (206), or the whole where a server gives no parts (200). */
export async function httpOpen(
  network: StreamingNetwork,
  { url, from, to }: { readonly url: string; readonly from: number; readonly to: number },
): Promise<HttpOpened | HttpFailure> {
  const headers = { ...plain, range: `bytes=${from}-${to}` };
  const found = await follow(url, (address) => network.open({ url: address, headers, timeoutMs }));
  if (found.outcome === 'failed' || found.status === 200 || found.status === 206) return found;
  found.body.close();
  return refusalOf(found);
}

type Answered = Extract<NetworkResult | OpenResult, { outcome: 'answered' }>;

/** Asks, and follows redirects within the same host. */
async function follow<Answer extends Answered>(
  first: string,
  ask: (url: string) => Promise<Answer | Extract<NetworkResult, { outcome: 'unreachable' }>>,
): Promise<Answer | HttpFailure> {
  let url = first;
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const result = await ask(url);
    if (result.outcome === 'unreachable') return { outcome: 'failed', kind: 'later', reason: result.reason };
    const { location } = result.headers;
    if (result.status < 300 || result.status >= 400 || location === undefined) return result;
    if ('close' in result.body) result.body.close();
    const next = nextAddress(url, location);
    if (next === undefined) {
      const host = URL.parse(location, url)?.host ?? location;
      return { outcome: 'failed', kind: 'final', reason: `cannot fetch: the server sends to another host, ${host}` };
    }
    url = next;
  }
  return { outcome: 'failed', kind: 'final', reason: `cannot fetch: more than ${redirectsMax} redirects` };
}

/**
 * Another host was not named by the owner, and a plain connection may be anybody. The same name over a safe connection is
 * the same host; it gets the name and password that the owner gave for it.
 */
function nextAddress(url: string, location: string): string | undefined {
  const [now, next] = [new URL(url), URL.parse(location, url)];
  if (next === null || next.hostname !== now.hostname) return undefined;
  const isMadeSafe = now.protocol === 'http:' && next.protocol === 'https:';
  if (!isMadeSafe && (next.protocol !== now.protocol || next.port !== now.port)) return undefined;
  next.username = now.username;
  next.password = now.password;
  return next.href;
}

/** What to do about every answer that is not what was asked for (RFC 9110). */
function refusalOf({ status, headers }: Pick<Answered, 'status' | 'headers'>): HttpFailure {
  switch (status) {
    case 416: {
      const reason = 'cannot fetch: the file on the server is shorter than its index says';
      return { outcome: 'failed', kind: 'changed', reason };
    }
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504: {
      const reason = `cannot fetch: the server answered ${status}`;
      return { outcome: 'failed', kind: 'later', reason, ...retryAfter(headers['retry-after']) };
    }
    default:
      return { outcome: 'failed', kind: 'final', reason: `cannot fetch: the server answered ${status}` };
  }
}

function retryAfter(value: string | undefined): { readonly retryMs?: number } {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return {};
  return { retryMs: Math.min(Number(value) * secondMs, retryMsMax) };
}
