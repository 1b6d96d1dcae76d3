import { chmodSync, copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { librariesList } from '../../src/machine/native-libraries.ts';
import { addonName, compileNative } from '../native/compile.ts';
import { bundle } from './bundle.ts';
import { carriedFrom, carriedLibraries, librariesOf, modelPackOf, modelsManifest } from './carried.ts';
import { inject } from './inject.ts';
import { fetchPackages } from './packages.ts';
import { run } from './run.ts';
import { type Arch, runner, triples } from './target.ts';

export interface PackageOptions {
  readonly checkout: string;
  readonly arch: Arch;
  /** Default: the checkout's. */
  readonly version?: string;
  /** Default: `.build/linux-ARCH` in the checkout. */
  readonly out?: string;
}

/**
 * What the appliance's main thread and its small heaps are started with, as scripts/doorward.sh has it. The code cache
 * is made with the same words: V8 refuses one that was made with others.
 */
const nodeWords = ['--max-semi-space-size=1', '--optimize-for-size'];
/** V8 draws its hash seed from it: without, the code cache is another one at every build. */
const seedWords = ['--random-seed=42'];

/** Makes the executable and the folder of its release. The same commit gives the same bytes, wherever it is built. */
export async function makeExecutable(options: PackageOptions): Promise<{ readonly path: string }> {
  const { checkout, arch } = options;
  const out = resolve(checkout, options.out ?? join('.build', `linux-${arch}`));
  const work = join(out, 'parts');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const packages = await fetchPackages(checkout, join(out, 'packages'), arch);
  const node = join(work, 'node');
  await run(`${triples[arch]}-strip`, ['-o', node, packages.node]);
  const version = options.version ?? versionOf(checkout);
  const scripts = await bundle({ checkout, version });
  const libraries = new Map([...packages.libraries, [addonName, compileNative(arch)]]);
  const texts = new Map([
    ...scripts.threads.map(({ name, text }) => [name, text] as const),
    [librariesList, JSON.stringify(librariesOf(libraries))],
    [modelsManifest, JSON.stringify(modelPackOf(checkout))],
  ]);
  for (const [name, text] of [...texts, [scripts.main.name, scripts.main.text] as const]) {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    writeFileSync(join(work, name), text);
  }
  const written = new Map([...texts.keys()].map((name) => [name, join(work, name)]));
  const assets = new Map([...carriedFrom(checkout), ...carriedLibraries(libraries), ...written]);
  const blob = await makeBlob({ work, main: scripts.main.name, assets, generator: [...runner(arch), node] });
  const path = join(out, 'doorward');
  rmSync(path, { force: true });
  writeFileSync(path, inject(readFileSync(node), blob), { mode: 0o755 });
  makeRelease(out, path);
  return { path };
}

function versionOf(checkout: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  return version;
}

interface BlobParts {
  readonly work: string;
  readonly main: string;
  readonly assets: ReadonlyMap<string, string>;
  /** Words that start the very Node that will run the blob. */
  readonly generator: readonly string[];
}

/** The blob that Node finds in itself. Its paths are relative: the blob remembers the main one. */
async function makeBlob({ work, main, assets, generator }: BlobParts): Promise<Buffer> {
  const config = {
    main,
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: true,
    execArgv: nodeWords,
    execArgvExtension: 'none', // Nobody's NODE_OPTIONS reach the appliance.
    assets: Object.fromEntries([...assets].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, path]) => [name, relative(work, path)])), // prettier-ignore
  };
  writeFileSync(join(work, 'sea-config.json'), JSON.stringify(config, undefined, 1));
  const [program = '', ...words] = [...generator, ...nodeWords, ...seedWords];
  await run(program, [...words, '--experimental-sea-config', 'sea-config.json'], { folder: work });
  return readFileSync(join(work, 'blob'));
}

/** The folder that `doorward release build` makes a release file of. */
function makeRelease(out: string, executable: string): void {
  const folder = join(out, 'release');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  linkSync(executable, join(folder, 'doorward'));
  copyFileSync(join(out, 'parts', librariesList), join(folder, librariesList));
  chmodSync(folder, 0o755);
}
