import assert from 'node:assert/strict';
import test from 'node:test';
import { serviceStatus } from '../../src/appliance/service-report.ts';
import { VitalSigns } from '../../src/appliance/vital-signs.ts';

/** An organ that answers when it is told to. */
function organ(name: string, silenceMsMax = 1000) {
  const asked: PromiseWithResolvers<void>[] = [];
  return {
    name,
    silenceMsMax,
    asked,
    ask: () => {
      const question = Promise.withResolvers<void>();
      asked.push(question);
      return question.promise;
    },
  };
}

/** Lets what was answered arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an organ that hangs is asked once, and named when it has been silent for too long, alone', async () => {
  let nowMs = 0;
  const [writer, bell] = [organ('writer thread'), organ('bell')];
  const signs = new VitalSigns({ uptimeMs: () => nowMs }, [writer, bell]);
  for (nowMs = 0; nowMs <= 1000; nowMs += 500) {
    assert.deepEqual(signs.silent(), [], `at ${nowMs} ms`);
    bell.asked.at(-1)?.resolve();
    await settle();
  }
  assert.equal(writer.asked.length, 1);
  assert.deepEqual(signs.silent(), ['writer thread']);
  writer.asked[0]?.resolve();
  await settle();
  assert.deepEqual(signs.silent(), [], 'it has come back');
});

test('an organ that has died is asked again and again, and named', async () => {
  let nowMs = 0;
  const writer = organ('writer thread');
  const signs = new VitalSigns({ uptimeMs: () => nowMs }, [writer]);
  for (nowMs = 0; nowMs < 1500; nowMs += 500) {
    signs.silent();
    writer.asked.at(-1)?.reject(new Error('the writer thread has ended'));
    await settle();
  }
  assert.equal(writer.asked.length, 3);
  assert.deepEqual(signs.silent(), ['writer thread']);
});

test('the line for people says which release, how its camera is and where an update stands', () => {
  const camera = { state: 'failed', reason: 'no such device' };
  const trial = {
    version: '1.3.0',
    phase: 'probation',
    memory: 'warm',
    phaseStartedMs: 0,
    phases: [],
    figures: {},
  } as const;
  assert.equal(
    serviceStatus({ version: '1.2.0', camera, update: { phase: 'judge', trial } }),
    'release 1.2.0; camera failed (no such device); 1.3.0 on trial: probation',
  );
  assert.equal(
    serviceStatus({ version: '1.2.0', camera: { state: 'flowing' }, update: undefined }),
    'release 1.2.0; camera flowing',
  );
});
