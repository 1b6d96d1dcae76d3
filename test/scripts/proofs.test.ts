import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { commandOf, proofs, type Proof } from '../../scripts/proofs/list.ts';
import { ProofRecord, type Shown } from '../../scripts/proofs/record.ts';
import { inWords, withTable } from '../../scripts/proofs/table.ts';

const root = join(import.meta.dirname, '..', '..');
const kills: Proof = { name: 'kills', says: 'kills in an update', script: 'test:kills', words: ['1000'] };
const cuts: Proof = { name: 'cuts', says: 'cuts of the mains', script: 'test:cuts', words: ['5'] };
const shown: Shown = {
  name: 'kills', commit: 'abc', isSmall: false, isSound: true, seconds: 60, day: '2026-11-29', machine: '2 x EPYC',
  figures: { kills: 1000, visitsLost: 0 },
}; // prettier-ignore

test('every proof is a command that there is, and the page of figures has a row for each', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  assert.deepEqual(proofs.filter(({ script }) => scripts[script] === undefined).map(({ script }) => script), []); // prettier-ignore
  const page = readFileSync(join(root, 'test/bench/README.md'), 'utf8');
  assert.deepEqual(proofs.map(commandOf).filter((command) => !page.includes(`\`${command}\` |`)), []); // prettier-ignore
});

test('figures are told in words', () => {
  assert.equal(
    inWords({ requests: 143389, ringMsP95: 6.2, isIdentical: true, board: 'pi' }),
    'requests: 143,389, ring ms p95: 6.2, is identical: yes, board: pi',
  );
});

test('the table has a row for each proof: what was shown, what stood there before, or that nobody knows yet', () => {
  const before = 'Words.\n<!-- proofs: written by npm run proofs -- --write -->\n<!-- /proofs -->\nMore words.\n';
  const first = withTable(before, [kills, cuts], new Map([['kills', shown]]));
  assert.match(first, /^Words\.\n[^]*\nMore words\.\n$/);
  assert.match(
    first,
    /\| kills: 1,000, visits lost: 0 \| `npm run -s test:kills -- 1000` \| 2026-11-29, abc, 2 x EPYC \|/,
  );
  assert.match(first, /\| cuts of the mains \| not measured yet \| `npm run -s test:cuts -- 5` \|/);
  const again = withTable(first, [kills, cuts], new Map([['cuts', { ...shown, name: 'cuts', isSound: false }]]));
  assert.match(again, /visits lost: 0 \| `npm run -s test:kills -- 1000`/, 'what nobody has proved here stays');
  assert.match(again, /\| FAILED: kills: 1,000/);
  assert.equal(again.split('\n').length, first.split('\n').length);
  assert.throws(() => withTable('No marks.', [kills], new Map()), /^Error: cannot write the table/);
});

test('what was done on a commit is known to the next run, and to no other commit; a small number is no figure', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-proofs-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'kept', 'record.json');
  const record = new ProofRecord(path);
  record.note({ ...shown, isSound: false });
  record.note(shown);
  record.note({ ...shown, name: 'cuts', isSmall: true });
  record.note({ ...shown, name: 'failing', isSound: false });
  const next = new ProofRecord(path);
  assert.deepEqual([...next.soundOn('abc', false).keys()], ['kills']);
  assert.deepEqual([...next.soundOn('abc', true).keys()], ['cuts']);
  assert.deepEqual([...next.soundOn('def', false).keys()], []);
  assert.deepEqual([...next.latest().keys()].toSorted(), ['failing', 'kills']);
  writeFileSync(path, '{}');
  assert.throws(() => new ProofRecord(path), /^Error: cannot read .*record\.json/);
});
