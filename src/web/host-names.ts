import { isLoopback, type Peer } from '../system/peer.ts';

/** What a doorbell at home may be called: no name server of the world knows these (RFC 6762, 8375; the others by custom). */
const homeDomains = ['local', 'lan', 'home', 'internal', 'home.arpa'];

/** The names of this doorbell, small: of the machine with and without the domains of a home, and what its owner adds. */
export function ownNames(hostname: string, { hostNames }: { readonly hostNames: string }): readonly string[] {
  const added = hostNames.split(',').map((name) => name.trim());
  const [label = ''] = hostname.split('.', 1);
  const names = label === '' ? [] : [hostname, label, ...homeDomains.map((domain) => `${label}.${domain}`)];
  return [...new Set([...names, ...added].filter((name) => name !== '').map((name) => name.toLowerCase()))];
}

/**
 * Which names are answered. A foreign name that was made to point here (DNS rebinding) shows in Host: it is none of these.
 * An address of numbers leads nobody astray, and behind a router or a container none of ours need be it.
 */
export class HostNames {
  readonly #own: ReadonlySet<string>;

  constructor(own: readonly string[]) {
    this.#own = new Set(own);
  }

  isOurs(host: string, peer: Pick<Peer, 'address'>): boolean {
    const name = nameIn(host);
    if (name === undefined) return false;
    if (isLoopbackName(name) || this.#own.has(name)) return true;
    return isAddress(name) && !isLoopback(peer.address);
  }
}

/** Whether `host` names this machine to itself alone. The empty one is of watchers that speak HTTP/1.0. */
export function isNearHost(host: string): boolean {
  const name = nameIn(host);
  return host === '' || (name !== undefined && isLoopbackName(name));
}

function isLoopbackName(name: string): boolean {
  return name === '127.0.0.1' || name === 'localhost' || name === '[::1]';
}

function isAddress(name: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(name) || /^\[[\da-f:.]+\]$/.test(name);
}

/** Without port and the dot at the end, small; undefined for what is no host (RFC 9110, 7.2). */
function nameIn(host: string): string | undefined {
  const [, name] = /^([a-z\d._-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.exec(host) ?? [];
  return name?.toLowerCase().replace(/\.$/, '');
}
