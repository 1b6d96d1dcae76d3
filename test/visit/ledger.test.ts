import assert from 'node:assert/strict';
import test from 'node:test';
import { StoreFault } from '../../src/store/store.ts';
import { Ledger } from '../../src/visit/ledger.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

function startLedger() {
  const clock = new SteppedClock();
  const store = new PlainStore();
  const log = new RecordingLog();
  const ledger = new Ledger({ store, clock, events: new RecordingEvents(), log });
  const open = (id: string) => {
    const trigger = { id: `trigger-${id}`, visitId: id, source: 'api', press: undefined, atMs: 0 } as const;
    return ledger.write(id, 'openVisit', { visit: { id, source: 'api', startedMs: 0 }, trigger, notifications: [] });
  };
  const save = (id: string) => ledger.write(id, 'saveFrames', { visitId: id, frames: ['visits/a/frame-0.jpg'] });
  return { clock, store, ledger, log, open, save };
}
const full = (): never => {
  throw new StoreFault('cannot write: the disk is full', 'full');
};

test('a database that is locked for a moment is asked again, and nobody notices', async () => {
  const { clock, store, open } = startLedger();
  let refusals = 2;
  store.before = () => {
    if (refusals-- > 0) full();
  };
  const opening = open('a');
  await clock.advance(300);
  assert.equal(await opening, 'stored');
});

test('the writes of a visit keep their order, also when they have to wait', async () => {
  const { clock, store, ledger, open, save } = startLedger();
  store.before = full;
  const writes = [open('a'), save('a')];
  await clock.advance(1000);
  assert.deepEqual(await Promise.all(writes), ['kept', 'kept']);
  assert.equal(ledger.isWaiting('a'), true);
  store.before = () => {};
  assert.equal(await save('a'), 'kept', 'it must not overtake the row it belongs to');
  await ledger.flush();
  assert.equal(store.read.visit('a')?.phase, 'captured');
  assert.deepEqual([ledger.waiting, ledger.isWaiting('a')], [0, false]);
});

test('a visit whose row waits does not hold up another visit', async () => {
  const { clock, store, open } = startLedger();
  store.before = full;
  const first = open('a');
  await clock.advance(1000);
  assert.equal(await first, 'kept');
  store.before = () => {};
  assert.equal(await open('b'), 'stored');
});

test('a write that can never succeed is refused, and is in nobody’s way', async () => {
  const { clock, ledger, open, save } = startLedger();
  assert.equal(await open('a'), 'stored');
  assert.equal(await open('a'), 'refused');
  assert.equal(await save('a'), 'stored');
  assert.equal(ledger.waiting, 0);
  await clock.advance(1);
});

test('a write that is late and arrives after all is not asked twice, and nothing is called an error but the delay', async () => {
  const { clock, store, ledger, log, open } = startLedger();
  const lock = Promise.withResolvers<void>();
  let asked = 0;
  store.before = () => {
    asked += 1;
    return lock.promise;
  };
  const opening = open('a');
  await clock.advance(2500);
  assert.equal(await opening, 'kept');
  const flushing = ledger.flush();
  await clock.advance(2500);
  await flushing;
  assert.equal(ledger.waiting, 1);
  lock.resolve();
  await ledger.flush();
  assert.deepEqual([asked, ledger.waiting, store.read.visit('a')?.phase], [1, 0, 'open']);
  const reasons = log.lines.filter(({ level }) => level === 'error').map(({ context }) => JSON.stringify(context));
  assert.ok(reasons.length > 0 && reasons.every((reason) => reason.includes('has not answered')), reasons.join());
});
