/** The few lines that make a release of the tests go wrong when a file beside it says so. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** When a release goes wrong, and how. */
export interface Fault {
  readonly at: 'hello' | 'took-over' | 'committed' | 'powered-on';
  readonly how: 'exits' | 'hangs' | 'is-unhealthy';
  readonly afterMs: number;
}

interface Patch {
  readonly file: string;
  /** What is there once. */
  readonly from: string | RegExp;
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
    from: /(readonly SchemaStep\[\] = \[[^\]]*)\];/,
    to: '$1, ...plantedSchema];',
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

/** Changes when what is planted does. */
export function plantedName(): string {
  return JSON.stringify([planted, patches.map(({ file, from, to }) => [file, String(from), to])]);
}

/** The text with one line planted in it. */
function withPatch({ file, from, to }: Patch, text: string): string {
  const places =
    typeof from === 'string' ? text.split(from).length - 1 : (text.match(new RegExp(from, 'g')) ?? []).length;
  assert.equal(places, 1, `cannot plant a fault: ${file} has changed`);
  return text.replace(from, to);
}

/** What the files of a checkout become, by their paths in it. */
export function plantedFiles(checkout: string): ReadonlyMap<string, string> {
  const files = new Map([[plantedFile, planted]]);
  const textOf = (file: string): string => files.get(file) ?? readFileSync(join(checkout, file), 'utf8');
  for (const patch of patches) files.set(patch.file, withPatch(patch, textOf(patch.file)));
  for (const [file, name] of Object.entries(imported))
    files.set(file, `import { ${name} } from '${relative(dirname(file), plantedFile)}';\n${textOf(file)}`);
  return files;
}

export function plant(checkout: string): void {
  for (const [file, text] of plantedFiles(checkout)) writeFileSync(join(checkout, file), text);
}
