import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { clip, overlap, type ScoredBox, suppress } from '../../src/face/box.ts';

const boxes = fc.record({
  x: fc.double({ min: -500, max: 2000, noNaN: true }),
  y: fc.double({ min: -500, max: 2000, noNaN: true }),
  width: fc.double({ min: 1, max: 900, noNaN: true }),
  height: fc.double({ min: 1, max: 900, noNaN: true }),
});
const scored: fc.Arbitrary<ScoredBox> = fc
  .tuple(boxes, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([box, score]) => ({ ...box, score }));

test('the overlap of two boxes is between nothing and everything, and the same both ways', () => {
  fc.assert(
    fc.property(boxes, boxes, (a, b) => {
      const shared = overlap(a, b);
      assert(shared >= 0 && shared <= 1 + 1e-9);
      assert.equal(shared, overlap(b, a));
      assert(Math.abs(overlap(a, a) - 1) < 1e-9);
    }),
  );
  assert.equal(overlap({ x: 0, y: 0, width: 2, height: 1 }, { x: 1, y: 0, width: 2, height: 1 }), 1 / 3);
  assert.equal(overlap({ x: 0, y: 0, width: 2, height: 1 }, { x: 2, y: 0, width: 2, height: 1 }), 0);
});

test('of boxes that cover each other the best is kept, and every box that is dropped has a better one over it', () => {
  fc.assert(
    fc.property(fc.array(scored, { maxLength: 30 }), (proposed) => {
      const kept = suppress(proposed, 0.4);
      for (const [place, box] of kept.entries()) {
        for (const other of kept.slice(place + 1)) {
          assert(overlap(box, other) <= 0.4);
          assert(box.score >= other.score);
        }
      }
      for (const box of proposed) {
        assert(kept.includes(box) || kept.some((better) => better.score >= box.score && overlap(better, box) > 0.4));
      }
    }),
  );
});

test('a clipped box lies inside the picture, and one beside it is none', () => {
  const picture = { width: 640, height: 360 };
  fc.assert(
    fc.property(boxes, (box) => {
      const visible = clip(box, picture);
      if (visible === undefined) return;
      assert(visible.x >= 0 && visible.y >= 0 && visible.width > 0 && visible.height > 0);
      assert(visible.x + visible.width <= picture.width && visible.y + visible.height <= picture.height);
      assert([visible.x, visible.y, visible.width, visible.height].every((value) => Number.isInteger(value)));
    }),
  );
  assert.equal(clip({ x: 640, y: 0, width: 50, height: 50 }, picture), undefined);
  assert.equal(clip({ x: -50, y: 0, width: 50, height: 50 }, picture), undefined);
  assert.deepEqual(clip({ x: -10, y: -20, width: 50, height: 50 }, picture), { x: 0, y: 0, width: 40, height: 30 });
});
