import { inspect } from 'node:util';

/** Causes below a fault, and faults in one of several, that are told. */
const depthMax = 5;
const severalMax = 3;
/** Of a value that was thrown and is no error. */
const valueCharactersMax = 500;

/** What the system's codes (errno(3), and the resolver's) mean to people, and what to do. */
const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: remove files or shorten retention.days',
  EDQUOT: 'the disk is full: remove files or shorten retention.days',
  EROFS: 'the disk is read-only: mount it for writing, or check the card',
  EACCES: 'permission denied: it has to belong to the user that runs doorward',
  EPERM: 'permission denied: it has to belong to the user that runs doorward',
  EIO: 'the disk or the device fails: check the card and the cable',
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of the path is no directory',
  EISDIR: 'it is a directory, and a file was expected',
  EEXIST: 'it is there already',
  ENOTEMPTY: 'the directory is not empty',
  EBUSY: 'another program uses it',
  ETXTBSY: 'another program uses it',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  ENOMEM: 'there is no memory left for it',
  ENODEV: 'there is no such device: check that it is plugged in',
  ENXIO: 'there is no such device: check that it is plugged in',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'the links lead in a circle',
  EFBIG: 'the file is too large',
  EXDEV: 'it lies on another disk',
  EPIPE: 'the other side has closed the connection',
  EADDRINUSE: 'another program listens there: stop it, or choose another port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ECONNREFUSED: 'the connection was refused: nothing listens there',
  ECONNRESET: 'the other side has ended the connection',
  ECONNABORTED: 'the connection was ended',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no network that leads there',
  ENETDOWN: 'the network is down',
  ETIMEDOUT: 'there was no answer in time',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name cannot be looked up now: check the network',
};

/** The system's name for what went wrong: `ENOENT`, `ENOSPC` ... */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What a code of the system means, and what to do; undefined for one that says nothing to people. */
export function meaningOf(code: string): string | undefined {
  return Object.hasOwn(meanings, code) ? meanings[code] : undefined;
}

/**
 * Whatever was thrown, in words for people, with its causes: the one place where an error becomes words. What its causes
 * have to add is told; what they only repeat is not.
 */
export function wordsOf(error: unknown): string {
  return told(error, 0);
}

function told(error: unknown, depth: number): string {
  if (!(error instanceof Error)) return valueWords(error);
  const own = ownWords(error);
  const causes = depth >= depthMax ? [] : [...severalOf(error), ...causesOf(error)];
  const news = causes
    .filter((cause) => !own.includes(meaningOf(codeOf(cause) ?? '') ?? '\0'))
    .map((cause) => told(cause, depth + 1))
    .filter((words) => words !== '' && !own.includes(words));
  const parts = [...new Set([own, ...news])].filter((words) => words !== '');
  return parts.length === 0 ? error.name : parts.join(': ');
}

/** Node's own text begins with the code and ends with the call: people are told what it means, and where. */
function ownWords(error: Error): string {
  const code = codeOf(error) ?? '';
  const meaning = meaningOf(code);
  if (meaning === undefined || (error.message !== '' && !error.message.includes(code))) return error.message;
  if (error.message === '' && severalOf(error).length > 0) return ''; // Each of them says it.
  const place = placeOf(error);
  return `${meaning} (${place === '' ? '' : `${place}, `}${code})`;
}

function placeOf(error: Error): string {
  if ('path' in error && typeof error.path === 'string') return error.path;
  if ('hostname' in error && typeof error.hostname === 'string') return error.hostname;
  if (!('address' in error) || typeof error.address !== 'string') return '';
  return 'port' in error && typeof error.port === 'number' ? `${error.address} port ${error.port}` : error.address;
}

function severalOf(error: Error): readonly unknown[] {
  return error instanceof AggregateError ? error.errors.slice(0, severalMax) : [];
}

function causesOf({ cause }: Error): readonly unknown[] {
  return cause === undefined || cause === null ? [] : [cause];
}

function valueWords(value: unknown): string {
  if (value === undefined || value === null) return 'no reason was given';
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && 'message' in value && typeof value.message === 'string') return value.message;
  return inspect(value, { breakLength: Infinity }).slice(0, valueCharactersMax);
}
