import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const demo = join(import.meta.dirname, '../../.models/demo');
const command = join(import.meta.dirname, 'recognition.ts');
const ofDemo = {
  ada: ['ada', 'ada-enrolment'],
  grace: ['grace', 'grace-enrolment'],
  strangers: ['stranger-green', 'stranger-orange', 'stranger-red'],
} as const;

test("recognition is measured on the demo's people, up to a visit to a running appliance", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-recognition-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, pictures] of Object.entries(ofDemo)) {
    mkdirSync(join(folder, name));
    for (const picture of pictures) cpSync(join(demo, `${picture}.jpg`), join(folder, name, `${picture}.jpg`));
  }
  writeFileSync(join(folder, 'groups.txt'), 'ada,one\ngrace/grace.jpg,one\n');
  const args = [command, folder, '--sources', '1', '--households', '2', '--visits', '1', '--groups', join(folder, 'groups.txt')]; // prettier-ignore
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const figures: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  const expected = {
    people: 2, strangers: 3, detected: 1, refusedGood: 0, household: '2x1', known: 1, probably: 0, missed: 0,
    strangerKnown: 0, strangerProbably: 0, worstGroupRatio: null,
  }; // prettier-ignore
  assert.deepEqual(figures, {
    ...(figures as object),
    ...expected,
    visits: 1,
    visitsNamedRight: 1,
    visitsNamedWrong: 0,
    falseAlarms: 0,
  });
  assert.match(JSON.stringify(figures), /"attacksWarned":[01],/);
  for (const line of ['at the door', 'pairs at', '2x1', 'backlight', 'real visits', 'print, white edge'])
    assert.match(stdout, new RegExp(`^${line}`, 'm'));
});
