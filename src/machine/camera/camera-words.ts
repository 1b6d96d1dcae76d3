import { redact } from './camera-address.ts';

/** What programs and kernels say of a camera, and what it means to its owner. The first that fits. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/401 |Unauthorized|authorization failed/i, 'it wants another name or password'],
  [/403 |Forbidden/i, 'it does not allow this: look at the rights of its user'],
  [/404 Not Found|454 |Stream [Nn]ot [Ff]ound/, 'it has no such address: look up the one of its video'],
  [/461 |Unsupported transport/i, 'it cannot send its video in any way that is known here'],
  [/453 |503 |Not enough bandwidth|Service Unavailable/i, 'it has no room for one more viewer'],
  [/5\d\d (Server|Internal|Bad)|Server returned 5XX/i, 'it reports a fault of its own: switch it off and on'],
  [/Server returned 4\d\d|Server returned 4XX/i, 'it refuses the request: look at the address'],
  [/Connection refused|ECONNREFUSED/i, 'nothing answers there: connection refused'],
  [/resolve hostname|Name or service not known|ENOTFOUND|EAI_AGAIN/i, 'no machine of this name is known'],
  [/No route to host|EHOSTUNREACH|Network is unreachable|ENETUNREACH/i, 'its network cannot be reached'],
  [/timed out|ETIMEDOUT/i, 'it does not answer: connection timed out'],
  [/certificate|handshake|SSL|TLS/i, 'its certificate is not trusted, or the connection cannot be encrypted'],
  [/Connection reset|ECONNRESET|Broken pipe|socket hang up/i, 'it closed the connection'],
  [/No such file or directory|No such device|ENODEV/i, 'it is not there: No such file or directory'],
  [/Permission denied|EACCES/i, 'this user may not open it: Permission denied'],
  [/Device or resource busy|EBUSY/i, 'another program uses it'],
  [/Protocol .*not on whitelist|not permitted/i, 'it leads to an address that a camera may not name: whitelist'],
  [/Invalid data found|could not find codec|matches no streams|Option .*not found/i, 'it sends no video: Invalid data'],
];

/** Where in a program the words come from, and what only its makers can read: `[rtsp @ 0x55d0c8a5a2c0] `, ` (0x1f)`. */
const innards = /\[[^\]@]*@ 0x[\da-f]+\] ?|\(?0x[\da-f]{4,}\)?/gi;

/** Of the damage that every network does, and of our own making. */
const small = /error while decoding MB|concealing|non monotonic|Non-monotonous|corrupted|left block|RTP: missed/i;

const wordsCharactersMax = 200;

/** What was complained of, in words for people, without secrets. Undefined when nothing worth saying was. */
export function cameraWords(complaint: string, secrets: readonly string[]): string | undefined {
  const lines = complaint.split('\n').map((line) => line.replaceAll(innards, '').trim());
  const said = lines.filter((line) => line !== '' && !small.test(line));
  const meaning = meanings.find(([pattern]) => said.some((line) => pattern.test(line)))?.[1];
  // An address before the words is the camera's own, which is named already.
  const last = said.at(-1)?.replace(/^\S+:\/\/\S+: /, '');
  return meaning ?? (last === undefined ? undefined : redact(last, secrets).slice(0, wordsCharactersMax));
}
