import type { DecodeFailure } from '../../system/inference.ts';
import { pictureLimits } from '../../system/inference.ts';
import { refuse, type Refusal } from './refusal.ts';

/**
 * Chosen: a picture is judged by what its header says that decoding takes, measured for each format; rejected: one number
 * of pixels for all; why: a pixel of AVIF takes 15 bytes and one of an ordinary JPEG none, because it is shrunk while read.
 */
export type PictureKind = 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff';

export const accepted = 'JPEG, PNG, WebP, AVIF or TIFF';

/** What the header of a picture says, as far as it makes a difference to the memory. */
export interface PictureFacts {
  readonly kind: PictureKind;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Of one sample. */
  readonly bytesPerSample: number;
  /** Interlaced PNG, progressive JPEG, lossless WebP: nothing can be shown before everything was read. */
  readonly needsWhole: boolean;
  /** Turned upright after reading, which cannot be done row by row. */
  readonly isTurned: boolean;
  /** Samples for each pixel where colours are stored more coarsely than light; JPEG alone. */
  readonly samplesPerPixel: number;
}

const MB = 1024 * 1024;

/** What decoding one picture may take, above what its process takes anyway. The process gets no more (`decoder-limits.ts`). */
export const decodingBytesMax = 46 * MB;

/** The shrunk picture in colours, once more as planes, and what is at hand meanwhile. */
const resultBytesPerPixel = 4.5;
const atHandBytes = 4 * MB;
const resultSideMax = 1920;

/** Rows that are at hand while a picture is shrunk. */
const rowsAtHand = 1024;

const sideMax = 30_000;

/** Coefficients of a JPEG. */
const bytesPerCoefficient = 2;

/** Asked for as a whole, and twice when it is lossless. */
const webpBytesPerPixel = 4;

/** Blocks, frames, planes and colours of AVIF: measured 13.5 to 16.5 with 8 bits, and the same again for transparency. */
const avifBytesPerPixel = 15;

/** Bytes that decoding takes, or why the picture is refused before it is decoded. */
export function weigh(facts: PictureFacts): number | Refusal {
  const { kind, width, height } = facts;
  const pixels = width * height;
  const size = `${width}x${height} pixels`;
  if (pixels > pictureLimits.pixelsMax) {
    return refuse('too-large', `it has ${size}; at most ${millions(pictureLimits.pixelsMax)}`);
  }
  if (Math.max(width, height) > sideMax) {
    return refuse('too-large', `it has ${size}; at most ${sideMax} in width or height`);
  }
  const shrunkBy = Math.min(1, resultSideMax / Math.max(width, height));
  const fixed = atHandBytes + resultBytesPerPixel * pixels * shrunkBy ** 2 + rowBytes(facts);
  const bytes = fixed + pixels * bytesPerPixel(facts);
  if (bytes <= decodingBytesMax) return bytes;
  const most = millions((decodingBytesMax - fixed) / Math.max(bytesPerPixel(facts), 1));
  return refuse(
    'too-large',
    `it has ${size}; at most ${most} as ${names[kind]}${facts.needsWhole ? ', interlaced or progressive' : ''}`,
  );
}

const names: Readonly<Record<PictureKind, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  tiff: 'TIFF',
};

function bytesPerPixel({
  kind,
  channels,
  bytesPerSample,
  needsWhole,
  isTurned,
  samplesPerPixel,
}: PictureFacts): number {
  switch (kind) {
    case 'jpeg':
      return needsWhole ? bytesPerCoefficient * samplesPerPixel : 0;
    case 'png':
    case 'tiff':
      return needsWhole || isTurned ? channels * bytesPerSample : 0;
    case 'webp':
      return webpBytesPerPixel * (needsWhole ? 2 : 1);
    case 'avif':
      return avifBytesPerPixel * (channels > 3 ? 2 : 1) * (bytesPerSample > 1 ? 1.25 : 1);
  }
}

/** A JPEG is shrunk while it is read. */
function rowBytes(facts: PictureFacts): number {
  const { kind, width, height, channels, bytesPerSample, isTurned } = facts;
  if (kind === 'jpeg') return isTurned ? channels * readPixels(width, height) : 0;
  if (bytesPerPixel(facts) > 0) return 0; // All of it is there.
  return width * channels * bytesPerSample * Math.min(height, rowsAtHand);
}

/** Pixels of a JPEG as it is read: an eighth, a quarter or half as wide and high, if that is still enough. */
function readPixels(width: number, height: number): number {
  const by = [8, 4, 2].find((shrink) => Math.max(width, height) / shrink >= resultSideMax) ?? 1;
  return (width * height) / by ** 2;
}

function millions(pixels: number): string {
  return `${Math.max(0, Math.floor(pixels / 100_000) / 10)} million`;
}

/** By its first bytes, which no name and no header of a request outweighs; or why it is never decoded. */
export function kindOf(bytes: Uint8Array): PictureKind | Refusal {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headBytes)).toString('latin1');
  const known = kinds.find(([isOne]) => isOne(head));
  if (known !== undefined) return known[1];
  const [, outcome, what] = strangers.find(([isOne]) => isOne(head)) ?? noPicture;
  return refuse(outcome, `it is ${what}: send ${accepted}`);
}

const headBytes = 512;

type Look = (head: string) => boolean;
const begins =
  (...starts: readonly string[]): Look =>
  (head) =>
    starts.some((start) => head.startsWith(start));
/** The brands of the family of MP4 stand in its first box. */
const isBoxed =
  (brand: RegExp): Look =>
  (head) =>
    head.startsWith('ftyp', 4) && brand.test(head.slice(8, 72));

const kinds: readonly (readonly [Look, PictureKind])[] = [
  [begins('\xff\xd8\xff'), 'jpeg'],
  [begins('\x89PNG\r\n\x1a\n'), 'png'],
  [(head) => head.startsWith('RIFF') && head.startsWith('WEBP', 8), 'webp'],
  [isBoxed(/avif|avis/), 'avif'],
  [begins('II*\0', 'II+\0', 'MM\0*', 'MM\0+'), 'tiff'],
];

/** Formats that sharp may know, and that could ask for files, fonts or programs of their own. */
const strangers: readonly (readonly [Look, DecodeFailure, string])[] = [
  [begins('GIF8'), 'animated', 'gif, which moves, and not a still picture'],
  [(head) => /^\s*(\xef\xbb\xbf)?\s*<(\?xml|svg|!--|!doctype svg)/i.test(head), 'not-a-picture', 'svg'],
  [begins('\x1f\x8b'), 'not-a-picture', 'packed (gzip)'],
  [(head) => head.slice(0, 256).includes('%PDF-'), 'not-a-picture', 'a PDF'],
  [begins('%!PS'), 'not-a-picture', 'PostScript'],
  [isBoxed(/^/), 'not-a-picture', 'HEIC or a video'],
  [begins('BM'), 'not-a-picture', 'BMP'],
  [begins('\0\0\0\x0cJXL ', '\xff\x0a'), 'not-a-picture', 'JPEG XL'],
];
const noPicture = [undefined, 'not-a-picture', 'no picture'] as const;
