import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import test from 'node:test';

const sources = globSync('{src,scripts,test}/**/*.{ts,js}').map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const fileLinesMax = 300;
const bannedFileNames = /^(utils?|helpers?|common|lib|misc|types|index|manager|service|handler)\.(ts|js)$/;

/** Words of the design: what is said in code, and what it replaces. */
const bannedWords: readonly (readonly [RegExp, string])[] = [
  [/\b(TODO|FIXME|XXX)\b/, 'finish it, or put it into the closing note'],
  // Debian's own name for a part of its archive is not ours to choose.
  [/(?<!non-free-|boot\\?\/)\bfirmware\b/i, 'release, or image of a disk'],
  [/\bOTA\b/, 'update'],
];

test('files are short enough to read', () => {
  assert.ok(sources.length > 50, `only ${sources.length} files seen: the check is blind`);
  const long = sources.filter(({ text }) => text.split('\n').length - 1 > fileLinesMax).map(({ path }) => path);
  assert.deepEqual(long, []);
});

test('no file hides behind a name that says nothing', () => {
  assert.deepEqual(
    sources.map(({ path }) => path).filter((path) => bannedFileNames.test(basename(path))),
    [],
  );
});

test('modules hold no state: no top-level let in src', () => {
  const stateful = sources.filter(({ path, text }) => path.startsWith('src/') && /^(export )?let\s/m.test(text));
  assert.deepEqual(
    stateful.map(({ path }) => path),
    [],
  );
});

test('one word per thing', () => {
  const slips: string[] = [];
  for (const { path, text } of sources) {
    if (path === 'test/tidy.test.ts') continue;
    for (const [pattern, instead] of bannedWords)
      if (pattern.test(text)) slips.push(`${path}: ${String(pattern)}: ${instead}`);
  }
  assert.deepEqual(slips, []);
});

test('every room has its charter where one looks first: what it is, who calls it and what it never does', () => {
  const rooms = readdirSync('src', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const charterOf = (room: string): RegExp =>
    existsSync(`src/${room}/${room}.ts`)
      ? new RegExp(`^/\\*\\*\\n \\* ${room}/ - (?:(?!\\*/).)*?\\n \\* Never: `, 's')
      : new RegExp(`^# ${room}/\\n\\n[^\\n]{20,}\\n\\nNever: `);
  const mute = rooms.filter((room) => {
    const named = `src/${room}/${room}.ts`;
    const path = existsSync(named) ? named : `src/${room}/README.md`;
    return !existsSync(path) || !charterOf(room).test(readFileSync(path, 'utf8'));
  });
  assert.deepEqual(mute, []);
  assert.ok(rooms.length >= 11, 'rooms are missing: the check is blind');
});

/** A fault that becomes words anywhere but in system/error-words.ts: without its causes, or as [object Object]. */
const cloneOfWords =
  /instanceof Error \? \w+\.message|String\((error|fault|cause|thrown)\)|\$\{(error|cause|thrown)\}|function (messageOf|wordsOf)\(error\b/;

test('errors become words in one place', () => {
  const clones = sources.filter(
    ({ path, text }) => /^src\/.*\.ts$/.test(path) && path !== 'src/system/error-words.ts' && cloneOfWords.test(text),
  );
  assert.deepEqual(
    clones.map(({ path }) => path),
    [],
  );
  for (const clone of ['error instanceof Error ? error.message : String(error)', '`cannot: ${cause}`', 'String(fault)'])
    assert.match(clone, cloneOfWords);
});

test('no skipped, lonely or postponed test', () => {
  const idle = sources.filter(
    ({ path, text }) =>
      path.startsWith('test/') && /\b(test|it|describe)\.(skip|todo|only)\(|\bskip:\s*true/.test(text),
  );
  assert.deepEqual(
    idle.filter(({ path }) => path !== 'test/tidy.test.ts').map(({ path }) => path),
    [],
  );
});

test('nothing stands at the top level that the design does not name', () => {
  const names = execFileSync('git', ['ls-files'], { encoding: 'utf8' })
    .split('\n')
    .map((path) => path.split('/')[0] ?? '');
  const allowed = new Set(['', 'src', 'native', 'scripts', 'test', 'systemd', 'package.json', 'package-lock.json', 'tsconfig.json', 'README.md']); // prettier-ignore
  assert.deepEqual(
    [...new Set(names)].filter((name) => !name.startsWith('.') && !allowed.has(name)),
    [],
  );
});
