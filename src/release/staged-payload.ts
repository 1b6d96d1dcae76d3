import { createHash } from 'node:crypto';
import { constants, createZstdDecompress } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { bodyBytes, chunkBytes, type Manifest } from './manifest.ts';
import type { VerifyFailure } from './refusal.ts';
import { letGo } from './spent-bytes.ts';
import { wordsOf } from '../system/error-words.ts';

/** 8 MiB: what level 19 uses. A payload that asks for more memory to be unpacked is refused. */
export const windowLogMax = 23;
/** Size of the pieces that come out. */
const pieceBytes = 128 * 1024;

/** What is wrong with a payload; becomes a refusal in `stageRelease`. */
export class PayloadFault extends Error {
  readonly failure: VerifyFailure;
  constructor(failure: VerifyFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PayloadFault';
    this.failure = failure;
  }
}

/** The compressed payload, chunk by chunk, each compared with its signed digest before it is used. */
async function* readChunks(source: ByteSource, manifest: Manifest): AsyncGenerator<Uint8Array> {
  const { payload } = manifest;
  const start = source.bytes - bodyBytes(manifest); // The body is what lies at the end, whatever the head has become.
  if (start < 0) throw new PayloadFault('truncated', 'the file is shorter than its payload');
  for (const [index, sha256] of payload.chunks.entries()) {
    const offset = index * chunkBytes;
    const chunk = await source.read(start + offset, Math.min(chunkBytes, bodyBytes(manifest) - offset));
    if (createHash('sha256').update(chunk).digest('hex') !== sha256)
      throw new PayloadFault('digest-differs', `chunk ${index} of ${payload.chunks.length} is not the signed one`);
    yield chunk.subarray(0, Math.max(0, payload.bytes - offset)); // What follows the payload is the end of the file.
    if (chunk.byteOffset === 0) letGo(chunk);
  }
}

/** The tar file inside the payload, in pieces, with bounded memory. What the source rejects with comes through unchanged. */
export async function* unpackedPieces(source: ByteSource, manifest: Manifest): AsyncGenerator<Uint8Array> {
  const stream = createZstdDecompress({
    chunkSize: pieceBytes,
    params: { [constants.ZSTD_d_windowLogMax]: windowLogMax },
  });
  const fed: { fault?: unknown } = {};
  // Not awaited: its end shows in the stream's. After a destroyed stream it may wait for ever, and is collected.
  void feed(stream, readChunks(source, manifest)).catch((fault: unknown) => {
    fed.fault ??= fault;
    stream.destroy(fault instanceof Error ? fault : new Error(wordsOf(fault)));
  });
  try {
    for await (const piece of stream) {
      if (!(piece instanceof Uint8Array)) continue;
      yield piece;
      letGo(piece);
    }
  } catch (error) {
    if (fed.fault !== undefined && fed.fault === error) throw error;
    throw new PayloadFault('payload-invalid', 'it cannot be unpacked', error);
  } finally {
    stream.destroy();
  }
}

type Decompressor = ReturnType<typeof createZstdDecompress>;

/** Gives the next chunk when the one before has been used up. */
async function feed(stream: Decompressor, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    await new Promise<void>((resolve, reject) => {
      stream.write(chunk, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
  }
  stream.end();
}

/** Takes exact numbers of bytes out of pieces of any size, without joining them. */
export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next bytes, at most `length`; none at the end. */
  async some(length: number): Promise<Uint8Array> {
    while (this.#piece.length === 0) {
      const next = await this.#pieces.next();
      if (next.done === true) return this.#piece;
      this.#piece = next.value;
    }
    const taken = this.#piece.subarray(0, length);
    this.#piece = this.#piece.subarray(taken.length);
    return taken;
  }

  /** The next bytes, fewer only at the end. For small lengths. */
  async exactly(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0;) {
      const part = await this.some(left);
      if (part.length === 0) break;
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** Lets go of what feeds it. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
