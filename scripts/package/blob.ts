import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nodeOptions } from '../../src/machine/process/start-options.ts';
import { run } from './run.ts';

export interface BlobParts {
  /** Where it is made, and the main script lies. */
  readonly work: string;
  readonly main: string;
  /** Files by the name that they are carried under. */
  readonly assets: ReadonlyMap<string, string>;
  /** Words that start the very Node that will run the blob. */
  readonly generator: readonly string[];
}

/** V8 draws its hash seed from it: without, the code cache is another one at every build. */
const seedWords = ['--random-seed=42'];

/**
 * The blob that Node finds in itself. The code cache is made with the words that the appliance is started with: V8 refuses
 * one that was made with others. Its paths are relative: the blob remembers the main one.
 */
export async function makeBlob({ work, main, assets, generator }: BlobParts): Promise<Buffer> {
  const sorted = [...assets].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const config = {
    main,
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: true,
    execArgv: [...nodeOptions],
    execArgvExtension: 'none', // Nobody's NODE_OPTIONS reach the appliance.
    assets: Object.fromEntries(sorted.map(([name, path]) => [name, relative(work, path)])),
  };
  writeFileSync(join(work, 'sea-config.json'), JSON.stringify(config, undefined, 1));
  const [program = '', ...words] = [...generator, ...nodeOptions, ...seedWords];
  await run(program, [...words, '--experimental-sea-config', 'sea-config.json'], { folder: work });
  return readFileSync(join(work, 'blob'));
}
