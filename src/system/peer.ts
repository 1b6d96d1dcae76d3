/** Whoever is at the other end of a connection, as the kernel knows it: nothing of it is the caller's own word. */
export interface Peer {
  /** Of the network, IPv4 as IPv4; empty for one that is gone or has none. */
  readonly address: string;
  /** By TLS. */
  readonly isEncrypted: boolean;
  /** Another part of this house asks, or a command of its owner. */
  readonly isHouse: boolean;
}

/** How one process of this house tells another whose request it passes on. Never taken from a caller. */
export const peerHeader = 'doorward-peer';

const houseWord = 'house';
const encryptedWord = 'tls';

interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly encrypted?: boolean;
}

/** Who has made this connection. */
export function peerOf({ remoteAddress = '', encrypted = false }: Connection): Peer {
  return { address: plainAddress(remoteAddress), isEncrypted: encrypted, isHouse: false };
}

/** `house`, `192.168.1.7`, `192.168.1.7 tls` */
export function textOfPeer({ address, isEncrypted, isHouse }: Peer): string {
  if (isHouse) return houseWord;
  return isEncrypted ? `${address} ${encryptedWord}` : address;
}

/** The same back again. */
export function peerOfText(text: string): Peer {
  const [address = '', word] = text.split(' ', 2);
  if (address === houseWord) return { address: '', isEncrypted: false, isHouse: true };
  return { address, isEncrypted: word === encryptedWord, isHouse: false };
}

/** Without the cover that IPv6 has for IPv4 (RFC 4291, 2.5.5.2). */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Of this machine alone (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}

/** Bits of an IPv6 address that a provider gives to one home at least: the rest anybody there can choose (RFC 6177). */
const homeGroups = 4;

/** Whose caller it is: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%', 1).join('').split('::', 2);
  const groups = head.split(':').filter((group) => group !== '');
  const known = tail === undefined ? groups : [...groups, ...Array<string>(homeGroups).fill('0')];
  return `${known.slice(0, homeGroups).join(':')}::/64`;
}
