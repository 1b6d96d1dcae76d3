import assert from 'node:assert/strict';
import test from 'node:test';
import { HeardPresses } from '../../../src/appliance/trial/after-commit.ts';

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
