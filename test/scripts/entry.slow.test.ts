import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const atOnce = 2;

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DOORWARD_DEBUG: '', ...environment };
    const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env });
    let said = '';
    child.stdout.on('data', (part: Buffer) => (said += part.toString()));
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

/** The files that npm's scripts start with node. */
function entries(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const started = Object.values(scripts).flatMap((text) => [...text.matchAll(/\bnode ((?:scripts|test)\/\S+\.ts)/g)]);
  return [...new Set(started.map(([, file = '']) => file))];
}

test('every command of scripts and tests ends with its usage when it is not understood', async () => {
  const waiting = entries();
  assert.ok(waiting.length > 15, `only ${waiting.length} commands seen: the check is blind`);
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const { code, said } = await run([file, '--nonsense']);
      assert.equal(code, 2, `${file}: ${said}`);
      assert.match(said, /^cannot run this: [^\n]*--nonsense[^\n]*: (npm run|node) [^\n]*\n$/, file);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
});

test('numbers, boards and modes are checked before anything is done', async () => {
  for (const words of [
    ['test/kills/kills.ts', 'many'],
    ['test/kills/kills.ts', '5', '1', 'more'],
    ['test/bench/staging.ts', '-0.5'],
    ['test/image/built-twice.ts', 'toaster'],
    ['test/simulation/simulate.ts', 'sometimes'],
    ['scripts/package.ts'],
    ['scripts/image.ts', '--board', 'toaster'],
  ]) {
    const { code, said } = await run(words);
    assert.equal(code, 2, `${words.join(' ')}: ${said}`);
    assert.doesNotMatch(said, /^\s+at /m);
  }
});

test('whatever else goes wrong ends with one line, and with its place for who asks', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-entry-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'fails.ts');
  const begin = `import { begin } from ${JSON.stringify(join(root, 'scripts/entry.ts'))};\nbegin({ usage: 'node it' });\n`;
  const table: readonly (readonly [string, RegExp])[] = [
    [`throw new Error('cannot make it: the disk is full');`, /^cannot make it: the disk is full\n$/],
    [`await Promise.reject(new Error('gone'));`, /^cannot go on: gone\n$/],
    [`setTimeout(() => { throw { status: 7 }; }, 1);`, /^cannot go on: \{ status: 7 \}\n$/],
    [`throw new Error('it ended with 1: one\\ntwo');`, /^two\ncannot go on: it ended with 1: one\n$/],
    [
      `const { spawn } = await import('node:child_process'); spawn('mandoc', [], { env: { PATH: '' } });`,
      /^cannot go on: mandoc is missing: apt-get install mandoc\n$/,
    ],
  ];
  for (const [text, says] of table) {
    writeFileSync(file, begin + text);
    const { code, said } = await run([file]);
    assert.equal(code, 1, said);
    assert.match(said, says);
    assert.match((await run([file], { DOORWARD_DEBUG: '1' })).said, text.includes('status') ? /status/ : /\n {4}at /);
  }
});
