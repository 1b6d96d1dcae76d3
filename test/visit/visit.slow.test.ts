import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { Notification, Visit } from '../../src/store/records.ts';

interface Life {
  readonly steps: readonly string[];
  readonly visits: readonly Visit[];
  readonly notifications: readonly Notification[];
}

function live(home: string, act: 'ring' | 'finish', killAt = ''): Life | undefined {
  const program = join(import.meta.dirname, 'killed-visit.ts');
  const life = spawnSync(process.execPath, [program, home, act, killAt], { encoding: 'utf8', timeout: 30_000 });
  if (killAt !== '') {
    if (life.signal === 'SIGKILL') return undefined;
  }
  assert.equal(life.status, 0, life.stderr);
  return JSON.parse(life.stdout) as Life;
}

function inHome<Result>(use: (home: string) => Result): Result {
  const home = mkdtempSync(join(tmpdir(), 'doorward-visit-'));
  try {
    return use(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const toldIn = (home: string): string[] =>
  existsSync(`${home}/told.txt`) ? readFileSync(`${home}/told.txt`, 'utf8').trim().split('\n') : [];

/** What the life that was killed had done until then. */
const stepsIn = (home: string): string[] => readFileSync(`${home}/steps.txt`, 'utf8').split('\n');

/** The steps of a visit that nothing happens to. */
const steps = inHome((home) => live(home, 'ring'))?.steps ?? [];

/** Frames are saved as they are looked at, so that the last steps of one life are not always steps of the next. */
const attemptsMax = 5;

/** A home in which somebody rang and the power went at that step. */
function inHomeKilledAt(killAt: string, use: (home: string) => void): void {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const isKilled = inHome((home) => {
      if (live(home, 'ring', killAt) !== undefined) return false;
      use(home);
      return true;
    });
    if (isKilled) return;
  }
  assert.fail(`${killAt} was not reached`);
}

test('the steps of a visit are all there to be killed at', () => {
  for (const name of ['before openVisit#1', 'after openVisit#1', 'before telling ring#1', 'rename frame-0.jpg#1', 'after saveFrames#1', 'rename thumbnail.jpg#1', 'rename face.jpg#1', 'before decideVisit#1', 'after decideVisit#1', 'after telling name#1'])
    assert.ok(steps.includes(name), `${name} is missing in ${steps.join(', ')}`);
}); // prettier-ignore

for (const killAt of steps) {
  test(`killed at "${killAt}", a visit is finished by the next start`, () =>
    inHomeKilledAt(killAt, (home) => {
      const after = live(home, 'finish');
      assert.ok(after !== undefined);
      const told = toldIn(home);
      if (killAt === 'before openVisit#1') assert.deepEqual(after.visits, []);
      // The row is written beside the first frame: on a slow disk the frame may be there before it.
      if (after.visits.length === 0 && !stepsIn(home).includes('after openVisit#1')) {
        assert.deepEqual(told, [], 'what was never stored was never told');
        return;
      }
      assert.equal(after.visits.length, 1);
      const [visit] = after.visits;
      assert.equal(visit?.phase, 'decided');
      assert.ok((visit?.reason ?? '') !== '');
      const rings = told.filter((line) => line.startsWith('ring'));
      assert.ok(rings.length >= 1, 'the ring was announced');
      assert.equal(new Set(rings).size, 1, 'always with the same key');
      if ((visit?.frames.length ?? 0) > 0) {
        assert.ok(['known', 'probably'].includes(visit?.outcome ?? ''), `${visit?.outcome}: ${visit?.reason}`);
        assert.equal(visit?.personName, 'Ada');
        assert.ok(
          told.some((line) => line.startsWith('name')),
          'the name follows',
        );
      }
      assert.deepEqual([...new Set(after.notifications.map(({ status }) => status))], ['sent']);
      for (const path of [visit?.picture, visit?.thumbnail, ...(visit?.frames ?? [])])
        if (path !== undefined) assert.ok(existsSync(`${home}/${path}`), `${path} is missing`);
    }));
}
