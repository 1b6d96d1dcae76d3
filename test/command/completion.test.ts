import assert from 'node:assert/strict';
import test from 'node:test';
import { globalOptions, noParameters, type Command } from '../../src/command/command.ts';
import { commands } from '../../src/command/commands.ts';
import { completionPlaces, shells } from '../../src/command/completion-places.ts';
import { completionFor } from '../../src/command/completion.ts';
import { manPage } from '../../src/command/man.ts';
import { settingKeys } from '../../src/settings/setting-keys.ts';
import { newFolder, type } from './typed.ts';

const list = commands().filter(({ isHidden }) => isHidden !== true);
const release = { version: '1.2.3', madeMs: Date.parse('2026-11-20T18:30:00Z') };

function optionsOf({ options = {} }: Command): string[] {
  return Object.keys({ ...options, ...globalOptions }).map((name) => `--${name}`);
}

/** What the places propose behind some words. */
function proposed(typed: string): { words: string[]; options: string[] } {
  const place = completionPlaces(commands()).find((one) => one.typed === typed);
  assert.ok(place !== undefined, typed);
  return { words: place.candidates.map(({ word }) => word), options: place.options.map(({ word }) => word) };
}

test('every command and every option is proposed where it belongs, and the hidden ones are not', () => {
  for (const command of list) {
    const [first = '', second] = command.name.split(' ');
    assert.ok(proposed('').words.includes(first), command.name);
    if (second !== undefined) assert.ok(proposed(first).words.includes(second), command.name);
    for (const option of optionsOf(command)) assert.ok(proposed(command.name).options.includes(option), option);
  }
  assert.ok(!proposed('').words.includes('candidate'));
  const keys = settingKeys().map(({ key }) => key);
  assert.deepEqual(proposed('settings').words.slice(-keys.length), keys, 'its acts, and what its list takes');
  assert.deepEqual(proposed('settings set').words, keys);
  assert.ok(proposed('run').options.includes('--camera.source='));
  assert.ok(proposed('people').options.includes('--json'), 'the noun alone is its list');
  assert.deepEqual(proposed('completion').words, [...shells]);
});

test('every shell is told of every word and option, and of nothing that could end its quotes', async (context) => {
  for (const shell of shells) {
    const text = (await type(newFolder(context), ['completion', shell])).out;
    assert.equal(`${text}\n`, completionFor(shell, commands()));
    for (const place of completionPlaces(commands()))
      for (const { word } of [...place.candidates, ...place.options])
        assert.ok(
          text.includes(shell === 'fish' ? word.replace(/^--/, '-l ').replace(/=$/, '') : word),
          `${shell} ${word}`,
        );
  }
  const summary = "'; touch /tmp/x; '$(x)`x` \\'";
  const hostile: Command = { name: 'it', summary, parameters: noParameters, run: async () => 0 };
  assert.ok(completionFor('zsh', [hostile]).includes(String.raw`'it:'\''; touch /tmp/x; '\''$(x)`));
  assert.ok(completionFor('fish', [hostile]).includes(String.raw`-d '\'; touch /tmp/x; \'$(x)`));
});

test('a shell that nobody knows is told with what was meant', async (context) => {
  const { code, err } = await type(newFolder(context), ['completion', 'bsh']);
  assert.equal(code, 2);
  assert.match(err, /^cannot complete in "bsh": bash, zsh or fish was expected; did you mean bash\?/);
});

test('the manual has every command, option and setting, in a form that man takes', async (context) => {
  const page = manPage(commands(), release);
  assert.match(page, /^\.TH DOORWARD 1 "2026-11-20" "Doorward 1\.2\.3"/);
  const text = page
    .replaceAll(/\\f[BIR]/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\[u2026]', '…');
  for (const command of list) {
    assert.ok(text.includes(`\ndoorward ${command.name}`), command.name);
    for (const option of optionsOf(command)) assert.ok(text.includes(option), option);
  }
  assert.ok(!text.includes('doorward candidate'));
  for (const { key } of settingKeys()) assert.ok(text.includes(`\n${key}\n`), key);
  for (const line of page.split('\n')) {
    assert.match(line, /^[ -~]*$/, 'ASCII alone');
    assert.ok(!/^[.']/.test(line) || /^\.(TH|SH|TP|IP|B|BR|I|RS|RE)\b/.test(line), line);
    assert.ok(!/\\(?!f[BIR]|-|\(rs|\[u|&)/.test(line), line);
  }
  const clock = { builtMs: () => release.madeMs };
  const { out } = await type(newFolder(context), ['man'], {
    surroundings: { release: { version: '1.2.3', node: 'v24', modelsFolder: '', ...clock } },
  });
  assert.equal(`${out}\n`, page);
});
