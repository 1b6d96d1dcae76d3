import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ThreadPulse } from '../../../src/appliance/trial/thread-pulse.ts';

test('a thread is silent since it was heard last: by its answer, or by work that it has done', async () => {
  let nowMs = 0;
  let done = 0;
  const answers: (() => void)[] = [];
  const ask = (): Promise<void> => new Promise((resolve) => answers.push(resolve));
  const pulse = new ThreadPulse({ uptimeMs: () => nowMs }, [
    { name: 'writer', ask },
    { name: 'inference', ask: () => new Promise(() => {}), done: () => done },
    { name: 'ended', ask: () => Promise.reject(new Error('it has ended')) },
  ]);
  nowMs = 100;
  assert.deepEqual(pulse.silentMs(), { writer: 100, inference: 100, ended: 100 });
  nowMs = 200;
  done = 1;
  assert.deepEqual(pulse.silentMs(), { writer: 200, inference: 0, ended: 200 });
  assert.equal(answers.length, 1, 'it is not asked again before it has answered');
  answers[0]?.();
  await turn();
  nowMs = 300;
  assert.deepEqual(pulse.silentMs(), { writer: 100, inference: 100, ended: 300 });
  assert.equal(answers.length, 2);
});
