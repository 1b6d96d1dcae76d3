/** What a text may have to be; a setting's schema names it as its `kind`. */
export type TextKind = 'own-address' | 'host-names' | 'web-address' | 'folder-address' | 'time-span' | 'time-zone';

/** How a kind of text is judged, and its words: they stand before "was expected". */
interface TextJudge {
  readonly holds: (text: string) => boolean;
  readonly expectation: string;
  /** Why, where that is not plain. */
  readonly because?: string;
}

const timeSpan = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;
const hostName = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i;
const addressExpectation =
  'an address that begins with https://, or with http:// and names a machine of this house (such as 127.0.0.1, ' +
  '192.168.1.5 or door.local)';
const addressReason = 'whoever is on the way could read and change what is sent in the clear';

/** Where a machine can be asked by itself. */
const ownAddresses: readonly string[] = ['127.0.0.1', '0.0.0.0', '::'];

/** Every kind with its judge. An empty text says "none", or "as the machine has it", but for the own address. */
export const textKinds: Readonly<Record<TextKind, TextJudge>> = {
  'own-address': {
    holds: (text) => ownAddresses.includes(text),
    expectation: '127.0.0.1 for this machine alone, or 0.0.0.0 or :: for its networks too',
    because: 'the commands on this machine and its own checks come through loopback; a firewall keeps networks out',
  },
  'host-names': {
    holds: (text) => text === '' || text.split(',').every((name) => hostName.test(name.trim())),
    expectation: 'host names with commas between, such as bell.example.org, or nothing',
  },
  'web-address': {
    holds: (text) => text === '' || isWebAddress(text),
    expectation: `${addressExpectation}, or nothing`,
    because: addressReason,
  },
  'folder-address': {
    holds: (text) => text === '' || (isWebAddress(text) && text.endsWith('/')),
    expectation: `${addressExpectation} and ends with a slash, or nothing`,
    because: addressReason,
  },
  'time-span': {
    holds: (text) => text === '' || isTimeSpan(text),
    expectation: 'a time span like 22:00-07:00 with two different times, or nothing',
  },
  'time-zone': {
    holds: (text) => text === '' || isTimeZone(text),
    expectation: 'a time zone like Europe/Berlin, or nothing for that of the machine',
  },
};

/** One that ends when it begins means a whole day to some, and to others no time at all. */
function isTimeSpan(text: string): boolean {
  const [from, to] = text.split('-');
  return timeSpan.test(text) && from !== to;
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.hostname === '' || /\s/.test(text)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOfThisHouse(url.hostname));
}

/** Names that no name server of the world knows (RFC 6761, 6762, 8375, and what routers call their own network). */
const houseName = /(^|\.)(localhost|local|lan|home|internal|home\.arpa|fritz\.box)\.?$/i;
/** Loopback, private, link-local and carrier-grade networks (RFC 6890). */
const houseAddress =
  /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
const houseAddress6 = /^\[(::1\]|f[cd][\da-f]{2}:|fe[89ab][\da-f]:)/i;

/** Judged by the name alone. A parsed address has its numbers in full: 2130706433 and 0x7f.1 have become 127.0.0.1. */
function isOfThisHouse(host: string): boolean {
  if (host.startsWith('[')) return houseAddress6.test(host);
  if (/^[\d.]+$/.test(host)) return houseAddress.test(host);
  return !host.includes('.') || houseName.test(host);
}

/** One that the calendar of this release knows. */
function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
