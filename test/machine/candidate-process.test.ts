import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { nodeCandidates } from '../../src/machine/candidate-process.ts';
import { nodeClock } from '../../src/machine/node-clock.ts';

const answerMsMax = 60_000;

test('a candidate that ends at once has ended when its silence is noticed, and has not merely been late', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-candidate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'doorward'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(folder, 'doorward'), 0o755);
  const surroundings = { clock: nodeClock, words: [], environment: process.env, lines: () => new Map(), hear: () => undefined }; // prettier-ignore
  const candidates = nodeCandidates(surroundings);
  for (let turn = 0; turn < 20; turn += 1) {
    const started = await candidates.start(folder, { entry: ['doorward'], isBackground: true });
    assert.ok(started.outcome === 'started');
    assert.equal(await started.candidate.ask({ kind: 'hello' }, answerMsMax), undefined);
    assert.match(started.candidate.ended() ?? 'it lives', /^(exit 1|it hung up)$/);
    await started.candidate.stop(0);
    assert.equal(started.candidate.ended(), 'exit 1');
  }
});
