import assert from 'node:assert/strict';
import test from 'node:test';

import fc from 'fast-check';

import { cleanName, freeName, nameCharactersMax, nameKey } from '../../src/people/name.ts';
import { fakePerson } from '../fakes/gallery-faces.ts';

test('names of every script are kept as they are, trimmed and composed', () => {
  const names = [
    'Ada',
    'Žofie Nováková',
    '山田 太郎',
    'محمد',
    'नेहा',
    'ქეთევან',
    'O’Brien-Smith',
    '👩‍🚒 Kim',
    'می‌خواهم',
    'X Æ A-12',
  ];
  for (const name of names)
    assert.deepEqual(cleanName(`  ${name}\n`), { outcome: 'clean', name: name.normalize('NFC') });
  assert.deepEqual(cleanName('Zoe\u0301'), { outcome: 'clean', name: 'Zo\u00e9' });
});

test('the length is counted in characters, not in the bytes that carry them', () => {
  assert.equal(cleanName('𝒜'.repeat(nameCharactersMax)).outcome, 'clean');
  const long = cleanName('𝒜'.repeat(nameCharactersMax + 1));
  assert.deepEqual(
    [long.outcome, long.outcome === 'refused' && long.message],
    ['refused', 'cannot use this name: it has 501 characters, 500 are the most: shorten it'],
  );
});

test('what would rearrange a line, a page or a log is refused and named', () => {
  const hostile = [
    'Ada\u202Eadmin',
    'Ada\u0000',
    'Ada\nBea',
    'Ada\u001b[31m',
    'Ada\u2028Bea',
    'Ada\ud800',
    'a\u2066b',
    'a\ufffeb',
  ];
  for (const name of hostile) {
    const refused = cleanName(name);
    assert.ok(refused.outcome === 'refused' && refused.reason === 'name-unreadable', JSON.stringify(name));
    assert.match(refused.message, /^cannot use this name: .*U\+[0-9A-F]{4}/);
  }
});

test('a name that shows nothing is refused', () => {
  for (const name of ['', '   ', '\t\n', '\u200b\u200d', '\u3164', '\u0301']) {
    const refused = cleanName(name);
    assert.ok(refused.outcome === 'refused' && refused.reason === 'name-empty', JSON.stringify(name));
  }
});

test('invisible characters are refused where they only make names that look the same, and kept where a script needs them', () => {
  const tricks = [
    'A\u200eda',
    'A\u200fda',
    'A\u061cda',
    'Ada\u{e0041}',
    'A\u200dda',
    'A\u200bda',
    'Ad\u00ada',
    'A\u2060da',
    'A\ufe0fda',
    'Ada\u034f',
    '\u3164Ada',
    'Иван\u200c',
    'ن\u200c\u200cو',
  ];
  for (const name of tricks) {
    const refused = cleanName(name);
    assert.ok(refused.outcome === 'refused' && refused.reason === 'name-unreadable', JSON.stringify(name));
    assert.match(refused.message, /holds the invisible control character U\+[0-9A-F]{4}/);
    assert.equal(nameKey(name), nameKey(name.replace(/\p{Default_Ignorable_Code_Point}/gu, '')), 'but it is found');
  }
  for (const name of ['क्‍ष', 'می‌خواهم', '👨‍👩‍👧', '❤️', '辻\u{e0100}', '👩🏽‍🚒', 'श्री'])
    assert.deepEqual(cleanName(name), { outcome: 'clean', name: name.normalize('NFC') }, JSON.stringify(name));
});

test('marks may stand on letters, a few on each, and not on nothing', () => {
  for (const name of ['Nguyễn Thị Hường', 'שָׁלוֹם', 'བསྒྲུབས', 'เก้าอี้', 'Z\u0335\u0321e'])
    assert.equal(cleanName(name).outcome, 'clean', name);
  for (const name of [
    `A${'\u0301'.repeat(400)}da`,
    `Ad${'\u0317\u0361\u0488'.repeat(3)}a`,
    '\u0327Ada',
    'Ada \u0301Bea',
  ]) {
    const refused = cleanName(name);
    assert.ok(refused.outcome === 'refused' && refused.reason === 'name-unreadable', JSON.stringify(name));
    assert.match(
      refused.message,
      /marks stand on one letter, 5 are the most|a mark, such as an accent, without a letter/,
    );
  }
});

test('one key for a name however it is typed', () => {
  const same: readonly (readonly string[])[] = [
    ['José', 'jose\u0301', 'JOSÉ', 'jo\u200esé'], ['İpek', 'ipek', 'IPEK', 'i\u0307pek', 'İPEK'], ['Straße', 'STRASSE', 'straẞe', 'ｓｔｒａßｅ'],
    ['Σοφός', 'σοφός', 'ΣΟΦΌΣ', 'Σοφόσ'], ['نور الدين', 'نور\u061c  الدين'], ['ﬁona', 'Fiona'], ['Ada\u{e0041}', 'ada'],
  ]; // prettier-ignore
  for (const names of same)
    assert.equal(new Set(names.map(nameKey)).size, 1, names.map((name) => JSON.stringify(nameKey(name))).join(' '));
  assert.notEqual(nameKey('Ada'), nameKey('Adá'));
});

test('markup and quotes are a name like any other', () => {
  const name = `<img src=x onerror=alert(1)> "Robert'); DROP TABLE people;--`;
  assert.deepEqual(cleanName(name), { outcome: 'clean', name });
});

test('a name that looks the same is taken, and the message says by whom', () => {
  const people = [fakePerson({ id: '1', name: 'Anna Groß' }), fakePerson({ id: '2', name: 'Old', mergedInto: '1' })];
  for (const name of ['anna groß', 'ANNA GROSS', 'Anna  Groß', 'ANNA GROẞ', 'Ａnna Groß']) {
    const refused = freeName(name, people);
    assert.ok(refused.outcome === 'refused' && refused.reason === 'name-taken', name);
    assert.match(refused.message, /“Anna Groß” is in the household already/);
  }
  assert.equal(freeName('anna groß', people, '1').outcome, 'clean');
  assert.equal(freeName('Anna', people).outcome, 'clean');
  const merged = freeName('old', people);
  assert.match(merged.outcome === 'refused' ? merged.message : '', /merged into another person/);
});

const character = fc.oneof(fc.constantFrom(' ', 'a', 'ß', 'é', '\u0301', '\u200d'), fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code))); // prettier-ignore

test('a clean name is clean again, is within its limits and has a stable key', () => {
  fc.assert(
    fc.property(fc.array(character, { maxLength: 30 }), (characters) => {
      const text = characters.join('');
      const clean = cleanName(text);
      if (clean.outcome === 'refused') return assert.match(clean.message, /^cannot use this name: /);
      assert.deepEqual(cleanName(clean.name), clean);
      assert.doesNotMatch(clean.name, /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      assert.equal(nameKey(clean.name), nameKey(`  ${clean.name}`));
      assert.equal(nameKey(clean.name), nameKey(clean.name.normalize('NFD')));
    }),
    { numRuns: 100 },
  );
});
