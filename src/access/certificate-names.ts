import type { MachineNames } from '../system/certificates.ts';

/** As names of machines are written (RFC 1123, 2.1); one that is not has no place in a certificate. */
const hostName = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/;

/** Networks that are nobody's on the internet: loopback, private, link-local, carrier-grade and unique local (RFC 6890). */
export const houseNetworks: readonly string[] = [
  '127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10',
  '::1/128', 'fc00::/7', 'fe80::/10',
]; // prettier-ignore
/** The same, for an address as the system writes it; without the link-local ones of IPv6, which no browser can ask. */
const houseAddress =
  /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd][\da-f]{2}:)/i;

/** Of what a machine is called, that which its certificate can say: no address of the internet is anybody's for ever. */
export function certifiable({ names, addresses }: MachineNames): MachineNames {
  return {
    names: [...new Set([...names, 'localhost'])].filter((name) => hostName.test(name) && !/^[\d.]+$/.test(name)),
    addresses: [...new Set(['127.0.0.1', '::1', ...addresses])].filter((one) => houseAddress.test(one)),
  };
}

/** Whether one of these, or a name that it ends with, is the name (RFC 5280, 4.2.1.10). */
export function isWithin(name: string, permitted: readonly string[]): boolean {
  return permitted.some((one) => name === one || name.endsWith(`.${one}`));
}
