import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { CandidateProcess, nodeCandidates } from '../../../src/machine/process/candidate-process.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';

const surroundings = { clock: nodeClock, words: [], environment: process.env, lines: () => new Map(), hear: () => undefined }; // prettier-ignore
const answerMsMax = 60_000;
const options = { entry: ['doorward'], isBackground: true, memoryBytesMax: 1e9 };

/** A release whose entry is this script. */
function releaseOf(t: TestContext, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-candidate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'doorward'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'doorward'), 0o755);
  return folder;
}

test('a candidate that ends at once has ended when its silence is noticed, and has not merely been late', async (t) => {
  const folder = releaseOf(t, 'exit 1');
  const candidates = nodeCandidates(surroundings);
  for (let turn = 0; turn < 20; turn += 1) {
    const started = await candidates.start(folder, options);
    assert.ok(started.outcome === 'started');
    assert.equal(await started.candidate.ask({ kind: 'hello' }, answerMsMax), undefined);
    assert.match(started.candidate.ended() ?? 'it lives', /^(exit 1|it hung up)$/);
    await started.candidate.stop(0);
    assert.equal(started.candidate.ended(), 'exit 1');
  }
});

test('where memory runs out a candidate goes before the incumbent, until it is committed', async (t) => {
  const started = await nodeCandidates(surroundings).start(releaseOf(t, 'exec sleep 60'), options); // prettier-ignore
  assert.ok(started.outcome === 'started' && started.candidate instanceof CandidateProcess);
  const { candidate } = started;
  t.after(() => process.kill(candidate.pid, 'SIGKILL'));
  const standing = (pid: number | 'self'): number => Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
  assert.ok(standing(candidate.pid) > standing('self'));
  candidate.release();
  assert.equal(standing(candidate.pid), standing('self'));
});
