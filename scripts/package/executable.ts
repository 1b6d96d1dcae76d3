import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { librariesList } from '../../src/system/native-libraries.ts';
import { addonName, compileNative } from '../native/compile.ts';
import { billOfMaterials, licenceTexts, materials } from './bill-of-materials.ts';
import { makeBlob } from './blob.ts';
import { bundle } from './bundle.ts';
import { carriedFrom, carriedLibraries, librariesOf, modelPackOf, modelsManifest } from './carried.ts';
import { inject } from './inject.ts';
import { fetchPackages } from './packages.ts';
import { makeReleaseFolder } from './release-folder.ts';
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

const executableMode = 0o755;

/** Makes the executable and the folder of its release. The same commit gives the same bytes, wherever it is built. */
export async function makeExecutable(options: PackageOptions): Promise<{ readonly path: string }> {
  const { checkout, arch } = options;
  const version = options.version ?? versionOf(checkout);
  const out = resolve(checkout, options.out ?? join('.build', `linux-${arch}`));
  const work = join(out, 'parts');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const targetFolder = join(out, 'packages');
  const packages = await fetchPackages(checkout, targetFolder, arch);
  const libraries = new Map([...packages.libraries, [addonName, compileNative(arch)]]);
  const node = join(work, 'node');
  await run(`${triples[arch]}-strip`, ['-o', node, packages.node]);
  const { main, threads, inputs } = await bundle({ checkout, version });
  const parts = materials({ checkout, arch, targetFolder, bundled: inputs });
  const written = writeTexts(work, [
    ...threads,
    { name: librariesList, text: JSON.stringify(librariesOf(libraries)) },
    { name: modelsManifest, text: JSON.stringify(modelPackOf(checkout)) },
    { name: 'materials.cdx.json', text: billOfMaterials({ version, createdMs: commitMs(checkout) }, parts) },
    { name: 'licences.txt', text: licenceTexts(checkout, parts) },
  ]);
  writeTexts(work, [main]);
  const assets = new Map([...carriedFrom(checkout), ...carriedLibraries(libraries), ...written]);
  const blob = await makeBlob({ work, main: main.name, assets, generator: [...runner(arch), node] });
  const path = join(out, 'doorward');
  rmSync(path, { force: true });
  writeFileSync(path, inject(readFileSync(node), blob), { mode: executableMode });
  const list = join(work, librariesList);
  makeReleaseFolder({ checkout, folder: join(out, 'release'), executable: path, libraries: list });
  return { path };
}

function versionOf(checkout: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  return version;
}

/** When the commit was made. A folder without a history says so by SOURCE_DATE_EPOCH, in seconds since 1970. */
function commitMs(checkout: string): number {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const text = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: checkout, encoding: 'utf8' });
  const seconds = Number(text);
  if (!Number.isInteger(seconds)) throw new Error(`cannot package: "${text}" is no time: set SOURCE_DATE_EPOCH`);
  return seconds * 1000;
}

interface Text {
  readonly name: string;
  readonly text: string;
}

/** Writes them into the folder. Their paths, by their names. */
function writeTexts(folder: string, texts: readonly Text[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map(({ name, text }) => {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return [name, path];
    }),
  );
}
