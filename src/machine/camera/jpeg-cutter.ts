/** A longer picture is no picture of a camera. */
export const jpegBytesMax = 8 * 1024 * 1024;

const firstBytes = 64 * 1024;

export interface CutPicture {
  readonly bytes: Uint8Array;
  /** When its first byte came. */
  readonly beganMs: number;
}

/**
 * Cuts JPEGs out of a stream of bytes as each one's last byte comes, whatever stands between them. Chosen: the picture's
 * own markers (ITU T.81, B.1); rejected: the lengths and boundaries of the parts; why: cameras leave out or lie about
 * both, and a boundary is seen only when the next picture begins, one turn too late.
 */
export class JpegCutter {
  #held = Buffer.alloc(firstBytes);
  #length = 0;
  /** Where the next marker or scan goes on; the bytes before it are known to belong to the picture. */
  #at = 0;
  #isScan = false;
  #beganMs = 0;

  /** The pictures that these bytes complete. */
  take(chunk: Uint8Array, atMs: number): readonly CutPicture[] {
    this.#add(chunk);
    const pictures: CutPicture[] = [];
    // Every turn takes a whole picture off the held bytes.
    for (;;) {
      if (this.#at === 0 && !this.#findStart(atMs)) return pictures;
      const end = this.#findEnd();
      if (end === undefined) {
        if (this.#length > jpegBytesMax) this.#drop(this.#length);
        return pictures;
      }
      if (end > 0) pictures.push({ bytes: new Uint8Array(this.#held.subarray(0, end)), beganMs: this.#beganMs });
      this.#drop(Math.max(end, 2)); // 0: it was no picture; the search goes on behind its first marker.
    }
  }

  #add(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#held.length) {
      const larger = Buffer.alloc(2 * (this.#length + chunk.length));
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    this.#held.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  #drop(bytes: number): void {
    this.#held.copyWithin(0, bytes, this.#length);
    this.#length -= Math.min(bytes, this.#length);
    this.#at = 0;
    this.#isScan = false;
  }

  #findStart(atMs: number): boolean {
    const start = this.#held.subarray(0, this.#length).indexOf(startOfImage);
    if (start < 0) {
      this.#drop(Math.max(0, this.#length - startOfImage.length + 1));
      return false;
    }
    this.#drop(start);
    this.#at = 2;
    this.#beganMs = atMs;
    return true;
  }

  /** Where the picture ends; undefined when that has not come yet; 0 when it is none. */
  #findEnd(): number | undefined {
    while (this.#at + 1 < this.#length) {
      if (this.#isScan) {
        const mark = this.#held.subarray(0, this.#length).indexOf(0xff, this.#at);
        if (mark < 0 || mark + 1 >= this.#length) {
          this.#at = mark < 0 ? this.#length : mark;
          return undefined;
        }
        this.#at = mark;
      }
      if (this.#held[this.#at] !== 0xff) return 0;
      const marker = this.#held[this.#at + 1] ?? 0;
      if (marker === 0xd9) return this.#at + 2;
      const isInScan = marker === 0 || (marker >= 0xd0 && marker <= 0xd7);
      if (marker === 0xff) this.#at += 1;
      else if (isInScan || marker === 0x01) this.#at += 2;
      else if (this.#at + 3 >= this.#length) return undefined;
      else {
        this.#isScan = marker === 0xda;
        this.#at += 2 + this.#held.readUInt16BE(this.#at + 2);
      }
    }
    return undefined;
  }
}

const startOfImage = Buffer.from([0xff, 0xd8, 0xff]);
