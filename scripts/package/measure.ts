import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createZstdCompress, constants } from 'node:zlib';

/** Figures of a file, for people and programs. */
export interface Figures {
  readonly path: string;
  readonly bytes: number;
  /** As a download has it. */
  readonly zstdBytes: number;
  readonly sha256: string;
}

const level = 19;

/** Reads the file twice: once for its hash, once to see how small it becomes. */
export async function measure(path: string): Promise<Figures> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const { size } = statSync(path);
  const packed = createReadStream(path).pipe(
    createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level }, pledgedSrcSize: size }),
  );
  let zstdBytes = 0;
  for await (const chunk of packed) zstdBytes += Buffer.from(chunk).length;
  return { path, bytes: size, zstdBytes, sha256: hash.digest('hex') };
}
