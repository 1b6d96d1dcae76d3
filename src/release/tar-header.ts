import assert from 'node:assert/strict';

/**
 * Headers of the ustar format (POSIX.1-2017, pax, "ustar Interchange Format"), written in exactly one way and read only
 * when they are what we write. Ours, not npm `tar`: that one unpacks what a file says of itself, into node:fs; here the
 * signed manifest says what must come next, and a header is right or the file is refused. `tar tvf` reads the result.
 */
export interface TarHeader {
  readonly path: string;
  readonly bytes: number;
  /** Permission bits. */
  readonly mode: number;
}

export const tarBlockBytes = 512;
/** Two empty blocks end a tar file. */
export const tarEndBytes = 2 * tarBlockBytes;
/** Eleven octal digits. */
export const tarFileBytesMax = 0o77777777777;

const nameBytesMax = 100;
const prefixBytesMax = 155;

/** Bytes from the end of an entry's content to the next block. */
export function tarPaddingBytes(bytes: number): number {
  return (tarBlockBytes - (bytes % tarBlockBytes)) % tarBlockBytes;
}

/** True when the path is plain ASCII and short enough, or has a `/` in the right place. */
export function fitsTarHeader(path: string): boolean {
  return /^[\u0020-\u007e]+$/.test(path) && splitPath(path) !== undefined;
}

/** The header of a plain file: no owner, no time, so that the same file always has the same header. */
export function encodeTarHeader({ path, bytes, mode }: TarHeader): Uint8Array {
  const split = splitPath(path);
  assert(split !== undefined && bytes <= tarFileBytesMax, `no tar header can hold ${path}`);
  const block = Buffer.alloc(tarBlockBytes);
  block.write(split.name, 0, 'latin1');
  block.write(octal(mode, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1'); // Owner and
  block.write(octal(0, 7), 116, 'latin1'); // group: whoever unpacks.
  block.write(octal(bytes, 11), 124, 'latin1');
  block.write(octal(0, 11), 136, 'latin1'); // Time.
  block.write('        0', 148, 'latin1'); // The checksum counts as spaces while it is made; 0 is a plain file.
  block.write('ustar\u000000', 257, 'latin1');
  block.write(octal(0, 7), 329, 'latin1');
  block.write(octal(0, 7), 337, 'latin1');
  block.write(split.prefix, 345, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return block;
}

/** What a header says; undefined unless it is byte for byte what `encodeTarHeader` makes of it. */
export function decodeTarHeader(block: Uint8Array): TarHeader | undefined {
  const text = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('latin1');
  const prefix = untilNul(text.slice(345, 345 + prefixBytesMax));
  const name = untilNul(text.slice(0, nameBytesMax));
  const path = prefix === '' ? name : `${prefix}/${name}`;
  const header = {
    path,
    bytes: Number.parseInt(text.slice(124, 135), 8),
    mode: Number.parseInt(text.slice(100, 107), 8),
  };
  if (!fitsTarHeader(path) || Number.isNaN(header.bytes) || Number.isNaN(header.mode)) return undefined;
  return Buffer.compare(encodeTarHeader(header), block) === 0 ? header : undefined;
}

/** The shortest prefix that makes the rest fit. */
function splitPath(path: string): { readonly prefix: string; readonly name: string } | undefined {
  if (path.length <= nameBytesMax) return { prefix: '', name: path };
  const slash = path.indexOf('/', path.length - nameBytesMax - 1);
  if (slash <= 0 || slash > prefixBytesMax || slash === path.length - 1) return undefined;
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function untilNul(text: string): string {
  const end = text.indexOf('\u0000');
  return end === -1 ? text : text.slice(0, end);
}
