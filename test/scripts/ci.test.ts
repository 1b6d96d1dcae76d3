import assert from 'node:assert/strict';
import test from 'node:test';
import { runJobs } from '../../scripts/ci/run-jobs.ts';
import { Transcript } from '../../scripts/ci/transcript.ts';

interface Planned {
  readonly name: string;
  readonly processors: number;
  readonly after?: string;
}

/** Jobs that end when they are told to, and what was going on at once. */
function bench(jobs: readonly Planned[]) {
  const ends = new Map<string, (isSound: boolean) => void>();
  const running = new Set<string>();
  const done = runJobs({
    jobs,
    processors: 2,
    run: ({ name }) => {
      running.add(name);
      return new Promise<boolean>((resolve) => ends.set(name, resolve)).finally(() => running.delete(name));
    },
  });
  return {
    done,
    going: () => [...running].toSorted(),
    end: async (name: string, isSound = true) => {
      ends.get(name)?.(isSound);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('two go on beside each other, one that wants both processors alone, and the next when one has ended', async () => {
  const { going, end, done } = bench([
    { name: 'wide', processors: 2 },
    { name: 'one', processors: 1 },
    { name: 'two', processors: 1 },
    { name: 'three', processors: 1 },
  ]);
  assert.deepEqual(going(), ['wide']);
  await end('wide');
  assert.deepEqual(going(), ['one', 'two']);
  await end('two');
  assert.deepEqual(going(), ['one', 'three']);
  await end('one');
  await end('three');
  assert.deepEqual([...(await done).values()], ['ok', 'ok', 'ok', 'ok']);
});

test('what takes the work of another waits for it, and is left out when that has failed; the rest goes on', async () => {
  const { going, end, done } = bench([
    { name: 'materials', processors: 1 },
    { name: 'machine', processors: 1, after: 'materials' },
    { name: 'slow', processors: 1 },
    { name: 'chosen without what it takes', processors: 1, after: 'not chosen' },
  ]);
  assert.deepEqual(going(), ['materials', 'slow']);
  await end('slow', false);
  assert.deepEqual(going(), ['chosen without what it takes', 'materials']);
  await end('materials', false);
  await end('chosen without what it takes');
  assert.deepEqual(Object.fromEntries(await done), {
    'materials': 'failed',
    'slow': 'failed',
    'machine': 'left-out',
    'chosen without what it takes': 'ok',
  }); // prettier-ignore
});

test('what jobs say at once is heard in one piece for each, the first as it speaks', () => {
  let heard = '';
  const transcript = new Transcript((text) => (heard += text));
  const [one, two] = [transcript.open('one'), transcript.open('two')];
  one.say('a\n');
  two.say('x\n');
  assert.equal(heard, '\n--- one\na\n');
  two.end('ok');
  one.say('b\n');
  one.end('failed');
  assert.equal(heard, '\n--- one\na\nb\n--- one: failed\n\n--- two\nx\n--- two: ok\n');
});

test('what a job failed for can be said again: its list of failing tests, or its last lines', () => {
  const transcript = new Transcript(() => undefined);
  const [shares, machine] = [transcript.open('slow'), transcript.open('machine')];
  shares.say(`${'✔ fine\n'.repeat(200)}ℹ fail 1\n\n✖ failing tests:\n\ntest at a.test.ts:1\n✖ b`);
  machine.say(`${'ok\n'.repeat(200)}cannot start`);
  assert.equal(shares.last(), '✖ failing tests:\n\ntest at a.test.ts:1\n✖ b');
  assert.match(machine.last(), /^(ok\n){59}cannot start$/);
});
