import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { description, makeRelease } from './workshop.ts';

const blockBytes = 1_000_000;

/** A folder as large as a release with its libraries: a few large files and many small ones, hard to compress by half. */
function fillLarge(folder: string, bytes: number): void {
  for (let done = 0; done < bytes; done += blockBytes) {
    const isLarge = done < bytes * 0.8;
    const directory = join(folder, isLarge ? 'lib' : `src/${Math.floor(done / blockBytes)}`);
    mkdirSync(directory, { recursive: true });
    const block = Buffer.concat([noise(blockBytes / 2, done), Buffer.alloc(blockBytes / 2, `block ${done} `)]);
    if (isLarge) writeFileSync(join(directory, `library-${Math.floor(done / 4e7)}`), block, { flag: 'a' });
    else
      for (let part = 0; part < 20; part += 1)
        writeFileSync(join(directory, `${part}.js`), block.subarray(part * 50_000, (part + 1) * 50_000));
  }
}

/** The same bytes every time. */
function noise(bytes: number, seed: number): Buffer {
  return createHash('shake256', { outputLength: bytes }).update(String(seed)).digest();
}

export interface StagingFigures {
  readonly outcome: readonly string[];
  readonly unpackedBytes: number;
  readonly writtenBytes: number;
  readonly stagingMemoryMb: number;
  readonly stagedMs: number;
  readonly fileBytes: number;
}

/** Builds a release of so many bytes in the folder, and stages it in a process of its own. */
export async function measureStaging(folder: string, bytes: number): Promise<StagingFigures> {
  const directory = join(folder, 'content');
  fillLarge(directory, bytes);
  const entry = ['node', 'lib/library-0'];
  const { file } = await makeRelease(folder, { directory, description: { ...description, entry, goldenFaces: [] } });
  const child = fileURLToPath(new URL('./staging-child.ts', import.meta.url));
  const output = execFileSync(process.execPath, [child, file, join(folder, 'slot')], { encoding: 'utf8' });
  return { ...(JSON.parse(output) as Omit<StagingFigures, 'fileBytes'>), fileBytes: statSync(file).size };
}
