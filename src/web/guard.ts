import type { FastifyRequest } from 'fastify';
import { codeOf, wordsOf } from '../system/error-words.ts';
import { RequestRefused } from './problem.ts';

/** The only address this release listens on: there is no login yet. */
const allowedAddress = '127.0.0.1';

/** Says why an address is not listened on; undefined when it is fine. */
export function addressRefusal(address: string): string | undefined {
  if (address === allowedAddress) return undefined;
  return (
    `cannot listen on ${JSON.stringify(address)}: without a login the door would be open to the whole network. ` +
    `Set web.address to ${allowedAddress} and reach it from elsewhere through ssh -L 8080:127.0.0.1:8080`
  );
}

/** Why a port is not to be had, with what to do. */
export function whyNotListening(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EACCES')
    return 'a port below 1024 needs a right that doorward does not have; set web.port to one above';
  return code === 'EADDRINUSE' ? 'another program may use this port; stop it or set web.port' : wordsOf(error);
}

type GuardedRequest = Pick<FastifyRequest, 'headers' | 'method'> & { readonly raw: { readonly httpVersion: string } };

const ownHostPattern = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;
const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Keeps other web sites out while there is no login. A foreign name that was made to point here (DNS rebinding)
 * shows in Host; a form or script of another page shows in Origin or Sec-Fetch-Site (Fetch Metadata, W3C).
 * The port is not compared: it differs behind a tunnel, and Origin must match Host to the letter anyway.
 */
export function refuseForeign(request: GuardedRequest): void {
  const { host = '' } = request.headers;
  if (host === '' && request.raw.httpVersion !== '1.0')
    throw new RequestRefused(400, 'no-host', {
      message: 'cannot answer a request without the header Host (RFC 9112, 3.2)',
      advice: 'Send Host: 127.0.0.1, or the request as HTTP/1.0.',
    });
  // Simple watchers speak HTTP/1.0 and name no host. Browsers always do, so that nobody can be led here that way.
  const isSimpleReader = host === '' && readingMethods.has(request.method);
  if (!isSimpleReader && !ownHostPattern.test(host))
    throw new RequestRefused(403, 'foreign-host', {
      message: 'cannot answer under this name: only 127.0.0.1, localhost and [::1] are answered',
      advice: 'Open http://127.0.0.1 with the port of this server.',
    });
  const site = request.headers['sec-fetch-site'];
  const isNavigation = request.headers['sec-fetch-mode'] === 'navigate' && readingMethods.has(request.method);
  const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  const isForeignOrigin = origin !== undefined && origin !== `http://${host}` && !readingMethods.has(request.method);
  if ((isForeignSite && !isNavigation) || isForeignOrigin)
    throw new RequestRefused(403, 'foreign-site', {
      message: 'cannot accept a request that another web site sent',
      advice: 'Use the page of this server itself.',
    });
}
