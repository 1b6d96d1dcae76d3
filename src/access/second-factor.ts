import { createHmac } from 'node:crypto';
import type { Random } from '../system/random.ts';

const stepS = 30;
const digits = 6;
/** A clock may be off by a step, and a person takes a while to type. */
const stepsAround = 1;
const secretBytes = 20;
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Codes that an authenticator shows (RFC 6238: SHA-1, 30 s, 6 digits, which all of them know).
 * Chosen: these lines, held against the RFC's own vectors; rejected: a library; why: the smallest that is kept brings
 * hashes of its own along, and Node has them.
 */
export function newSecondFactor(random: Pick<Random, 'secret'>): string {
  return toBase32(random.secret(secretBytes));
}

/** For the QR code that an authenticator reads (github.com/google/google-authenticator/wiki/Key-Uri-Format). */
export function secondFactorUri(secret: string, name: string): string {
  const issuer = 'Doorward';
  return `otpauth://totp/${issuer}:${encodeURIComponent(name)}?secret=${secret}&issuer=${issuer}`;
}

/** The step whose code this is, now or a step around now; undefined when it is none of them. */
export function stepOfCode(secret: string, code: string, wallMs: number): number | undefined {
  const typed = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(typed)) return undefined;
  const now = Math.floor(wallMs / 1000 / stepS);
  const steps = Array.from({ length: 2 * stepsAround + 1 }, (_, index) => now - stepsAround + index);
  // All are made, whichever fits: the time that it takes tells nothing.
  const codes = steps.map((step) => ({ step, isIt: codeAt(secret, step) === typed }));
  return codes.findLast(({ isIt }) => isIt)?.step;
}

/** The code of a step (RFC 4226, 5.3). */
export function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.max(0, step)));
  const hash = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 0xf;
  const number = hash.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => base32[Number.parseInt(five, 2)] ?? '').join('');
}

function fromBase32(text: string): Uint8Array {
  const bits = Array.from(text)
    .map((letter) => Math.max(0, base32.indexOf(letter)).toString(2).padStart(5, '0'))
    .join('');
  return Uint8Array.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));
}
