/**
 * Releases for a machine to try. They are the executable itself, built once from the sources with a few lines planted: it
 * takes its version, and the fault that it has, from two small files beside it. So a hundred releases cost one build.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs'; // prettier-ignore
import { join } from 'node:path';
import { makeExecutable } from '../../scripts/package/executable.ts';
import type { Arch } from '../../scripts/package/target.ts';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { signRelease } from '../../src/release/sign-release.ts';
import { buildRelease } from '../../src/release/write-release.ts';
import { migrations } from '../../src/store/migrate.ts';
import { makeRoot, signerNamed } from '../release/workshop.ts';
import { type Fault, plant, plantedName } from './planted-lines.ts';

const checkout = join(import.meta.dirname, '..', '..');
const createdMs = Date.parse('2026-11-20T18:00:00Z');
const goodUntil = '2036-11-20T00:00:00Z';
/** As quick as it gets: what is measured here is not size. */
const compressionLevel = 1;

/** What the executable is built from; everything else of the checkout is linked. */
const parts = [
  'src',
  'README.md',
  'package.json',
  'package-lock.json',
  'systemd',
  'native',
  'scripts',
  '.models',
  'node_modules',
];

/** An executable that is built anew only when the sources have changed. */
export async function keptExecutable(
  build: string,
  name: string,
  make: (out: string) => Promise<unknown>,
): Promise<string> {
  const kept = join(build, `${name}-${sourceName()}`);
  const path = join(kept, 'doorward');
  if (existsSync(path)) return path;
  for (const old of globSync(join(build, `${name}-*`))) rmSync(old, { recursive: true, force: true });
  const half = `${kept}.half`;
  await make(half);
  renameSync(half, kept);
  return path;
}

/** A copy of the checkout, on the same filesystem, whose sources may be changed: everything else of it is linked. */
export function copyToChange(copy: string): void {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of parts)
    if (existsSync(join(checkout, name))) execFileSync('cp', ['-a', '--link', join(checkout, name), join(copy, name)]); // prettier-ignore
  rmSync(join(copy, 'src'), { recursive: true });
  cpSync(join(checkout, 'src'), join(copy, 'src'), { recursive: true });
}

/** The executable with the planted lines. */
export function plantedExecutable(build: string, arch: Arch = 'x64'): Promise<string> {
  return keptExecutable(build, `planted-${arch}`, async (out) => {
    const copy = join(build, 'checkout-to-plant-in');
    copyToChange(copy);
    plant(copy);
    await makeExecutable({ checkout: copy, arch, out });
    rmSync(copy, { recursive: true, force: true });
  });
}

/** Names what the executable is made from. */
function sourceName(): string {
  const hash = createHash('sha256').update(plantedName());
  for (const file of globSync('{src,systemd,native,scripts/package}/**/*.*', { cwd: checkout }).toSorted())
    hash.update(file).update(readFileSync(join(checkout, file)));
  return hash.update(readFileSync(join(checkout, 'package-lock.json'))).digest('hex').slice(0, 12); // prettier-ignore
}

export interface MadeRelease {
  readonly version: string;
  /** Its release file. */
  readonly file: string;
}

export interface ReleasePlan {
  readonly fault?: Fault;
  /** Steps of the schema that it adds. */
  readonly schema?: readonly string[];
  readonly architecture?: string;
  /** In place of the executable: one that does not even start. */
  readonly script?: string;
  /** In place of the executable: another one. Its version is its own. */
  readonly executable?: string;
}

/** Signatures grow with versions, in whatever order the releases are made: a device refuses older ones. */
function signedFor(version: string): number {
  return version.split('.').reduce((sum, part) => sum * 100 + Number(part), 0);
}

/** Where releases are made, and the key that signs them. */
export class Workshop {
  readonly folder: string;
  readonly #executable: string;
  readonly #libraries: string;
  readonly #architecture: string;
  readonly #signer = signerNamed('the workshop');
  readonly root = makeRoot(undefined, { roots: [this.#signer], releases: [this.#signer] });

  constructor(folder: string, executable: string, arch: Arch = 'x64') {
    this.folder = folder;
    this.#architecture = `linux-${arch}`;
    this.#executable = executable;
    this.#libraries = join(executable, '..', 'release', 'libraries.json');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'root.json'), this.root);
  }

  /** A signed release file. */
  async make(version: string, plan: ReleasePlan = {}): Promise<MadeRelease> {
    const file = join(this.folder, `doorward-${version}-${this.#architecture}.release`);
    const directory = join(this.folder, `content-${version}`);
    rmSync(directory, { recursive: true, force: true });
    this.#fill(directory, version, plan);
    const made = await buildRelease({
      storage: nodeStorage,
      directory,
      description: {
        name: 'doorward', version, architecture: plan.architecture ?? this.#architecture, hardware: [], follows: '0.0.0',
        schema: { lowest: 0, highest: migrations.length + (plan.schema?.length ?? 0) }, entry: ['doorward'],
        goldenFaces: [], createdMs,
      },
      roots: [this.root],
      expires: goodUntil,
      signed: signedFor(version),
      level: compressionLevel,
      file,
    }); // prettier-ignore
    assert.equal(made.outcome, 'built', JSON.stringify(made));
    const signed = await signRelease({ storage: nodeStorage, file, signer: this.#signer });
    assert.equal(signed.outcome, 'signed', JSON.stringify(signed));
    rmSync(directory, { recursive: true, force: true });
    return { version, file };
  }

  #fill(
    directory: string,
    version: string,
    { fault, schema, script, executable = this.#executable }: ReleasePlan,
  ): void {
    mkdirSync(directory, { recursive: true });
    const at = (name: string): string => join(directory, name);
    if (script === undefined) {
      for (const [from, name] of [
        [executable, 'doorward'],
        [this.#libraries, 'libraries.json'],
      ] as const)
        execFileSync('cp', ['--reflink=auto', from, at(name)]); // Perhaps to another filesystem.
    } else {
      writeFileSync(at('doorward'), script);
      chmodSync(at('doorward'), 0o755);
    }
    writeFileSync(at('version'), `${version}\n`);
    if (fault !== undefined) writeFileSync(at('fault'), JSON.stringify(fault));
    if (schema !== undefined) writeFileSync(at('schema'), JSON.stringify(schema));
  }

  /** Makes room. */
  discard({ file }: MadeRelease): void {
    rmSync(file, { force: true });
  }
}
