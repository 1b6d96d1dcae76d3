import { createHash, type Hash } from 'node:crypto';
import { constants, createZstdCompress } from 'node:zlib';
import type { Storage } from '../system/storage.ts';
import { chunkBytes } from './manifest.ts';
import { windowLogMax } from './staged-payload.ts';
import { tarEndBytes, tarPaddingBytes } from './tar-header.ts';
import { wordsOf } from '../system/error-words.ts';

/** Small and slow: a release is built once and fetched by every device. Higher levels need more memory to unpack. */
export const releaseCompressionLevel = 19;

/** Written at a time. */
const partBytes = 256 * 1024;

export interface CompressTask {
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly storage: Storage;
  readonly path: string;
  readonly level: number;
}

/**
 * Compresses the pieces into a file, followed by what ends a tar file around it, and gives the digests of its chunks.
 * One thread and a set window: the same pieces always give the same bytes.
 */
export async function compress(task: CompressTask): Promise<{ readonly bytes: number; readonly chunks: string[] }> {
  const { storage, path } = task;
  const digests = new ChunkDigests();
  let bytes = 0;
  for await (const part of compressed(task)) {
    await storage.writePart(path, bytes, part);
    digests.add(part);
    bytes += part.length;
  }
  const end = new Uint8Array(tarPaddingBytes(bytes) + tarEndBytes);
  await storage.writePart(path, bytes, end);
  digests.add(end);
  return { bytes, chunks: digests.end() };
}

/** The same digests of the pieces as they are: of a release that was never packed. */
export async function digestsOf(
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: number; readonly chunks: string[] }> {
  const digests = new ChunkDigests();
  let bytes = 0;
  for await (const piece of pieces) {
    digests.add(piece);
    bytes += piece.length;
  }
  digests.add(new Uint8Array(tarPaddingBytes(bytes) + tarEndBytes));
  return { bytes, chunks: digests.end() };
}

async function* compressed({ pieces, level }: CompressTask): AsyncGenerator<Uint8Array> {
  const stream = createZstdCompress({
    chunkSize: partBytes,
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_windowLog]: windowLogMax,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
  const feeding = (async (): Promise<void> => {
    for await (const piece of pieces) {
      if (piece.length === 0) continue;
      await new Promise<void>((resolve, reject) => {
        stream.write(piece, (error) => (error === undefined || error === null ? resolve() : reject(error)));
      });
    }
    stream.end();
  })();
  feeding.catch((fault: unknown) => stream.destroy(fault instanceof Error ? fault : new Error(wordsOf(fault))));
  for await (const part of stream) {
    if (part instanceof Uint8Array) yield part;
  }
}

/** SHA-256 of each chunk of bytes that come in parts of any size. */
class ChunkDigests {
  readonly #digests: string[] = [];
  #hash: Hash = createHash('sha256');
  #bytes = 0;

  add(part: Uint8Array): void {
    for (let rest = part; rest.length > 0;) {
      const taken = rest.subarray(0, chunkBytes - this.#bytes);
      this.#hash.update(taken);
      this.#bytes += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#bytes === chunkBytes) this.#next();
    }
  }

  end(): string[] {
    if (this.#bytes > 0) this.#next();
    return this.#digests;
  }

  #next(): void {
    this.#digests.push(this.#hash.digest('hex'));
    this.#hash = createHash('sha256');
    this.#bytes = 0;
  }
}
