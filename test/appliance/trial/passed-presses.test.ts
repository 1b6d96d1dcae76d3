import assert from 'node:assert/strict';
import test from 'node:test';
import { PassedPresses } from '../../../src/appliance/trial/passed-presses.ts';
import type { PressNote } from '../../../src/update/trial-protocol.ts';

/** A trial: what the candidate is told, what rings here, and which rows there are. */
function trial(stored: (id: string) => boolean): { presses: PassedPresses; told: PressNote[]; rung: unknown[] } {
  const told: PressNote[] = [];
  const rung: unknown[] = [];
  let nowMs = 0;
  const presses = new PassedPresses({
    bell: { ring: async (request: unknown) => void rung.push(request), lastActiveMs: 7 },
    reads: { isTriggerStored: stored },
    clock: { uptimeMs: () => nowMs, sleep: async (durationMs: number) => void (nowMs += durationMs) },
    random: { id: () => `press-${told.length + 1}` },
    log: { error: () => undefined },
    tell: (note: PressNote) => void told.push(note),
  } as unknown as ConstructorParameters<typeof PassedPresses>[0]);
  return { presses, told, rung };
}

test('a press is told to the candidate, and rings here only when that took it with it', async () => {
  const { presses, told, rung } = trial((id) => id === 'press-3');
  for (const press of ['press', 'hold', 'double'] as const) await presses.ring({ source: 'button', press });
  await presses.noteHold();
  assert.deepEqual(told, [
    { kind: 'press', id: 'press-1', press: 'press' },
    { kind: 'press', id: 'press-2', press: 'hold' },
    { kind: 'press', id: 'press-3', press: 'double' },
    { kind: 'held' },
  ]);
  presses.noteStored('press-1');
  assert.deepEqual(rung, [], 'while the candidate lives it rings');
  presses.ringKept();
  assert.deepEqual(
    rung,
    [{ source: 'button', press: 'hold', triggerId: 'press-2' }],
    'one was stored, of one the word was lost',
  );
  presses.ringKept();
  assert.equal(rung.length, 1, 'once');
});

test('a database that cannot say whether a press is stored rings it: a ring too many is better than one too few', async () => {
  const { presses, rung } = trial(() => {
    throw new Error('locked');
  });
  await presses.ring({ source: 'button' });
  presses.ringKept();
  assert.equal(rung.length, 1);
});

test('an incumbent that leaves waits for the last word, but not for ever', async () => {
  const { presses } = trial(() => false);
  await presses.settled();
  await presses.ring({ source: 'button' });
  await presses.settled();
  presses.noteStored('press-1');
  await presses.settled();
});
