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
import { dirname, join, relative } from 'node:path';
import { makeExecutable } from '../../scripts/package/executable.ts';
import type { Arch } from '../../scripts/package/target.ts';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { signRelease } from '../../src/release/sign-release.ts';
import { buildRelease } from '../../src/release/write-release.ts';
import { migrations } from '../../src/store/migrate.ts';
import { makeRoot, signerNamed } from '../release/workshop.ts';

const checkout = join(import.meta.dirname, '..', '..');
const createdMs = Date.parse('2026-11-20T18:00:00Z');
const goodUntil = '2036-11-20T00:00:00Z';
/** As quick as it gets: what is measured here is not size. */
const compressionLevel = 1;

/** When a release goes wrong, and how. */
export interface Fault {
  readonly at: 'hello' | 'took-over' | 'committed' | 'powered-on';
  readonly how: 'exits' | 'hangs' | 'is-unhealthy';
  readonly afterMs: number;
}

interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const planted = `
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const beside = (name: string): string | undefined => {
  const path = join(dirname(process.execPath), name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

export const plantedVersion = (own: string): string => beside('version')?.trim() ?? own;
export const plantedSchema: readonly string[] = JSON.parse(beside('schema') ?? '[]') as string[];
export const illness = { isThere: false };

export async function plantedAt(moment: string): Promise<void> {
  const fault = JSON.parse(beside('fault') ?? 'null') as { at: string; how: string; afterMs: number } | null;
  if (fault === null || fault.at !== moment) return;
  await new Promise((resolve) => { setTimeout(resolve, fault.afterMs); });
  if (fault.how === 'exits') process.exit(70);
  if (fault.how === 'is-unhealthy') illness.isThere = true;
  if (fault.how === 'hangs') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
`;

const patches: readonly Patch[] = [
  {
    file: 'src/machine/executable/running-release.ts',
    from: 'version: description.version,',
    to: 'version: plantedVersion(description.version),',
  },
  {
    file: 'src/store/migrate.ts',
    from: '= [foundation];',
    to: '= [foundation, ...plantedSchema];',
  },
  {
    file: 'src/appliance/trial/candidate.ts',
    from: "case 'hello': return {",
    to: "case 'hello': await plantedAt('hello'); return {",
  },
  {
    file: 'src/appliance/trial/candidate.ts',
    from: "return { kind: 'ready',",
    to: "void plantedAt('took-over');\n    return { kind: 'ready',",
  },
  {
    file: 'src/appliance/trial/candidate.ts',
    from: 'this.#isCommitted = true;',
    to: "this.#isCommitted = true;\n    void plantedAt('committed');",
  },
  {
    file: 'src/command/run.ts',
    from: 'terminal.print(`Doorward runs: ${started.address}`);',
    to: "terminal.print(`Doorward runs: ${started.address}`);\n    void plantedAt('powered-on');",
  },
  {
    file: 'src/appliance/caretaker.ts',
    from: "health.register({ name: 'application_components', check: () => checkComponents(this.#components()) });",
    to: `health.register({ name: 'application_components', intervalMs: 100, check: () =>
      illness.isThere ? { status: 'unhealthy', message: 'planted' } : checkComponents(this.#components()) });`,
  },
];

/** What each patched file needs of the planted one. */
const imported: Readonly<Record<string, string>> = {
  'src/machine/executable/running-release.ts': 'plantedVersion',
  'src/store/migrate.ts': 'plantedSchema',
  'src/appliance/trial/candidate.ts': 'plantedAt',
  'src/command/run.ts': 'plantedAt',
  'src/appliance/caretaker.ts': 'illness',
};

const plantedFile = 'src/machine/planted.ts';
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

/** The executable with the planted lines. */
export function plantedExecutable(build: string, arch: Arch = 'x64'): Promise<string> {
  return keptExecutable(build, `planted-${arch}`, async (out) => {
    const copy = join(build, 'checkout-to-plant-in');
    rmSync(copy, { recursive: true, force: true });
    mkdirSync(copy, { recursive: true });
    for (const name of parts)
      if (existsSync(join(checkout, name))) execFileSync('cp', ['-a', '--link', join(checkout, name), join(copy, name)]); // prettier-ignore
    rmSync(join(copy, 'src'), { recursive: true });
    cpSync(join(checkout, 'src'), join(copy, 'src'), { recursive: true });
    plant(copy);
    await makeExecutable({ checkout: copy, arch, out });
    rmSync(copy, { recursive: true, force: true });
  });
}

/** Names what the executable is made from. */
function sourceName(): string {
  const hash = createHash('sha256').update(JSON.stringify([planted, patches]));
  for (const file of globSync('{src,systemd,native,scripts/package}/**/*.*', { cwd: checkout }).toSorted())
    hash.update(file).update(readFileSync(join(checkout, file)));
  return hash.update(readFileSync(join(checkout, 'package-lock.json'))).digest('hex').slice(0, 12); // prettier-ignore
}

function plant(copy: string): void {
  writeFileSync(join(copy, plantedFile), planted);
  for (const { file, from, to } of patches) {
    const text = readFileSync(join(copy, file), 'utf8');
    assert.equal(text.split(from).length, 2, `cannot plant a fault: ${file} has changed`);
    writeFileSync(join(copy, file), text.replace(from, to));
  }
  for (const [file, name] of Object.entries(imported)) {
    const path = relative(dirname(file), plantedFile);
    writeFileSync(join(copy, file), `import { ${name} } from '${path}';\n${readFileSync(join(copy, file), 'utf8')}`);
  }
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

  #fill(directory: string, version: string, { fault, schema, script }: ReleasePlan): void {
    mkdirSync(directory, { recursive: true });
    const at = (name: string): string => join(directory, name);
    if (script === undefined) {
      for (const [from, name] of [
        [this.#executable, 'doorward'],
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
