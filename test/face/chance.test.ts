import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { crowdOf, distanceFor, strangersNear, sureness, type Claim } from '../../src/face/chance.ts';

const close = (one: number, other: number, within: number): void =>
  assert.ok(Math.abs(one - other) < within, `${one} is not ${other}`);

test('of pairs of two people so many are as near as was measured', () => {
  close(strangersNear(0.5, 1), 1.04e-4, 1e-9);
  close(strangersNear(0.56, 1), 1.66e-3, 5e-5);
});

test('thresholds keep a stranger’s chance, whoever lives there and however many pictures there are', () => {
  close(distanceFor(1 / 1000, crowdOf(1, 1)), 0.549, 0.001);
  close(distanceFor(1 / 1000, crowdOf(20, 3)), 0.464, 0.001);
  // Measured for the corrected distances: 0.0124 ln(n) for n references and 0.0115 ln(P) for P people, at 1.4815 their scale.
  const fallOf = (crowd: number): number => distanceFor(0.001, 1) - distanceFor(0.001, crowd);
  close(fallOf(crowdOf(1, 7)), 1.4815 * 0.0124 * Math.log(7), 0.001);
  assert.ok(fallOf(crowdOf(50, 1)) >= 1.4815 * 0.0115 * Math.log(50), 'at least as careful as was measured');
  const size = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(size, size, fc.double({ min: 1e-7, max: 0.1, noNaN: true }), (people, references, share) => {
      const crowd = crowdOf(people, references);
      close(strangersNear(distanceFor(share, crowd), crowd) / share, 1, 1e-6);
      assert.ok(distanceFor(share, crowdOf(people, references + 1)) < distanceFor(share, crowd));
      assert.ok(distanceFor(share, crowdOf(people + 1, references)) < distanceFor(share, crowd));
    }),
  );
});

const distance = fc.double({ min: 0, max: 1.2, noNaN: true });
const claim = fc.record({ distance, crowd: fc.double({ min: 1, max: 500, noNaN: true }) });

test('a name is the surer, the nearer the face, the farther the next, the fewer the others and the more frames agree', () => {
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  const step = fc.double({ min: 0.001, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(claim, claim), fc.tuple(share, step), ([first, next], [agreement, by]) => {
      const sure = sureness([first, next], agreement);
      assert.ok(sure >= 0 && sure <= 1);
      const nearer: Claim = { ...first, distance: first.distance - by };
      assert.ok(sureness([nearer, next], agreement) >= sure);
      assert.ok(sureness([first, { ...next, distance: next.distance + by }], agreement) >= sure);
      assert.ok(sureness([first], agreement) >= sure);
      assert.ok(sureness([{ ...first, crowd: first.crowd * 2 }], agreement) <= sureness([first], agreement));
      assert.ok(sureness([first, next], agreement / 2) <= sure);
    }),
  );
  assert.equal(sureness([], 1), 0);
});

test('how sure: as certain as can be at a clear face, a toss between two who look alike, hardly where strangers are as near', () => {
  const crowd = crowdOf(4, 3);
  close(sureness([{ distance: 0.3, crowd }, { distance: 0.7, crowd }], 1), 1, 0.001); // prettier-ignore
  close(sureness([{ distance: 0.3, crowd }, { distance: 0.3, crowd }], 1), 0.5, 0.001); // prettier-ignore
  // Where one stranger in a thousand is named there are 72 of those who live here to one of them.
  close(sureness([{ distance: distanceFor(0.001, crowd), crowd }], 1), 72 / 73, 0.001);
  assert.ok(sureness([{ distance: 0.65, crowd }], 1) < 0.1);
});
