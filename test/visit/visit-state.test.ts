import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  advanceVisit,
  framesLookedMax,
  lateMsMax,
  mayJoin,
  startVisit,
  visitMs,
  type VisitEvent,
} from '../../src/visit/visit-state.ts';

test('a visit that looks long enough is decided on what it has seen, which is two frames where looks take long', () => {
  const looked = (atMs: number) => ({ kind: 'looked', isFirm: false, atMs }) as const;
  const once = advanceVisit(startVisit(1000, 5), looked(1000 + visitMs));
  assert.equal(once.phase, 'looking');
  const ended = { phase: 'recording', end: { because: 'time' } };
  assert.deepEqual(advanceVisit(once, looked(1000 + visitMs + 1)), ended);
  assert.deepEqual(advanceVisit(startVisit(1000, 5), looked(1000 + visitMs + lateMsMax)), ended);
});

test('another press asks for another burst, within bounds', () => {
  let state = startVisit(0, 5);
  for (let frame = 0; frame < 4; frame += 1) state = advanceVisit(state, { kind: 'burst-frame' });
  state = advanceVisit(state, { kind: 'pressed-again', burstFrames: 5 });
  assert.ok(state.phase === 'looking' && state.burstTaken === 4 && state.burstWanted === 9);
  for (let press = 0; press < 100; press += 1) {
    state = advanceVisit(state, { kind: 'burst-frame' });
    state = advanceVisit(state, { kind: 'pressed-again', burstFrames: 5 });
  }
  assert.ok(state.phase === 'looking' && state.burstWanted <= framesLookedMax);
});

test('whatever happens in whatever order, a visit never goes back and always ends', () => {
  const order = { looking: 0, recording: 1, ended: 2 };
  const event = fc.oneof(
    fc.constant<VisitEvent>({ kind: 'burst-frame' }),
    fc.constant<VisitEvent>({ kind: 'out-of-frames' }),
    fc.constant<VisitEvent>({ kind: 'recorded' }),
    fc.constant<VisitEvent>({ kind: 'unanswered' }),
    fc.constant<VisitEvent>({ kind: 'blinded', reason: 'no answer' }),
    fc.constant<VisitEvent>({ kind: 'pressed-again', burstFrames: 5 }),
    fc.record({ kind: fc.constant('looked' as const), isFirm: fc.boolean(), atMs: fc.nat(2 * visitMs) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let state = startVisit(0, 5);
      for (const next of events) {
        const after = advanceVisit(state, next);
        assert.ok(order[after.phase] >= order[state.phase]);
        state = after;
      }
      for (let look = 0; look < framesLookedMax; look += 1)
        state = advanceVisit(state, { kind: 'looked', isFirm: false, atMs: 0 });
      assert.equal(mayJoin(state), false);
      assert.equal(advanceVisit(state, { kind: 'recorded' }).phase, 'ended');
    }),
    { numRuns: 200 },
  );
});
