import type { Peer } from '../system/peer.ts';

type Way = Pick<Peer, 'isEncrypted'>;

/** What is kept in a browser: who is logged in, and that somebody has logged in from there before. */
export interface CookieNames {
  readonly session: string;
  readonly device: string;
}

/** Over TLS no other host and no plain page can set them (RFC 6265bis, `__Host-`); in the clear that prefix is refused. */
export function cookieNames({ isEncrypted }: Way): CookieNames {
  const prefix = isEncrypted ? '__Host-' : '';
  return { session: `${prefix}doorward`, device: `${prefix}doorward-device` };
}

/** The value of a cookie in the header Cookie. Of two with this name the browser sends the more special one first. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [key = '', value] = pair.split('=', 2);
    if (key.trim() === name && value !== undefined) return value.trim();
  }
  return undefined;
}
/** The header Set-Cookie; `maxAgeS` 0 removes it. */
export function cookieText(name: string, value: string, { isEncrypted, maxAgeS }: Way & { maxAgeS: number }): string {
  const secure = isEncrypted ? '; Secure' : '';
  return `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${secure}`;
}
