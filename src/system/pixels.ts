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

/** Gives a buffer of at least so many bytes. */
export type Lend = (bytes: number) => SharedArrayBuffer;

/** Lends one buffer again and again, as large as the largest asked for: shared memory is collected late. */
export function spareBuffer(): Lend {
  let spare = new SharedArrayBuffer(0);
  return (bytes) => (spare = spare.byteLength < bytes ? new SharedArrayBuffer(bytes) : spare);
}

/**
 * Memory for a picture from outside and for its copy with grey around it, used again and again: 10 MB, and as much again
 * for everyone who had some of his own. By one at a time.
 */
export class PictureMemory {
  readonly picture = spareBuffer();
  readonly padded = spareBuffer();
  #last: Promise<unknown> = Promise.resolve();

  /** After all that came before, whatever became of it. */
  inTurn<Answer>(look: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(look);
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}

/** Left, top, width and height in pixels of the picture. May reach over its edges. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
