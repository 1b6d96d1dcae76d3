import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';

/** The one table of who may import whom. A room that is absent from a list may not be imported. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['command', 'machine', 'system'],
  command: ['appliance.ts', 'install', 'release', 'settings', 'system'],
  'appliance.ts': ['appliance', 'web', 'store', 'telemetry', 'machine', 'system'],
  appliance: [
    'web', 'visit', 'notify', 'update', 'people', 'store', 'slot', 'release', 'health', 'telemetry', 'settings', 'face',
    'machine', 'system',
  ], // prettier-ignore
  web: ['visit', 'notify', 'update', 'people', 'store', 'health', 'telemetry', 'settings', 'system'],
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

/** Every import of the files that the table forbids, and how many imports were seen. */
function findTrespasses(files: ReadonlyMap<string, string>): { edges: number; trespasses: string[] } {
  let edges = 0;
  const trespasses: string[] = [];
  for (const [path, text] of files) {
    const room = path.split('/')[1] ?? '';
    const allowed = mayImport[room];
    if (allowed === undefined) trespasses.push(`${path}: room "${room}" is not in the table`);
    for (const match of text.matchAll(importPattern)) {
      const target = match[1] ?? match[2] ?? match[3] ?? match[4] ?? '';
      edges += 1;
      if (!target.startsWith('.')) {
        const isTypeOnly = /^\s*import\s+type\b/.test(match[0]) && ['node:events', 'node:stream'].includes(target);
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

const sources = new Map(globSync('src/**/*.ts').map((path) => [path, readFileSync(path, 'utf8')]));

test('every import follows the table', () => {
  const { edges, trespasses } = findTrespasses(sources);
  assert.deepEqual(trespasses, []);
  assert.ok(edges > 300, `only ${edges} imports seen: the check is blind`);
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
