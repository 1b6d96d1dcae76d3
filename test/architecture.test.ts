import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { parseSync, Visitor } from 'oxc-parser';

/** The one table of who may import whom. A room that is absent from a list may not be imported. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['command', 'machine', 'system'],
  command: ['appliance.ts', 'install', 'release', 'settings', 'system'],
  'appliance.ts': ['appliance', 'web', 'store', 'telemetry', 'machine', 'system'],
  appliance: [
    'web', 'access', 'visit', 'notify', 'update', 'people', 'store', 'slot', 'release', 'health', 'telemetry', 'settings', 'face',
    'machine', 'system',
  ], // prettier-ignore
  web: ['access', 'visit', 'notify', 'update', 'people', 'store', 'health', 'telemetry', 'settings', 'system'],
  access: ['store', 'system'],
  visit: ['notify', 'people', 'store', 'face', 'settings', 'system'],
  notify: ['store', 'system'],
  people: ['store', 'face', 'settings', 'system'],
  store: ['system'],
  update: ['slot', 'release', 'settings', 'system'],
  slot: ['system'],
  install: ['slot', 'release', 'system'],
  release: ['system'],
  health: ['system'],
  telemetry: ['system'],
  // A channel is one file, settings included: settings/ takes them from there.
  settings: ['notify', 'system'],
  machine: ['face', 'system'],
  face: ['system'],
  system: [],
  ui: [],
};

/** Packages and built-ins of the world, and the only rooms that may use them. */
const worldly: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['store'],
  'node:worker_threads': ['store', 'machine'],
  'node:fs': ['store', 'machine'],
  'node:zlib': ['release'],
  '@tufjs/models': ['release'],
  '@peculiar/asn1-schema': ['machine'],
  '@peculiar/asn1-x509': ['machine'],
  '@peculiar/x509': ['machine'],
  'reflect-metadata': ['machine'],
  'onnxruntime-node': ['machine'],
  sharp: ['machine'],
  fastify: ['web'],
  '@fastify/fast-json-stringify-compiler': ['web'],
  '@fastify/helmet': ['web'],
  '@fastify/multipart': ['web'],
  '@fastify/rate-limit': ['web'],
  '@fastify/swagger': ['web'],
  '@fastify/type-provider-typebox': ['web'],
  pino: ['telemetry'],
  'prom-client': ['telemetry'],
  'smol-toml': ['settings'],
};
/** Packages and built-ins that compute and touch nothing. */
const pure = new Set([
  'node:assert/strict', 'node:crypto', 'node:path', 'node:util', 'node:url', 'typebox', 'typebox/value', 'typebox/error',
]); // prettier-ignore

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]|new URL\(\s*['"](\.[^'"]+\.ts)['"]/g;

function mayUse(room: string, target: string): boolean {
  if (room === 'machine' && target.startsWith('node:')) return true;
  return pure.has(target) || (worldly[target]?.includes(room) ?? false);
}

function importsIn(text: string): { readonly statement: string; readonly target: string }[] {
  return [...text.matchAll(importPattern)].map((match) => ({
    statement: match[0],
    target: match[1] ?? match[2] ?? match[3] ?? match[4] ?? '',
  }));
}

/** Every import of the files that the table forbids, and how many imports were seen. */
function findTrespasses(files: ReadonlyMap<string, string>): { edges: number; trespasses: string[] } {
  let edges = 0;
  const trespasses: string[] = [];
  for (const [path, text] of files) {
    const room = path.split('/')[1] ?? '';
    const allowed = mayImport[room];
    if (allowed === undefined) trespasses.push(`${path}: room "${room}" is not in the table`);
    for (const { statement, target } of importsIn(text)) {
      edges += 1;
      if (!target.startsWith('.')) {
        const isTypeOnly = /^\s*import\s+type\b/.test(statement) && ['node:events', 'node:stream'].includes(target);
        if (!isTypeOnly && !mayUse(room, target)) trespasses.push(`${path}: ${room} may not touch ${target}`);
        continue;
      }
      if (path === 'src/machine/executable/running-release.ts' && target === '../../../package.json') continue; // The version, from one place.
      const neighbour = join(dirname(path), target).split('/')[1] ?? '';
      if (neighbour !== room && allowed?.includes(neighbour) !== true)
        trespasses.push(`${path}: ${room} may not import ${neighbour}`);
    }
  }
  return { edges, trespasses };
}

/**
 * Files that need each other, types included, one list for each circle: such files can only be read, moved and tested
 * together. A file that ends in no circle is followed once.
 */
function findCircles(files: ReadonlyMap<string, string>): string[][] {
  const circles: string[][] = [];
  const followed = new Set<string>();
  const follow = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) circles.push([...way.slice(start), path]);
    if (start >= 0 || followed.has(path)) return;
    followed.add(path);
    for (const { target } of importsIn(files.get(path) ?? ''))
      if (target.startsWith('.')) follow(join(dirname(path), target), [...way, path]);
  };
  for (const path of files.keys()) follow(path, []);
  return circles;
}

const sources = new Map(globSync('src/**/*.ts').map((path) => [path, readFileSync(path, 'utf8')]));

test('every import follows the table', () => {
  const { edges, trespasses } = findTrespasses(sources);
  assert.deepEqual(trespasses, []);
  assert.ok(edges > 300, `only ${edges} imports seen: the check is blind`);
});

test('no files need each other in a circle, not even for types', () => {
  const pages = globSync('src/ui/**/*.js').map((path) => [path, readFileSync(path, 'utf8')] as const);
  assert.deepEqual(findCircles(new Map([...sources, ...pages])), []);
  const planted = new Map([
    ['src/visit/a.ts', "import type { B } from './b.ts';\nimport { D } from './d.ts';\n"],
    ['src/visit/b.ts', "export type { C } from '../people/c.ts';\nimport { D } from './d.ts';\n"],
    ['src/people/c.ts', "export const later = () => import('../visit/a.ts');\n"],
    ['src/visit/d.ts', "import { E } from './e.ts';\n"],
    ['src/visit/e.ts', "const url = new URL('./d.ts', import.meta.url);\n"],
    ['src/visit/f.ts', "import { A } from './a.ts';\n"],
  ]);
  assert.deepEqual(findCircles(planted), [
    ['src/visit/a.ts', 'src/visit/b.ts', 'src/people/c.ts', 'src/visit/a.ts'],
    ['src/visit/d.ts', 'src/visit/e.ts', 'src/visit/d.ts'],
  ]);
});

test('every room and package of the table exists, so that a rename cannot make a rule empty', () => {
  const rooms = new Set([...sources.keys()].map((path) => path.split('/')[1] ?? ''));
  assert.deepEqual(
    Object.keys(mayImport).filter((room) => room !== 'ui' && !rooms.has(room)),
    [],
  );
  const text = [...sources.values()].join('\n');
  assert.deepEqual(
    Object.keys(worldly).filter((name) => !text.includes(`'${name}'`)),
    [],
  );
});

test('the check sees a trespass of every kind', () => {
  const planted = new Map([
    ['src/system/leak.ts', "import { x } from '../visit/visit.ts';\n"],
    ['src/visit/disk.ts', "import fs from 'node:fs';\n"],
    ['src/people/native.ts', "export const later = () => import('sharp');\n"],
    ['src/face/effect.ts', "import '../store/open.ts';\n"],
    ['src/health/worker.ts', "const url = new URL('../machine/worker.ts', import.meta.url);\n"],
    ['src/cellar/x.ts', ''],
  ]);
  assert.equal(findTrespasses(planted).trespasses.length, 6);
});

/** Programs and threads of their own: to be loaded is to be started. */
const entries = new Set([
  'src/main.ts',
  'src/store/losses-thread.ts',
  'src/store/writer-thread.ts',
  'src/machine/inference/inference-worker.ts',
  'src/machine/picture/picture-decoder.ts',
  'src/machine/picture/picture-worker.ts',
  'src/machine/process/end-with-incumbent.ts',
]);

/** What may be called while a file is loaded: it makes a value of what it is given, and touches nothing. */
const languageMakers =
  /^(Type\.\w+|Object\.(keys|entries)|Buffer\.from|Uint8Array\.of|String\.raw|new (Map|RegExp|Set|TextDecoder|Uint8Array))$|\.(join|map|repeat)$/;
const ownMakers = [
  'begins', 'channel', 'expiresOption', 'isBoxed', 'milliseconds', 'nullable', 'nullableEach', 'problems', 'refuse',
  'standingCommand', 'text',
]; // prettier-ignore
const worldlyNames = new Set(['console', 'Date', 'globalThis', 'performance', 'process']);
const declarations = /^(Import|Export|Variable|Function|Class|TS)\w*Declaration$/;

/** What a file calls, asks or waits for while it is loaded, outside every function. */
function doneAtImport(path: string, text: string): string[] {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) return errors.map(({ message }) => message);
  const done = program.body.map(({ type }) => type as string).filter((type) => !declarations.test(type));
  let depth = 0;
  const enter = (): void => void (depth += 1);
  const leave = (): void => void (depth -= 1);
  const note = (what: string): void => void (depth === 0 && done.push(what));
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    PropertyDefinition: (field) => void (field.static || enter()),
    'PropertyDefinition:exit': (field) => void (field.static || leave()),
    CallExpression: ({ callee }) => note(text.slice(callee.start, callee.end)),
    NewExpression: ({ callee }) => note(`new ${text.slice(callee.start, callee.end)}`),
    TaggedTemplateExpression: ({ tag }) => note(text.slice(tag.start, tag.end)),
    ImportExpression: () => note('import()'),
    AwaitExpression: () => note('await'),
    Identifier: ({ name }) => void (worldlyNames.has(name) && note(name)),
  }).visit(program);
  return done;
}

test('nothing is done at import: a file that is loaded declares, and whoever wants something calls', () => {
  const seen = [...sources].flatMap(([path, text]) => doneAtImport(path, text).map((what) => ({ path, what })));
  const work = seen.filter(
    ({ path, what }) => !entries.has(path) && !languageMakers.test(what) && !ownMakers.includes(what),
  );
  assert.deepEqual(
    work.map(({ path, what }) => `${path}: ${what}`),
    [],
  );
  const called = new Set(seen.map(({ what }) => what));
  const busy = new Set(seen.map(({ path }) => path));
  assert.ok(seen.length > 500, `only ${seen.length} calls seen: the check is blind`);
  assert.deepEqual(
    ownMakers.filter((name) => !called.has(name)),
    [],
  );
  assert.deepEqual(
    [...entries].filter((path) => !busy.has(path)),
    [],
  );
});

test('the check sees work of every kind', () => {
  const done = doneAtImport(
    'planted.ts',
    `import { read } from './read.ts';
    export const a = { node: process.version, later: () => read() }, b = read(), c = new Clock(), d = await b;
    export class Room { static readonly all = open(); readonly #one = read(); two() { return read(); } }
    const e = (() => fetch('/'))(), f = import('./g.ts'), g = tag\`x\`;
    for (const one of []) one();
    begin();`,
  );
  assert.deepEqual(done, [
    'ForOfStatement', 'ExpressionStatement', 'process', 'read', 'new Clock', 'await', 'open', "(() => fetch('/'))",
    'import()', 'tag', 'one', 'begin',
  ]); // prettier-ignore
});
