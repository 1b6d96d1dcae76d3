import type { FastifyRequest } from 'fastify';
import { codeOf, wordsOf } from '../system/error-words.ts';
import type { Peer } from '../system/peer.ts';
import type { HostNames } from './host-names.ts';
import { RequestRefused } from './problem.ts';

/** Whether whoever listens there is found at every address of this machine. */
export function isEverywhere(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** Why a port is not to be had, with what to do. */
export function whyNotListening(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EACCES')
    return 'a port below 1024 needs a right that doorward does not have; set web.port to one above';
  return code === 'EADDRINUSE' ? 'another program may use this port; stop it or set web.port' : wordsOf(error);
}

interface GuardedRequest extends Pick<FastifyRequest, 'headers' | 'method'> {
  readonly raw: { readonly httpVersion: string };
  readonly peer: Peer;
}

const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A foreign name, or another web site: both would use a browser of somebody who may come in. */
export function refuseForeign(request: GuardedRequest, names: Pick<HostNames, 'isOurs'>): void {
  refuseForeignHost(request, names);
  refuseForeignSite(request);
}

function refuseForeignHost({ headers, method, raw, peer }: GuardedRequest, names: Pick<HostNames, 'isOurs'>): void {
  const { host = '' } = headers;
  if (host === '' && raw.httpVersion !== '1.0')
    throw new RequestRefused(400, 'no-host', {
      message: 'cannot answer a request without the header Host (RFC 9112, 3.2)',
      advice: 'Send Host: 127.0.0.1, or the request as HTTP/1.0.',
    });
  // Simple watchers speak HTTP/1.0 and name no host. Browsers always do, so that nobody can be led here that way.
  const isSimpleReader = host === '' && readingMethods.has(method);
  if (isSimpleReader || names.isOurs(host, peer)) return;
  throw new RequestRefused(403, 'foreign-host', {
    message: 'cannot answer under this name: it is none of this doorbell',
    advice: 'Use its address, or its own name; if this name is right, add it to the setting web.hostNames.',
  });
}

/**
 * A form or script of another page shows in Sec-Fetch-Site (Fetch Metadata, W3C) or in Origin. Browsers send at least one
 * of them with whatever changes something: a cookie that comes without either is no browser's doing.
 */
function refuseForeignSite({ headers, method, peer }: GuardedRequest): void {
  const { host = '', origin, authorization, cookie = '', 'sec-fetch-site': site } = headers;
  const isReading = readingMethods.has(method);
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && isReading;
  const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const own = `${peer.isEncrypted ? 'https' : 'http'}://${host}`;
  const isForeignOrigin = origin !== undefined && origin !== own && !isReading;
  const isUnknown = site === undefined && origin === undefined && authorization === undefined;
  const isBlind = isUnknown && !isReading && cookie !== '';
  if ((isForeignSite && !isNavigation) || isForeignOrigin || isBlind)
    throw new RequestRefused(403, 'foreign-site', {
      message: 'cannot accept a request that another web site sent',
      advice: 'Use the page of this server itself; a program sends a token instead of a cookie.',
    });
}
