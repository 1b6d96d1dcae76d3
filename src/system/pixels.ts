/**
 * A picture in memory: I420, full-range BT.601 (as JPEG has it), shared between threads.
 * `pixels` holds Y (width x height), then U and V (width/2 x height/2 each); width and height are even.
 */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: SharedArrayBuffer;
}

/** Bytes that an I420 picture takes. */
export function i420Bytes(width: number, height: number): number {
  return (width * height * 3) / 2;
}

/** Left, top, width and height in pixels of the picture. May reach over its edges. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
