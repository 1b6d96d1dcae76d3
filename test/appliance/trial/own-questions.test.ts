import assert from 'node:assert/strict';
import test from 'node:test';
import { OwnQuestions } from '../../../src/appliance/trial/own-questions.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import type { Candidate } from '../../../src/system/candidate.ts';

interface Asked {
  readonly kind: string;
  readonly address: string;
}

/** A candidate that answers so, and what it was asked. */
function candidateThat(
  answer: (asked: Asked) => unknown,
  heartbeat?: unknown,
): { candidate: Candidate; asked: string[] } {
  const asked: string[] = [];
  const candidate = {
    async ask(question: Asked) {
      asked.push(question.address);
      return answer(question);
    },
    lastHeartbeat: () => (heartbeat === undefined ? undefined : { atMs: 0, message: heartbeat }),
  } as unknown as Candidate;
  return { candidate, asked };
}
const well = { kind: 'requested', status: 200, isCrowded: false, failed: [] };

test('both are asked the same, this process first, and a fault is told from a refusal', async () => {
  const own: string[] = [];
  const answer = async (address: string): Promise<number> => (own.push(address), 404);
  const questions = new OwnQuestions({ clock: nodeClock, answer });
  const { candidate, asked } = candidateThat(() => ({ ...well, status: 500, isCrowded: true }));
  const seen = await questions.ask(candidate);
  assert.deepEqual(own, asked);
  assert.deepEqual([seen?.own.isWell, seen?.candidate?.isWell, seen?.isCrowded], [true, false, true]);
});

test('every kind of page has its turn; what the candidate failed at is asked again, every second time', async () => {
  const questions = new OwnQuestions({ clock: nodeClock, answer: async () => 200 });
  let failed = ['/api/v1/visits/7', '/api/v1/visits/7', 'http://elsewhere/'];
  const { candidate, asked } = candidateThat(() => ({ ...well, failed: failed.splice(0) }));
  for (let turn = 0; turn < 20; turn += 1) await questions.ask(candidate);
  assert.equal(asked.filter((address) => address === '/api/v1/visits/7').length, 1);
  assert.ok(new Set(asked).size >= 9, 'eight usual ones, and the one that failed');
  failed = Array.from({ length: 20 }, (_, number) => `/${number}`);
  asked.length = 0;
  for (let turn = 0; turn < 20; turn += 1) await questions.ask(candidate);
  assert.ok(asked.filter((address) => /^\/\d+$/.test(address)).length <= 10);
});

test('silence is told with what was known of its callers; where this process does not answer there is nothing to compare', async () => {
  const heartbeat = {
    kind: 'heartbeat',
    sequence: 1,
    frames: 0,
    checks: {},
    isCrowded: true,
    requests: 0,
    errors: 0,
    memoryBytes: 1,
  };
  const answering = new OwnQuestions({ clock: nodeClock, answer: async () => 200 });
  const silent = await answering.ask(candidateThat(() => undefined, heartbeat).candidate);
  assert.deepEqual([silent?.candidate, silent?.isCrowded], [undefined, true]);
  const mute = new OwnQuestions({ clock: nodeClock, answer: () => Promise.reject(new Error('closed')) });
  const { candidate, asked } = candidateThat(() => well);
  assert.equal(await mute.ask(candidate), undefined);
  assert.deepEqual(asked, []);
});
