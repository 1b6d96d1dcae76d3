import assert from 'node:assert/strict';
import test from 'node:test';
import { PassedPresses } from '../../../src/appliance/trial/passed-presses.ts';
import { StoreFault } from '../../../src/store/store.ts';
import type { PressNote } from '../../../src/update/trial-protocol.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';

/** A trial: what the candidate is told, which rows there are, what rings here, and what a write takes here. */
class Trial {
  readonly clock = new SteppedClock();
  readonly told: PressNote[] = [];
  readonly rung: unknown[] = [];
  readonly rows = new Map<string, object>();
  writeMs = 5;
  writeFault: StoreFault | undefined;
  readFault: Error | undefined;
  writes = 0;
  readonly presses = new PassedPresses({
    rowMsMin: 1000,
    before: [{ id: 'before', visitId: 'earlier', source: 'button', press: 'press', atMs: 0 }],
    bell: {
      ring: async (request: unknown) => {
        this.rung.push(request);
        return { outcome: 'ringing', visitId: 'rung here', joined: false };
      },
      lastActiveMs: 7,
    },
    store: {
      read: {
        trigger: (id: string) => this.#triggerOf(id),
        triggerPlace: () => this.rows.size,
        pressesAfter: (place: number) => [...this.rows.keys()].slice(place).map((id) => ({ id })),
      },
      write: async () => {
        this.writes += 1;
        await this.clock.sleep(this.writeMs);
        if (this.writeFault !== undefined) throw this.writeFault;
      },
    },
    clock: this.clock,
    random: { id: () => `press-${this.told.length + this.rung.length + 1}` },
    log: { error: () => undefined },
    tell: (note: PressNote) => void this.told.push(note),
  } as unknown as ConstructorParameters<typeof PassedPresses>[0]);

  #triggerOf(id: string): object | undefined {
    if (this.readFault !== undefined) throw this.readFault;
    return this.rows.get(id);
  }

  store(...ids: readonly string[]): void {
    for (const id of ids) this.rows.set(id, { visitId: `visit of ${id}`, source: 'button', press: 'press' });
  }
}
const rungAs = (triggerId: string): unknown => ({ source: 'button', triggerId });
const pressAs = (triggerId: string): unknown => ({ source: 'button', press: 'press', triggerId });

test('a press is told to the candidate, and is paid when its row is read here, whatever it says', async () => {
  const trial = new Trial();
  const { clock, presses, rows, rung, told } = trial;
  for (const press of ['press', 'hold', 'double'] as const) await presses.ring({ source: 'button', press });
  await presses.noteHold();
  assert.deepEqual(told, [
    { kind: 'press', id: 'press-1', press: 'press' },
    { kind: 'press', id: 'press-2', press: 'hold' },
    { kind: 'press', id: 'press-3', press: 'double' },
    { kind: 'held' },
  ]);
  trial.store('press-1');
  rows.set('press-2', { source: 'button', press: 'hold' });
  rows.set('press-3', { source: 'button', press: 'double' });
  presses.noteStored('press-1');
  assert.deepEqual([presses.facts.passed, presses.facts.stored], [3, 1], 'at its word it is looked for at once');
  await clock.advance(60);
  assert.deepEqual(presses.facts, { passed: 3, stored: 3, slowestMs: 50, unmade: 0 });
  assert.deepEqual([rung, clock.sleepers, trial.writes], [[], 0, 0], 'nobody looks when there is no debt');
});

test('a press without its row after a second rings here at once, with all that are open and all that follow', async () => {
  const trial = new Trial();
  const { clock, presses, rung, told } = trial;
  await presses.ring({ source: 'button' });
  await presses.ring({ source: 'button' });
  presses.noteStored('press-2'); // A lie.
  trial.store('press-1');
  await clock.advance(500);
  await presses.ring({ source: 'button' });
  await clock.advance(499);
  assert.deepEqual(rung, []);
  await clock.advance(51);
  assert.deepEqual(rung, [rungAs('press-2'), rungAs('press-3')]);
  const { unanswered } = presses.facts;
  assert.deepEqual([unanswered?.waitedMs, unanswered?.isSaidStored], [1000, true]);
  await presses.ring({ source: 'button' });
  assert.deepEqual(rung.slice(2), [rungAs('press-6')], 'not told any more');
  assert.equal(told.length, 3);
  assert.equal(await presses.settled(), false);
});

test('where a write here takes long just then, a press may take three times as long, but not for ever', async () => {
  const slow = new Trial();
  slow.writeMs = 900;
  await slow.presses.ring({ source: 'button' });
  await slow.clock.advance(2690);
  assert.deepEqual(slow.rung, []);
  await slow.clock.advance(60);
  assert.equal(slow.rung.length, 1);
  assert.equal(slow.presses.facts.unanswered?.ownWrite.tookMs, 900);
  const stuck = new Trial();
  stuck.writeMs = 60_000;
  await stuck.presses.ring({ source: 'button' });
  await stuck.clock.advance(9990);
  assert.deepEqual(stuck.rung, []);
  await stuck.clock.advance(60);
  assert.equal(stuck.rung.length, 1);
});

test('writes here are few, and tell a card that nobody can write from a database that somebody holds', async () => {
  const blameOf = async (kind: 'full' | 'locked'): Promise<unknown> => {
    const trial = new Trial();
    trial.writeFault = new StoreFault('cannot write', kind);
    await trial.presses.ring({ source: 'button' });
    await trial.clock.advance(1100);
    assert.deepEqual([trial.rung.length, trial.writes], [1, 1]);
    return trial.presses.facts.unanswered?.ownWrite.isImpossible;
  };
  assert.equal(await blameOf('full'), true);
  assert.equal(await blameOf('locked'), false);
});

test('who leaves waits for the row of every press, or rings it; a database that cannot be read rings it', async () => {
  const trial = new Trial();
  const { clock, presses } = trial;
  assert.equal(await presses.settled(), true);
  await presses.ring({ source: 'button' });
  const settled = presses.settled();
  await presses.ring({ source: 'button' }); // Later ones are not waited for.
  trial.store('press-1');
  await clock.advance(50);
  assert.equal(await settled, true);
  const blind = new Trial();
  blind.readFault = new Error('locked');
  await blind.presses.ring({ source: 'button' });
  const late = blind.presses.settled();
  await blind.clock.advance(1050);
  assert.equal(await late, false);
  assert.equal(blind.rung.length, 1);
});

test('of a candidate that is gone, what it has not stored rings at once, and only once', async () => {
  const trial = new Trial();
  const { presses, rung, clock } = trial;
  await presses.ring({ source: 'button' });
  await presses.ring({ source: 'button' });
  trial.store('press-1'); // Only its word was lost.
  presses.ringKept();
  presses.ringKept();
  assert.deepEqual(rung, [rungAs('press-2')]);
  await clock.advance(2000);
  assert.equal(presses.facts.unanswered, undefined);
});

test('a press that is stored as something else has no row, and a row that nobody has pressed for is seen', async () => {
  const { clock, presses, rows, rung } = new Trial();
  rows.set('under-way', { source: 'button', press: 'press' });
  await presses.ring({ source: 'button' });
  assert.equal(presses.facts.unmade, 0, 'what was under way before the trial may still be stored');
  presses.expectNoOthers();
  rows.set('press-1', { source: 'button', press: 'press' });
  await clock.advance(100);
  assert.deepEqual([presses.facts.stored, presses.facts.unmade], [1, 0]);
  rows.set('another', { source: 'button', press: 'press' });
  assert.equal(presses.facts.unmade, 1);
  await presses.ring({ source: 'button' });
  rows.set('press-2', { source: 'motion', press: 'press' });
  await clock.advance(1050);
  assert.deepEqual(rung, [rungAs('press-3')], 'a row of its own: that of the candidate would keep it out');
});

test('a press whose row a candidate has taken away rings again, once; not one whose visit the household has let go', async () => {
  const trial = new Trial();
  const { clock, presses, rows, rung } = trial;
  for (let press = 1; press <= 4; press += 1) await presses.ring({ source: 'button', press: 'press' });
  trial.store('press-1', 'press-2', 'press-3');
  await clock.advance(1100);
  assert.deepEqual(rung, [pressAs('press-4')], 'it was never stored');
  rows.delete('press-1');
  rows.delete('press-2');
  const isRemoved = (visitId: string): boolean => visitId === 'visit of press-2';
  presses.ringTakenAway(isRemoved);
  presses.ringTakenAway(isRemoved);
  assert.deepEqual(rung.slice(1), ['before', 'press-1', 'press-4'].map(pressAs), 'wherever it had rung');
  const blind = new Trial();
  blind.readFault = new Error('locked');
  blind.presses.ringTakenAway(() => false);
  assert.deepEqual(blind.rung, [], 'a press that was stored is there as far as anybody knows');
});
