import assert from 'node:assert/strict';
import test from 'node:test';
import { FramePool } from '../../src/visit/frame-pool.ts';

test('visit after visit sees its frames in the same memory', () => {
  const pool = new FramePool();
  const seen = new Set<SharedArrayBuffer>();
  for (let visit = 0; visit < 50; visit += 1) {
    const frames = Array.from({ length: 24 }, () => ({ width: 2, height: 2, pixels: pool.lend(6), capturedMs: 0, sequence: 0 })); // prettier-ignore
    for (const frame of frames) {
      seen.add(frame.pixels);
      pool.adopt(frame);
    }
    for (const frame of frames) pool.letGo(frame);
  }
  assert.equal(seen.size, 24);
  assert.equal(pool.held, 0);
});
