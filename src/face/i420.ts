import { type Pixels, i420Bytes } from '../system/pixels.ts';

/** One of the three planes of a picture: rows from top to bottom without padding. */
export interface Plane {
  readonly samples: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Views of the picture's planes; nothing is copied. */
export function planesOf({ width, height, pixels }: Pixels): {
  readonly y: Plane;
  readonly u: Plane;
  readonly v: Plane;
} {
  const luma = width * height;
  const chroma = luma / 4;
  const half = { width: width / 2, height: height / 2 };
  return {
    y: { samples: new Uint8Array(pixels, 0, luma), width, height },
    u: { samples: new Uint8Array(pixels, luma, chroma), ...half },
    v: { samples: new Uint8Array(pixels, luma + chroma, chroma), ...half },
  };
}

/** Pixels in rows from top to bottom, three bytes each. */
export interface Rgb {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The picture as I420, by the JPEG matrix (ITU-T T.871). An odd last column or row is dropped: I420 has none. */
export function fromRgb(rgb: Rgb): Pixels {
  const size = evenSize(rgb);
  const picture: Pixels = { ...size, pixels: new SharedArrayBuffer(i420Bytes(size.width, size.height)) };
  writeI420(rgb, new Uint8Array(picture.pixels));
  return picture;
}

/** The size of the I420 picture that an RGB picture becomes. */
export function evenSize({ width, height }: Size): Size {
  return { width: width - (width % 2), height: height - (height % 2) };
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Writes the three planes, one after the other, of a picture of `evenSize(rgb)`. */
export function writeI420(rgb: Rgb, planes: Uint8Array): void {
  const { width, height } = evenSize(rgb);
  const luma = width * height;
  for (let row = 0; row < height; row += 2) {
    for (let column = 0; column < width; column += 2) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let pixel = 0; pixel < 4; pixel++) {
        const atRow = row + (pixel >> 1);
        const atColumn = column + (pixel & 1);
        const at = (atRow * rgb.width + atColumn) * 3;
        const r = rgb.data[at] ?? 0;
        const g = rgb.data[at + 1] ?? 0;
        const b = rgb.data[at + 2] ?? 0;
        // Rounded fixed point, 16 bits: never above 255, because the three factors add up to 65536.
        planes[atRow * width + atColumn] = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
        red += r;
        green += g;
        blue += b;
      }
      const at = luma + (row * width) / 4 + column / 2;
      planes[at] = clampByte(128 + (-0.168735892 * red - 0.331264108 * green + 0.5 * blue) / 4);
      planes[at + luma / 4] = clampByte(128 + (0.5 * red - 0.418687589 * green - 0.081312411 * blue) / 4);
    }
  }
}

/**
 * Converts a part of the picture, each chroma sample used four times. Writes into `into` when it is large enough, so
 * that whoever converts every frame need not leave megabytes of garbage behind.
 */
export function toRgb(picture: Pixels, part: EvenPart = wholeOf(picture), into?: Uint8ClampedArray<ArrayBuffer>): Rgb {
  const { y, u, v } = planesOf(picture);
  const length = part.width * part.height * 3;
  const data = into !== undefined && into.length >= length ? into : new Uint8ClampedArray(length);
  let to = 0;
  for (let row = part.top; row < part.top + part.height; row++) {
    for (let column = part.left; column < part.left + part.width; column++) {
      const chroma = (row >> 1) * u.width + (column >> 1);
      const luma = y.samples[row * y.width + column] ?? 0;
      const blueness = (u.samples[chroma] ?? 0) - 128;
      const redness = (v.samples[chroma] ?? 0) - 128;
      data[to] = luma + 1.402 * redness;
      data[to + 1] = luma - 0.344136286 * blueness - 0.714136286 * redness;
      data[to + 2] = luma + 1.772 * blueness;
      to += 3;
    }
  }
  return { data: new Uint8Array(data.buffer, 0, length), width: part.width, height: part.height };
}

/** A part of a picture whose edges fall between chroma samples: four even numbers. */
export interface EvenPart {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function wholeOf({ width, height }: Pixels): EvenPart {
  return { left: 0, top: 0, width, height };
}

function clampByte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
