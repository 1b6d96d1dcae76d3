/** Releases of this checkout, signed with keys that are made for the occasion, some with a planted fault. */
import assert from 'node:assert/strict';
import { cpSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { migrations } from '../../src/store/migrate.ts';
import { signRelease } from '../../src/release/sign-release.ts';
import { buildRelease, type ReleaseDescription } from '../../src/release/write-release.ts';
import { goldenFaces as packagedFaces } from '../../scripts/package/release-folder.ts';
import { makeRoot, signerNamed } from '../release/workshop.ts';
import { bundleInto, entryScript, type Patch } from './bundle.ts';

const createdMs = Date.parse('2026-11-20T18:00:00Z');
const goodUntil = '2036-11-20T00:00:00Z';

/** It starts, and never says a word. */
export const neverReady: Patch = {
  file: 'src/appliance/trial/candidate.ts',
  from: "case 'hello': return {",
  to: "case 'hello': await new Promise(() => setInterval(() => {}, 1000)); return {",
};

/** It rehearses well and takes over well; two seconds later a check of its own says that it is not well. */
export const unhealthyInProbation: Patch = {
  file: 'src/appliance/caretaker.ts',
  from: "health.register({ name: 'application_components', check: () => checkComponents(this.#components()) });",
  to: `const bornMs = this.#parts.clock.uptimeMs();
    health.register({ name: 'application_components', intervalMs: 100, check: () => {
      const isWell = !this.#parts.house.feed.status().framesTotal || this.#parts.clock.uptimeMs() < bornMs + 2000;
      return isWell ? checkComponents(this.#components()) : { status: 'unhealthy', message: 'planted' };
    } });`,
};

/** Whoever asks for any address with this at its end gets a 500, as from a mistake of ours. */
export function failsAt(ending: string): Patch {
  return {
    file: 'src/web/protection.ts',
    from: '    try {\n      refuseForeign(request, names);',
    to: `    if (request.url.endsWith('${ending}')) throw new Error('planted');\n    try {\n      refuseForeign(request, names);`,
  };
}

/** Its schema has one step more. */
export function migratesBy(sql: string): Patch {
  return {
    file: 'src/store/open.ts',
    from: 'migrations: options.migrations ?? migrations,',
    to: `migrations: [...(options.migrations ?? migrations), ${JSON.stringify(sql)}],`,
  };
}

/** Where releases are made, and the keys that sign them. */
export class Workshop {
  readonly #folder: string;
  readonly #signer = signerNamed('the demo');
  readonly root = makeRoot(undefined, { roots: [this.#signer], releases: [this.#signer] });
  readonly #bundles = new Map<string, string>();
  #built = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Releases with the same faults differ in their version only: their code is bundled once. */
  async #bundle(patches: readonly Patch[]): Promise<string> {
    const name = patches.map(({ file, to }) => `${file} ${to}`).join('\n');
    const known = this.#bundles.get(name);
    if (known !== undefined) return known;
    const directory = join(this.#folder, `bundle-${this.#bundles.size}`);
    await bundleInto(directory, patches);
    this.#bundles.set(name, directory);
    return directory;
  }

  /** Makes room. */
  discard(version: string): void {
    for (const name of [`source-${version}`, `doorward-${version}.release`])
      rmSync(join(this.#folder, name), { recursive: true, force: true });
  }

  /** A signed release file of this checkout, as it lies on the disk. */
  async build(version: string, patches: readonly Patch[] = []): Promise<{ file: string; bytes: number }> {
    this.#built += 1;
    const directory = join(this.#folder, `source-${version}`);
    cpSync(await this.#bundle(patches), directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'doorward', version, type: 'module' }));
    return this.#pack(directory, { version, architecture: 'any', entry: ['node', entryScript], goldenFaces: [] });
  }

  /** A signed release file of a folder that `npm run package` has made. */
  async pack(directory: string, version: string): Promise<{ file: string; bytes: number }> {
    this.#built += 1;
    const goldenFaces = Object.entries(packagedFaces).map(([file, person]) => ({ file: `golden/${file}`, person }));
    return this.#pack(directory, {
      version,
      architecture: `linux-${process.arch}`,
      entry: ['doorward'],
      goldenFaces,
    });
  }

  async #pack(
    directory: string,
    about: Pick<ReleaseDescription, 'version' | 'architecture' | 'entry' | 'goldenFaces'>,
  ): Promise<{ file: string; bytes: number }> {
    const file = join(this.#folder, `doorward-${about.version}.release`);
    const built = await buildRelease({
      storage: nodeStorage,
      directory,
      description: {
        name: 'doorward', hardware: [], follows: '0.0.0', schema: { lowest: 0, highest: migrations.length }, createdMs,
        ...about,
      },
      roots: [this.root],
      expires: goodUntil,
      signed: this.#built,
      level: 1,
      file,
    }); // prettier-ignore
    assert.equal(built.outcome, 'built', JSON.stringify(built));
    const signed = await signRelease({ storage: nodeStorage, file, signer: this.#signer });
    assert.equal(signed.outcome, 'signed', JSON.stringify(signed));
    return { file, bytes: statSync(file).size };
  }
}
