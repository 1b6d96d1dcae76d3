import assert from 'node:assert/strict';
import test from 'node:test';
import { type AfterCommitParts, HeardPresses, lookAfterCommit } from '../../../src/appliance/trial/after-commit.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';

test('a press is unanswered when it has not rung in time; one that rings late is answered', () => {
  let nowMs = 0;
  const presses = new HeardPresses({ uptimeMs: () => nowMs });
  const press = (): void => presses.hear({ type: 'GPIO_STATE_CHANGED', data: { change: 'pressed' } });
  const ring = (triggerSource = 'button'): void => presses.hear({ type: 'DOORBELL_PRESSED', data: { triggerSource } });
  press();
  ring();
  press();
  press();
  ring('api');
  assert.equal(presses.unanswered(), 0);
  nowMs = 31_000;
  assert.equal(presses.unanswered(), 2);
  ring();
  assert.equal(presses.unanswered(), 1);
});

/** Three presses that nobody rings here, half a minute of a house that is looked at, and the reasons for the way back. */
async function untold(isOnTrial: boolean): Promise<readonly string[]> {
  const clock = new SteppedClock();
  const reasons: string[] = [];
  const aftercare = { checks: [] };
  const status: { aftercare: typeof aftercare; trial?: object } = { aftercare, ...(isOnTrial ? { trial: {} } : {}) };
  let hear: (event: object) => void = () => assert.fail('nobody listens');
  const parts = {
    clock,
    rooms: {
      ground: {
        loaded: { settings: { update: { unwellMinutesMax: 30 } } },
        events: { subscribe: (listener: typeof hear) => ((hear = listener), () => undefined) },
      },
      caretaker: { health: { tally: () => ({}) } },
    },
    updater: { status, fallBack: ({ reason }: { readonly reason: string }) => void reasons.push(reason) },
  } as unknown as AfterCommitParts;
  const end = new AbortController();
  const looking = lookAfterCommit(parts, end.signal);
  for (let press = 0; press < 3; press += 1) hear({ type: 'GPIO_STATE_CHANGED', data: { change: 'pressed' } });
  delete status.trial;
  for (let look = 0; look < 5; look += 1) await clock.advance(10_000);
  end.abort();
  await looking;
  return reasons;
}

test('presses that a release on trial was told of are not missed here when its trial is over', async () => {
  assert.equal((await untold(false))[0], 'presses-unanswered');
  assert.deepEqual(await untold(true), []);
});
