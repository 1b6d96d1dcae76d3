import assert from 'node:assert/strict';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { AskedThread } from '../../../src/machine/node/asked-thread.ts';

/** Answers a question with itself when the gate has opened so often. */
const script = `
  const { parentPort, workerData: gate } = require('node:worker_threads');
  let turn = 0;
  parentPort.on('message', ({ call, id, question }) => {
    if (call === 'stop') return parentPort.close();
    turn += 1;
    for (let opened = Atomics.load(gate, 0); opened < turn; opened = Atomics.load(gate, 0)) Atomics.wait(gate, 0, opened);
    parentPort.postMessage({ kind: 'answer', id, busyMs: 1, answer: { outcome: 'given', value: question } });
  });
  parentPort.postMessage({ kind: 'ready' });`;

function opened(): { thread: AskedThread<string, string, undefined>; letThrough: () => void } {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const words = { name: 'the thread', does: 'answer', work: 'answering' };
  const begin = (): Worker => new Worker(script, { eval: true, workerData: gate });
  const letThrough = (): void => {
    Atomics.add(gate, 0, 1);
    Atomics.notify(gate, 0);
  };
  return { thread: new AskedThread({ begin, words }, () => undefined), letThrough };
}

test('a thread that answers now and then is slow, and is not given up; one that answers nothing for a minute is', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { thread, letThrough } = opened();
  const [first, second] = [thread.ask('one'), thread.ask('two')];
  t.mock.timers.tick(40_000);
  letThrough();
  assert.equal(await first, 'one');
  t.mock.timers.tick(40_000);
  letThrough();
  assert.equal(await second, 'two', 'eighty seconds after it was asked, and forty after the last word');
  assert.equal(thread.stats().restarts, 0);

  const third = assert.rejects(thread.ask('three'), /the thread died: it did not answer within 60 s/);
  t.mock.timers.tick(60_000);
  await third;
  assert.equal(thread.stats().restarts, 1);
  letThrough(); // The one that was given up ends after what it is doing; whoever took its place is told to stop.
  await thread.stop();
});
