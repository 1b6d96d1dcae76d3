import type { Storage } from '../system/storage.ts';

/** Bytes that may be far away. Rejects with what the place they come from rejects with. */
export interface ByteSource {
  readonly bytes: number;
  /** Exactly the bytes from `offset`; fewer only at the end of the source. Whoever asks may let go of their memory. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A file on disk as a source; undefined when there is no such file. */
export async function fileSource(
  storage: Pick<Storage, 'list' | 'readPart'>,
  path: string,
): Promise<ByteSource | undefined> {
  const end = path.lastIndexOf('/');
  const entry = (await storage.list(path.slice(0, end) || '/')).find(({ name }) => name === path.slice(end + 1));
  if (entry?.kind !== 'file') return undefined;
  return {
    bytes: entry.bytes,
    read: async (offset, length) => (await storage.readPart(path, offset, length)) ?? new Uint8Array(),
  };
}

/** Reads a source from its beginning, a window at a time: a head of many small entries costs few requests. */
export class SourceReader {
  readonly #source: ByteSource;
  #window: Uint8Array = new Uint8Array();
  #windowOffset = 0;
  /** Where the next byte comes from. */
  offset = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The next bytes; undefined when the source ends before. */
  async take(length: number): Promise<Uint8Array | undefined> {
    if (this.offset + length > this.#source.bytes) return undefined;
    if (this.offset + length > this.#windowOffset + this.#window.length) {
      const wanted = Math.min(Math.max(length, windowBytes), this.#source.bytes - this.offset);
      this.#window = await this.#source.read(this.offset, wanted);
      this.#windowOffset = this.offset;
      if (this.#window.length < length) return undefined;
    }
    const start = this.offset - this.#windowOffset;
    this.offset += length;
    return this.#window.subarray(start, start + length);
  }
}

const windowBytes = 64 * 1024;
