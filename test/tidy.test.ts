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

/**
 * The table of words, held against the names that the code gives: files, functions, types, values. What stands in quotes or
 * comments is checked above. A word that belongs to somebody else (ONNX Runtime's sessions, HTTP's encodings) is allowed
 * where that is spoken of.
 */
const doNotSay: readonly (readonly [word: string, say: string, allowed?: RegExp])[] = [
  ['firmware', 'release, or image of a disk'],
  ['ota', 'update'],
  ['upgrade', 'update'],
  ['artifact', 'release'],
  ['bundle', 'release, or release file'],
  ['package', 'release file'],
  ['partition', 'slot'],
  ['bank', 'slot'],
  ['swap', 'hand over', /^src\/(settings\/nearest|machine\/process\/measure-processes)\.ts$/],
  ['activate', 'commit'],
  ['finalize', 'commit'],
  ['rollback', 'revert'],
  ['incident', 'visit'],
  ['identity', 'person', /^src\/(machine\/inference|access)\//],
  ['subject', 'person, or sitter of a picture', /^src\/(notify|access|repository|machine\/certificate)\//],
  ['encoding', 'embedding', /^src\/(update|web|machine)\//],
  [
    'session',
    'visit',
    /^src\/(machine\/inference|telemetry|appliance|access|web|command)\/|^src\/store\/(access-|writes)|process\/doorstep/,
  ],
];

/** `stageRelease`, `stage-release.ts` and `StageOutcome` all say stage. */
function wordsIn(name: string): string[] {
  return (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase().replace(/s$/, ''));
}

/** Without comments and what stands in quotes. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'[^'\n]*'|`[^`]*`/g, '');
}

function namesIn(path: string, text: string): ReadonlySet<string> {
  return new Set([basename(path, '.ts'), ...(codeOf(text).match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? [])]);
}

/**
 * Words that mean one thing in the names of the code, and where that thing is spoken of. What is not ours to name is left
 * out by its name. A release is a thing: whoever gives something back lets it go, closes it or sets it free.
 */
const oneMeaning: readonly (readonly [forms: RegExp, means: string, where: RegExp, notOurs?: RegExp])[] = [
  [
    /^(un)?(stage|staged|staging)$/,
    'writing a release into the other slot',
    /^src\/(update|release)\/|^src\/telemetry\/update-story\.ts$/,
    /^src\/(visit|telemetry|system)\/[\w-]+\.ts: stage$/, // A label of the contract's pipeline_processing_duration_seconds.
  ],
  [/^desk$/, 'where people see and steer updates', /^src\/(web|appliance)\/|^src\/telemetry\/update-story\.ts$/],
  [
    /^(un)?(watch|watched|watching|watcher|watche)$/,
    'a person whose visit rings the alarm',
    /^src\/(people|visit|notify|ui)\/|^src\/command\/people\.ts$|^src\/appliance\/trial\/own-telling\.ts$/,
    /: watch(edFolder|Hours)$/, // Settings that people have written down.
  ],
  [/^(released|releasing|releaser)$/, 'a thing, not an act', /^$/],
];
/** ONNX Runtime's sessions are released. */
const releaseAsAct = /(?<!session\.)\brelease(?:\(|\??: (?:async )?\()/;

function secondMeaningsIn(files: readonly { readonly path: string; readonly text: string }[]): string[] {
  return files.flatMap(({ path, text }) => {
    const slips = [...namesIn(path, text)].flatMap((name) =>
      oneMeaning
        .filter(([forms, , where, notOurs]) => {
          const isSaid = wordsIn(name).some((word) => forms.test(word));
          return isSaid && !where.test(path) && notOurs?.test(`${path}: ${name}`) !== true;
        })
        .map(([, means]) => `${path}: ${name}: means ${means}`),
    );
    return releaseAsAct.test(codeOf(text)) ? [...slips, `${path}: release(): a release is a thing`] : slips;
  });
}

function slipsIn(files: readonly { readonly path: string; readonly text: string }[]): string[] {
  return files.flatMap(({ path, text }) =>
    [...namesIn(path, text)].flatMap((name) => {
      const said = new Set(wordsIn(name));
      const slips = doNotSay.filter(([word, , allowed]) => said.has(word) && allowed?.test(path) !== true);
      return slips.map(([word, say]) => `${path}: ${name}: not ${word}, say ${say}`);
    }),
  );
}

test('names say the words of the design', () => {
  const code = sources.filter(({ path }) => /^src\/.*\.ts$/.test(path));
  const names = new Set(code.flatMap(({ path, text }) => [...namesIn(path, text)]));
  assert.ok(names.size > 2000, `only ${names.size} names seen: the check is blind`);
  assert.deepEqual(slipsIn(code), []);
  const planted = [
    { path: 'src/update/fetch-bundle.ts', text: 'const otaUpdates = 1; // firmware' },
    { path: 'src/people/enrol.ts', text: "const FaceEncoding = 'package'; function rollBackUpgrade() {}" },
  ];
  assert.equal(slipsIn(planted).length, 4);
});

test('stage, desk, watch and release mean one thing each', () => {
  const code = sources.filter(({ path }) => /^src\/.*\.ts$/.test(path));
  assert.deepEqual(secondMeaningsIn(code), []);
  for (const word of ['stage', 'desk', 'watched', 'release'])
    assert.ok(
      code.some(({ path, text }) => namesIn(path, text).has(word)),
      `nothing is called ${word}: the check is blind`,
    );
  const planted = [
    { path: 'src/visit/stages.ts', text: 'const stage = 1; frames.release(frame);' },
    { path: 'src/people/front-desk.ts', text: 'class Pool { release(frame: Frame): void {} }' },
    { path: 'src/machine/line/watcher.ts', text: 'const unwatch = { release: () => session.release() };' },
    { path: 'src/update/x.ts', text: 'const isReleased = true, watchedFolder = stage(); // released, watching' },
  ];
  assert.equal(secondMeaningsIn(planted).length, 8);
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
