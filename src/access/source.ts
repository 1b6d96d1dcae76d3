/**
 * Whom a wrong try is counted against: the address in private networks, where neighbours must not hold each other up; else
 * the network that one subscriber is given (IPv4 /24, IPv6 /56), whose addresses one of them could all use.
 */
export function sourceOf(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  const parts = plain.split('.').map(Number);
  const [first = 0, second = 0] = parts;
  if (parts.length === 4) return isPrivate(first, second) ? plain : `${parts.slice(0, 3).join('.')}.0/24`;
  if (!plain.includes(':') || plain === '::1' || /^f[cde]/.test(plain)) return plain;
  return `${firstBytes(plain, 7)}/56`;
}

/** RFC 1918, RFC 3927, RFC 6598, and this machine. */
function isPrivate(first: number, second: number): boolean {
  if (first === 10 || first === 127) return true;
  if (first === 172) return second >= 16 && second < 32;
  if (first === 100) return second >= 64 && second < 128;
  return (first === 192 && second === 168) || (first === 169 && second === 254);
}

/** In hex, of an IPv6 address however it is shortened. */
function firstBytes(address: string, bytes: number): string {
  const [head = '', tail] = address.split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''));
  const missing = tail === undefined ? 0 : Math.max(0, 8 - (before?.length ?? 0) - (after?.length ?? 0));
  const groups = [...(before ?? []), ...Array.from({ length: missing }, () => '0'), ...(after ?? [])];
  return groups.map((group) => group.padStart(4, '0')).join('').slice(0, bytes * 2); // prettier-ignore
}
