import { unescape } from 'node:querystring';
import { wordsOf } from '../../system/error-words.ts';
import type { NetworkRequest, NetworkResult, OpenRequest, OpenResult, StreamingNetwork } from '../../system/network.ts';
import { OpenAnswer } from './open-answer.ts';
import { askSocket } from './socket-request.ts';
import { askStatus } from './status-request.ts';
import { isUntrusted, TrustedCertificates } from './trusted-certificates.ts';

/** Schemes that a request may name; anything else (file:, data:) is not the network. */
const protocols = ['http:', 'https:'];

/**
 * The world through Node's fetch. A redirect is never followed but answered as its 3xx status: a receiver of
 * notifications that moved must be named anew by the owner. Reasons name the host, never the path, which may be secret.
 */
export function nodeNetwork(): StreamingNetwork {
  const certificates = new TrustedCertificates();
  return {
    request(request) {
      if (request.socket !== undefined) return askSocket({ ...request, socket: request.socket });
      const deadline = AbortSignal.timeout(request.timeoutMs);
      return reach({ ...request, deadline, certificates }, async (url, headers) => {
        const asked = { ...request, headers };
        return request.answerBytesMax > 0
          ? exchange(asked, url, deadline)
          : withPatience(await askStatus(asked, url, deadline));
      });
    },
    async open(request) {
      const abort = new AbortController();
      const late = setTimeout(() => abort.abort(), request.timeoutMs);
      const asked = { ...request, deadline: abort.signal, certificates };
      try {
        return await reach(asked, (url, headers) => begin({ ...request, headers }, url, abort));
      } finally {
        clearTimeout(late);
      }
    },
  };
}

interface Reach extends Pick<NetworkRequest, 'url' | 'headers' | 'timeoutMs'> {
  readonly deadline: AbortSignal;
  readonly certificates: TrustedCertificates;
}

/** Asks where the address says; a server that nobody is trusted to vouch for is asked again when the machine trusts somebody who does. */
async function reach<Answer>(
  { certificates, deadline, ...request }: Reach,
  ask: (url: URL, headers: Record<string, string>) => Promise<Answer>,
): Promise<Answer | Extract<NetworkResult, { outcome: 'unreachable' }>> {
  const url = URL.parse(request.url);
  if (url === null || !protocols.includes(url.protocol)) {
    return { outcome: 'unreachable', reason: 'cannot ask: the address must begin http:// or https://' };
  }
  const headers = { ...credentialsOf(url), ...request.headers };
  try {
    return await certificates.with(() => ask(url, headers));
  } catch (error) {
    const why = deadline.aborted ? `no answer within ${request.timeoutMs} ms` : reasonOf(error);
    return { outcome: 'unreachable', reason: `cannot reach ${url.host}: ${why}` };
  }
}

async function begin({ headers, timeoutMs }: OpenRequest, url: URL, abort: AbortController): Promise<OpenResult> {
  const response = await fetch(url, { redirect: 'manual', signal: abort.signal, headers: headers ?? {} });
  const body = new OpenAnswer(response, { abort, partMsMax: timeoutMs });
  return { outcome: 'answered', status: response.status, headers: Object.fromEntries(response.headers), body };
}

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

/** Node advises a flag of its own, which the owner cannot set here. */
function reasonOf(error: unknown): string {
  const words = causeOf(error);
  if (!isUntrusted(error)) return words;
  return `${words.split('; ', 1)[0]}: have this machine trust who has signed its certificate`;
}
