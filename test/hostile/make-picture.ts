// Pictures that no program writes: made byte by byte, or from honest ones by changing what their headers say.
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

export function text(words: string): Buffer {
  return Buffer.from(words, 'latin1');
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A door in the evening: light, shade and something of everything. */
export function scene(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < data.length; at += 3) {
    const pixel = at / 3;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    data[at] = (x * 255) / width;
    data[at + 1] = (y * 255) / height;
    data[at + 2] = ((x >> 3) * 37 + (y >> 3) * 61) & 255;
  }
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
}

export interface PngForm {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth?: 8 | 16;
  readonly isInterlaced?: boolean;
  /** Chunks between header and pixels. */
  readonly before?: readonly Buffer[];
  /** Default: all of them, black. */
  readonly pixelBytes?: number;
}

/** A black PNG in colours. A thousand bytes of it are one. */
export function png({ width, height, depth = 8, isInterlaced = false, before = [], pixelBytes }: PngForm): Buffer {
  const whole = isInterlaced ? adam7Bytes(width, height, depth) : height * (1 + (width * 3 * depth) / 8);
  const header = Buffer.concat([u32(width), u32(height), Buffer.from([depth, 2, 0, 0, isInterlaced ? 1 : 0])]);
  return Buffer.concat([
    text('\x89PNG\r\n\x1a\n'),
    chunk('IHDR', header),
    ...before,
    chunk('IDAT', deflateSync(Buffer.alloc(pixelBytes ?? whole), { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([text(name), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

function adam7Bytes(width: number, height: number, depth: number): number {
  const passes = [
    [0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2],
  ] as const; // prettier-ignore
  return passes.reduce((sum, [x, y, across, down]) => {
    const [columns, rows] = [Math.ceil((width - x) / across), Math.ceil((height - y) / down)];
    return sum + (columns > 0 ? rows * (1 + (columns * 3 * depth) / 8) : 0);
  }, 0);
}

type Tag = readonly [tag: number, type: 3 | 4, values: readonly number[]];

/** A TIFF of one directory, which may lie about everything. `next` is where the next directory would be. */
export function tiff(tags: readonly Tag[], data: Buffer, next = 0): Buffer {
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  const head = 8 + directory.length;
  const far: Buffer[] = [];
  let at = head;
  directory.writeUInt16LE(tags.length, 0);
  for (const [index, [tag, type, values]] of tags.entries()) {
    const size = type === 3 ? 2 : 4;
    const bytes = Buffer.alloc(Math.max(4, size * values.length));
    for (const [place, value] of values.entries()) bytes.writeUIntLE(value, size * place, size);
    directory.writeUInt16LE(tag, 2 + 12 * index);
    directory.writeUInt16LE(type, 4 + 12 * index);
    directory.writeUInt32LE(values.length, 6 + 12 * index);
    if (bytes.length === 4) bytes.copy(directory, 10 + 12 * index);
    else {
      directory.writeUInt32LE(at, 10 + 12 * index);
      far.push(bytes);
      at += bytes.length;
    }
  }
  directory.writeUInt32LE(next, directory.length - 4);
  return Buffer.concat([text('II*\0'), Buffer.from([8, 0, 0, 0]), directory, ...far, data]);
}

export interface TiffForm {
  readonly width: number;
  readonly height: number;
  /** 1 none, 8 deflate. */
  readonly compression?: number;
  readonly bits?: number;
  readonly samples?: number;
  readonly tile?: number;
  readonly next?: number;
}

/** A TIFF in one strip or of one tile, whose data is black and may be too short. */
export function plainTiff(form: TiffForm, data: Buffer): Buffer {
  const { width, height, compression = 1, bits = 8, samples = 3, tile, next = 0 } = form;
  const tags = (offset: number): Tag[] => [
    [256, 4, [width]], [257, 4, [height]], [258, 3, Array.from({ length: samples }, () => bits)], [259, 3, [compression]],
    [262, 3, [samples >= 3 ? 2 : 1]],
    ...(tile === undefined
      ? ([[273, 4, [offset]], [277, 3, [samples]], [278, 4, [height]], [279, 4, [data.length]]] as const)
      : ([[277, 3, [samples]], [322, 4, [tile]], [323, 4, [tile]], [324, 4, [offset]], [325, 4, [data.length]]] as const)),
  ]; // prettier-ignore
  const offset = tiff(tags(0), Buffer.alloc(0)).length;
  return tiff(tags(offset), data, next);
}

/** A JPEG that says another size. */
export function resizedJpeg(jpeg: Buffer, width: number, height: number): Buffer {
  const at = frameOf(jpeg);
  const changed = Buffer.from(jpeg);
  changed.writeUInt16BE(height, at + 5);
  changed.writeUInt16BE(width, at + 7);
  return changed;
}

/** Where its frame header begins. */
export function frameOf(jpeg: Buffer): number {
  for (let at = 2; at < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const mark = jpeg[at + 1] ?? 0;
    if (mark >= 0xc0 && mark <= 0xc2) return at;
  }
  throw new Error('no frame in this JPEG');
}

/** A progressive JPEG whose last scan comes again and again. */
export function manyScans(jpeg: Buffer, times: number): Buffer {
  const from = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = jpeg.subarray(from, jpeg.length - 2);
  return Buffer.concat([jpeg.subarray(0, from), ...Array.from({ length: times }, () => scan), jpeg.subarray(-2)]);
}

/** A segment of a JPEG behind its first mark. */
export function withSegments(jpeg: Buffer, segments: readonly { mark: number; data: Buffer }[]): Buffer {
  const made = segments.map(({ mark, data }) => {
    const head = Buffer.from([0xff, mark, 0, 0]);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...made, jpeg.subarray(2)]);
}

/** Every place where the first bytes occur, changed to the others of the same length. */
export function replacedIn(file: Buffer, from: Buffer, to: Buffer): Buffer {
  const changed = Buffer.from(file);
  for (let at = changed.indexOf(from); at !== -1; at = changed.indexOf(from, at + from.length)) to.copy(changed, at);
  return changed;
}

/** An AVIF whose boxes say another size than its stream. */
export function resizedAvif(
  avif: Buffer,
  size: { from: readonly [number, number]; to: readonly [number, number] },
): Buffer {
  const box = ([width, height]: readonly [number, number]): Buffer =>
    Buffer.concat([text('ispe'), u32(0), u32(width), u32(height)]);
  return replacedIn(avif, box(size.from), box(size.to));
}
