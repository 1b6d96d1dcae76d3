import assert from 'node:assert/strict';
import type { Frame } from '../system/camera.ts';

/**
 * Buffers kept for the next frames: as many as the ring and a visit hold. More are left to the garbage collector, which
 * comes late where another thread has seen a buffer: visits one after the other would fill the memory.
 */
const freeBuffersMax = 32;

/** Frame buffers, used again and again: a frame is 1.4 MB, and at 8 a second garbage would pile up. */
export class FramePool {
  readonly #holders = new Map<Frame, number>();
  #free: SharedArrayBuffer[] = [];

  /** A buffer of exactly this size, its content undefined. */
  lend(bytes: number): SharedArrayBuffer {
    // Buffers of another size belong to a picture size that the camera has left.
    this.#free = this.#free.filter((buffer) => buffer.byteLength === bytes);
    return this.#free.pop() ?? new SharedArrayBuffer(bytes);
  }

  /** Starts counting the holders of a frame: one. */
  adopt(frame: Frame): void {
    assert(!this.#holders.has(frame), 'a frame is adopted once');
    this.#holders.set(frame, 1);
  }

  retain(frame: Frame): void {
    const holders = this.#holders.get(frame);
    assert(holders !== undefined, 'a frame may be retained only while somebody holds it');
    this.#holders.set(frame, holders + 1);
  }

  letGo(frame: Frame): void {
    const holders = this.#holders.get(frame);
    assert(holders !== undefined, 'a frame was let go more often than retained');
    if (holders > 1) {
      this.#holders.set(frame, holders - 1);
      return;
    }
    this.#holders.delete(frame);
    this.reclaim(frame.pixels);
  }

  /** Takes back a lent buffer that never became a frame. */
  reclaim(buffer: SharedArrayBuffer): void {
    if (this.#free.length < freeBuffersMax) this.#free.push(buffer);
  }

  /** Frames that somebody holds. */
  get held(): number {
    return this.#holders.size;
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const frame of this.#holders.keys()) bytes += frame.pixels.byteLength;
    return bytes;
  }
}
