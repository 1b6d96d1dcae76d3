import { argon2, timingSafeEqual } from 'node:crypto';

/** What one hash takes (RFC 9106). Kept with each: a password that was kept with less is hashed anew at the next log-in. */
export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/**
 * OWASP's second set for argon2id: 19 MiB, a seventh of a second of a processor of 2020, about half a second of a Pi 4.
 * Rejected: less memory and more passes; why: a guesser's chips have time, and no memory.
 */
export const passwordCost: PasswordCost = { memoryKiB: 19_456, passes: 2 };

export const passwordCharactersMin = 12;
export const passwordBytesMax = 1024;

const tagBytes = 32;
const saltBytes = 16;
const parallelism = 1;
/** A row that asks for more is none of ours: it must not take the memory of the bell. */
const memoryKiBMax = 65_536;
const passesMax = 10;

interface Kept {
  readonly cost: PasswordCost;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

/** Why a password cannot be had; undefined when it can. No rule of what must be in it (NIST SP 800-63B, 3.1.1.2). */
export function whyNoPassword(
  password: string,
  name: string,
): 'password-short' | 'password-long' | 'password-is-name' | undefined {
  if (Buffer.byteLength(password) > passwordBytesMax) return 'password-long';
  const text = prepared(password);
  if (Array.from(text).length < passwordCharactersMin) return 'password-short';
  return text.toLowerCase() === name.normalize('NFC').toLowerCase() ? 'password-is-name' : undefined;
}

/** As a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$…$…`. Takes a fifth of a second, on a thread of Node's pool. */
export async function hashPassword(password: string, salt: Uint8Array, cost: PasswordCost): Promise<string> {
  const tag = await tagOf(password, { salt, cost, bytes: tagBytes });
  const words = `m=${cost.memoryKiB},t=${cost.passes},p=${parallelism}`;
  return `$argon2id$v=19$${words}$${base64(salt)}$${base64(tag)}`;
}

/** Whether this is the password that was kept. What was not kept by `hashPassword` is no password. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const read = readKept(kept);
  if (read === undefined || Buffer.byteLength(password) > passwordBytesMax) return false;
  const tag = await tagOf(password, { ...read, bytes: read.tag.length });
  return timingSafeEqual(tag, read.tag);
}

/** Whether it was kept with less than is asked for now. */
export function isKeptWithLess(kept: string, cost: PasswordCost): boolean {
  const read = readKept(kept);
  return read === undefined || read.cost.memoryKiB < cost.memoryKiB || read.cost.passes < cost.passes;
}

/** For whoever does not exist: no password fits, and to find that out takes as long as for others. */
export function nobodysPassword(cost: PasswordCost): string {
  const words = `m=${cost.memoryKiB},t=${cost.passes},p=${parallelism}`;
  return `$argon2id$v=19$${words}$${base64(new Uint8Array(saltBytes))}$${base64(new Uint8Array(tagBytes))}`;
}

export { saltBytes as passwordSaltBytes };

interface TagRequest {
  readonly salt: Uint8Array;
  readonly cost: PasswordCost;
  readonly bytes: number;
}

function tagOf(password: string, { salt, cost, bytes }: TagRequest): Promise<Buffer> {
  const parameters = {
    message: prepared(password),
    nonce: salt,
    parallelism,
    tagLength: bytes,
    memory: cost.memoryKiB,
    passes: cost.passes,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => (error === null ? resolve(tag) : reject(error)));
  });
}

/** The same characters typed on another keyboard are the same password (RFC 8265, OpaqueString). */
function prepared(password: string): string {
  return password.normalize('NFC').replaceAll(/\p{Zs}/gu, ' ');
}

function readKept(kept: string): Kept | undefined {
  const found = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=1\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/.exec(
    kept,
  );
  if (found === null) return undefined;
  const [memoryKiB, passes] = [Number(found[1]), Number(found[2])];
  if (memoryKiB < 8 || memoryKiB > memoryKiBMax || passes < 1 || passes > passesMax) return undefined;
  const [salt, tag] = [Buffer.from(found[3] ?? '', 'base64'), Buffer.from(found[4] ?? '', 'base64')];
  return { cost: { memoryKiB, passes }, salt, tag };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}
