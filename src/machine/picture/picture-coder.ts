import type { Sharp } from 'sharp';
import { signsOfPicture } from '../../face/picture-signs.ts';
import { type EvenPart, evenSize, type Rgb, toRgb, writeI420 } from '../../face/i420.ts';
import { type DecodeResult, type EncodeOptions, type Pictures, pictureLimits } from '../../system/inference.ts';
import { type Box, i420Bytes, type Pixels } from '../../system/pixels.ts';
import { kindOf } from './judge-picture.ts';
import { refuse, refuseFor, type Refusal } from './refusal.ts';
import { weighFile, type OpenPicture } from './weigh-file.ts';

/** Longest side of a decoded picture: faces need no more, and memory is short. */
const sideMax = 1920;

/** Below this nothing can be seen, and I420 has no room for it. */
const sideMin = 2;

const qualityDefault = 85;

/** A decoded picture in memory of its own, that can be handed over to another thread, or why there is none. */
export type Decoded =
  | {
      readonly outcome: 'decoded';
      readonly width: number;
      readonly height: number;
      readonly planes: Uint8Array<ArrayBuffer>;
    }
  | Refusal;

/** Codes and decodes pictures by sharp, which is loaded with the first: who never sees one does without its memory. */
export class PictureCoder {
  #loading: Promise<OpenPicture> | undefined;
  #spare: Uint8ClampedArray<ArrayBuffer> | undefined;

  /**
   * As `Pictures.decodeOwn`. What decoding takes is told before it begins, and is waited for: a process that decodes what
   * strangers send asks for the room first.
   */
  async decode(bytes: Uint8Array, room: (bytes: number) => Promise<void> = atOnce): Promise<Decoded> {
    const refusal = refusalAtSight(bytes);
    if (refusal !== undefined) return refusal;
    this.#loading ??= loadSharp();
    const open = await this.#loading;
    const weighed = await weighFile(bytes, open);
    if (weighed.outcome !== 'weighed') return weighed;
    await room(weighed.takesBytes);
    return await decodeRgb(open(weighed.bytes, { failOn: weighed.failOn, limitInputPixels: pictureLimits.pixelsMax }));
  }

  /** As `Pictures.encode`. */
  async encode(picture: Pixels, options: EncodeOptions): Promise<Uint8Array> {
    this.#loading ??= loadSharp();
    const open = await this.#loading;
    const part = evenPart(picture, options.box);
    const length = 3 * part.width * part.height;
    const scratch =
      this.#spare !== undefined && this.#spare.length >= length ? this.#spare : new Uint8ClampedArray(length);
    this.#spare = undefined; // A second call before this one is done takes another.
    const jpeg = await encodeRgb(toRgb(picture, part, scratch), options, open);
    this.#spare = scratch;
    return jpeg;
  }
}

/** The decoded picture in shared memory; what it lay in is given back. */
export function share(decoded: Decoded, lend: Lend = (bytes) => new SharedArrayBuffer(bytes)): DecodeResult {
  if (decoded.outcome !== 'decoded') return decoded;
  const { width, height, planes } = decoded;
  const pixels = lend(planes.length);
  new Uint8Array(pixels).set(planes);
  free(planes);
  return { outcome: 'decoded', picture: { width, height, pixels } };
}

type Lend = (bytes: number) => SharedArrayBuffer;

/** Pictures in the calling thread, for programs that have no inference thread. */
export function sharpPictures(): Pictures {
  const coder = new PictureCoder();
  const decodeOwn: Pictures['decodeOwn'] = async (bytes, lend) => share(await coder.decode(bytes), lend);
  return {
    decode: decodeOwn,
    decodeOwn,
    encode: (picture, options) => coder.encode(picture, options),
    signsOf: async (faces) => signsOfPicture(faces),
  };
}

/** What needs no look at more than the first bytes. */
export function refusalAtSight(bytes: Uint8Array): Refusal | undefined {
  if (bytes.length === 0) return refuse('empty', 'the file is empty');
  if (bytes.length > pictureLimits.fileBytesMax) {
    return refuse('too-large', `it has ${megabytes(bytes.length)}; at most ${megabytes(pictureLimits.fileBytesMax)}`);
  }
  const kind = kindOf(bytes);
  return typeof kind === 'string' ? undefined : kind;
}

async function atOnce(): Promise<void> {
  await Promise.resolve();
}

async function loadSharp(): Promise<OpenPicture> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false); // No picture is read twice.
  sharp.concurrency(1); // The other cores belong to the camera and the bell.
  return (bytes, options) => sharp(bytes, options);
}

async function decodeRgb(picture: Sharp): Promise<Decoded> {
  try {
    const { data, info } = await picture
      .autoOrient()
      .resize(sideMax, sideMax, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#808080' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.width < sideMin || info.height < sideMin) {
      return refuse('not-a-picture', `it is only ${info.width}x${info.height} pixels`);
    }
    const rgb = {
      data: info.channels === 3 ? data : spreadGrey(data, info.channels),
      width: info.width,
      height: info.height,
    };
    const size = evenSize(rgb);
    const planes = new Uint8Array(i420Bytes(size.width, size.height));
    writeI420(rgb, planes);
    free(data);
    return { outcome: 'decoded', ...size, planes };
  } catch (error) {
    return refuseFor(error);
  }
}

async function encodeRgb(rgb: Rgb, { widthMax, quality }: EncodeOptions, open: OpenPicture): Promise<Uint8Array> {
  const { data, width, height } = rgb;
  const whole = open(data, { raw: { width, height, channels: 3 } });
  const shrunk = widthMax !== undefined && widthMax < width ? whole.resize({ width: Math.max(1, widthMax) }) : whole;
  return await shrunk.jpeg({ quality: quality ?? qualityDefault }).toBuffer();
}

/** The box clipped to the picture and grown to even edges; a box that misses the picture shows all of it. */
function evenPart(picture: Pixels, box: Box | undefined): EvenPart {
  const whole = { left: 0, top: 0, width: picture.width, height: picture.height };
  if (box === undefined) return whole;
  const left = Math.max(0, Math.floor(box.x / 2) * 2);
  const top = Math.max(0, Math.floor(box.y / 2) * 2);
  const right = Math.min(picture.width, Math.ceil((box.x + box.width) / 2) * 2);
  const bottom = Math.min(picture.height, Math.ceil((box.y + box.height) / 2) * 2);
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : whole;
}

/** A grey picture as a coloured one: some files stay grey whatever colours are asked for. */
function spreadGrey(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) rgb.fill(data[pixel * channels] ?? 0, 3 * pixel, 3 * pixel + 3);
  return rgb;
}

/** Gives megabytes back now: the collector of a thread that makes little garbage of its own comes too late. */
export function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
