import { Agent as HttpAgent, get as getHttp, type IncomingMessage, STATUS_CODES } from 'node:http';
import { Agent as HttpsAgent, get as getHttps } from 'node:https';
import { wordsOf } from '../../system/error-words.ts';
import { authorization, challengeOf, type Challenge, loginOf } from './http-credentials.ts';

/** A camera may take this long to begin its answer, and be silent for this long in it: the appliance notices sooner. */
const answerMsMax = 15_000;
const silenceMsMax = 60_000;
/** Answers that only send on, or ask who is there, before one with a picture. */
const stepsMax = 5;

export type HttpAnswer =
  | { readonly outcome: 'answered'; readonly response: IncomingMessage }
  /** What was said, for `cameraWords`. */
  | { readonly outcome: 'failed'; readonly complaint: string };

/**
 * Asks one camera, again and again, over a connection that is kept. Certificates are not checked, as ffmpeg does not:
 * a camera signs its own, and nobody else can vouch for it.
 */
export class HttpLine {
  readonly #url: URL;
  readonly #agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: 2 }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: 2, rejectUnauthorized: false }),
  };
  #challenge: Challenge | undefined;
  #told = 0;

  constructor(url: URL) {
    this.#url = url;
  }

  /** An answer with status 200, whose body is the caller's to read or to destroy. */
  async ask(signal: AbortSignal): Promise<HttpAnswer> {
    let url = this.#url;
    let isKnown = false;
    for (let step = 0; step < stepsMax; step += 1) {
      const response = await this.#get(url, signal).catch(wordsOf);
      if (typeof response === 'string') return { outcome: 'failed', complaint: response };
      const { statusCode: status = 0, headers } = response;
      if (status === 200) return { outcome: 'answered', response };
      response.resume();
      const next = sentOnTo(response, url);
      const mayTell = status === 401 && !isKnown && this.#understand(headers['www-authenticate'] ?? '');
      if (mayTell) isKnown = true;
      else if (next !== undefined) url = next;
      else return { outcome: 'failed', complaint: `Server returned ${status} ${STATUS_CODES[status] ?? ''}` };
    }
    return { outcome: 'failed', complaint: 'it sends on from one address to the next' };
  }

  /** Whether it can be told who asks; what it wants may change, because a nonce grows old. */
  #understand(header: string): boolean {
    this.#challenge = challengeOf(header);
    this.#told = 0;
    return this.#challenge !== undefined && loginOf(this.#url) !== undefined;
  }

  /** Ends every connection. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    const { hostname, port, protocol, pathname, search } = url;
    const path = `${pathname}${search}`;
    const login = url.host === this.#url.host ? loginOf(this.#url) : undefined;
    this.#told += 1;
    const asked = { path, count: this.#told };
    const challenge = this.#challenge;
    const told =
      login === undefined || challenge === undefined ? {} : { authorization: authorization(challenge, login, asked) };
    const headers = { accept: '*/*', 'user-agent': 'Doorward', ...told };
    const isSafe = protocol === 'https:';
    const options = {
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port, path, headers, signal, timeout: silenceMsMax,
      agent: isSafe ? this.#agents['https:'] : this.#agents['http:'],
    }; // prettier-ignore
    return new Promise((resolve, reject) => {
      const request = (isSafe ? getHttps : getHttp)(options);
      const late = setTimeout(() => request.destroy(new Error('timed out')), answerMsMax);
      request.once('response', (response) => {
        clearTimeout(late);
        resolve(response);
      });
      request.once('timeout', () => request.destroy(new Error('timed out')));
      request.on('error', (error) => {
        clearTimeout(late);
        reject(error);
      });
    });
  }
}

function sentOnTo({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const next = URL.parse(headers.location ?? '', from.href);
  return next !== null && (next.protocol === 'http:' || next.protocol === 'https:') ? next : undefined;
}
