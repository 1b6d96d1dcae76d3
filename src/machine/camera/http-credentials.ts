import { createHash, randomBytes } from 'node:crypto';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** How the camera wants to be told who asks (RFC 7617 and 7616); undefined when it is not known here. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'digest';
      readonly realm: string;
      readonly nonce: string;
      readonly opaque: string | undefined;
      readonly hash: 'md5' | 'sha256';
      readonly algorithm: string | undefined;
      readonly hasQop: boolean;
    };

/** Name and password of an address. */
export function loginOf(url: URL): Login | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return { user: plain(url.username), password: plain(url.password) };
}

/** The safest that is understood of what `WWW-Authenticate` asks. */
export function challengeOf(header: string): Challenge | undefined {
  const digests = header.split(/,?\s*(?=Digest\s)/i).filter((one) => /^Digest\s/i.test(one));
  for (const digest of digests) {
    const field = (name: string): string | undefined =>
      new RegExp(`[\\s,]${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i').exec(digest)?.slice(1).find((value) => value !== undefined); // prettier-ignore
    const algorithm = field('algorithm');
    const hash = hashes[(algorithm ?? 'MD5').toUpperCase()];
    const [realm, nonce] = [field('realm'), field('nonce')];
    const qop = field('qop');
    const isAuth = qop === undefined || qop.split(/\s*,\s*/).includes('auth');
    if (hash === undefined || realm === undefined || nonce === undefined || !isAuth) continue;
    return { scheme: 'digest', realm, nonce, opaque: field('opaque'), hash, algorithm, hasQop: qop !== undefined };
  }
  return /(^|,\s*)Basic\b/i.test(header) ? { scheme: 'basic' } : undefined;
}

const hashes: Readonly<Record<string, 'md5' | 'sha256'>> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** The header that answers the challenge for a GET of this path. `count`: how often its nonce has been used, this time too. */
export function authorization(challenge: Challenge, { user, password }: Login, asked: Asked): string {
  if (challenge.scheme === 'basic') return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const { realm, nonce, opaque, hash, algorithm, hasQop } = challenge;
  const digest = (text: string): string => createHash(hash).update(text).digest('hex');
  const [who, what] = [digest(`${user}:${realm}:${password}`), digest(`GET:${asked.path}`)];
  const count = asked.count.toString(16).padStart(8, '0');
  const clientNonce = randomBytes(8).toString('hex');
  const response = digest([who, nonce, ...(hasQop ? [count, clientNonce, 'auth'] : []), what].join(':'));
  return [
    `Digest username="${user.replaceAll(/["\\]/g, '\\$&')}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${asked.path}"`,
    `response="${response}"`, ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
    ...(hasQop ? ['qop=auth', `nc=${count}`, `cnonce="${clientNonce}"`] : []),
  ].join(', '); // prettier-ignore
}

interface Asked {
  readonly path: string;
  readonly count: number;
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray % stands for itself.
  }
}
