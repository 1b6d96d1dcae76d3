import assert from 'node:assert/strict';
import test from 'node:test';
import type { Decision } from '../../../src/store/records.ts';
import { recommendStrangersPerName } from '../../../src/visit/self-test/strangers-per-name.ts';
import type { PictureCase, Truth, VisitCase } from '../../../src/visit/self-test/truth.ts';
import { saidAtTheDoor, tryFace, type Tried } from '../../../src/visit/self-test/try-face.ts';
import { recognition } from '../../people/house.ts';

const quality = { widthPx: 90, sharpness: 100, yawDeg: 0, pitchDeg: 0, rollDeg: 0, light: 100, contrast: 40 };

/** "ada 0.41, bea 0.60" for a household of one, tried while one stranger in a thousand is named. */
function tried(text: string, strangersPerName = 1000): Tried {
  const candidates = text.split(', ').map((part) => {
    const [personId = '', distance = '0'] = part.split(' ');
    return { personId, name: personId, standing: 'household', notify: 'default', distance: Number(distance), crowd: 1, faceId: personId } as const;
  }); // prettier-ignore
  return tryFace({ match: { candidates }, quality }, { recognition: { ...recognition, strangersPerName }, recogniser: 'test' }); // prettier-ignore
}

const ada = { personId: 'ada', name: 'ada' };
const wasAda: Truth = { kind: 'was', person: ada, wasEnrolled: true };
const visit = (truth: Truth, text: string): VisitCase => ({ visitId: 'v', truth, isTaught: false, door: undefined, tried: tried(text) }); // prettier-ignore
const nobody: Truth = { kind: 'nobody' };
const open: Truth = { kind: 'open' };
const recommend = (visits: readonly VisitCase[], pictures: readonly PictureCase[] = []): number | undefined =>
  recommendStrangersPerName({ pictures, visits }, 1000);

test('a face is named as near as the household allows, and says up to how many strangers for each name', () => {
  // One stranger in a thousand is nearer than 0.549 to one person; one in ten thousand than 0.499.
  assert.deepEqual([tried('ada 0.49').outcome, tried('ada 0.54').outcome, tried('ada 0.56').outcome], ['known', 'probably', 'stranger']); // prettier-ignore
  const { nameable, near } = tried('ada 0.56, bea 0.80');
  assert.equal(nameable?.personId, 'ada');
  assert.ok(nameable.strangersPerName > 500 && nameable.strangersPerName < 1000, String(nameable.strangersPerName));
  assert.deepEqual(near.map(({ name }) => name), ['ada', 'bea']); // prettier-ignore
  assert.equal(
    tried('ada 0.40, bea 0.41').nameable,
    undefined,
    'two alike: nobody is named, however many strangers may be',
  );
});

test('what the bell said is in the figures of its decision, whatever the row says since', () => {
  const decision: Decision = {
    recogniser: 'test', thresholds: { known: 0.5, probably: 0.56, margin: 0.06, faceWidthPxMin: 40 }, quality: undefined,
    framesSeen: 5, framesWithFace: 5, framesUsable: 5, agreement: 0.8,
    candidates: [{ personId: 'cyd', name: 'Cyd', distance: 0.2, frames: 5, deniedMs: 1 }, { personId: 'bea', name: 'Bea', distance: 0.40, frames: 1 }, { personId: 'ada', name: 'Ada', distance: 0.41, frames: 4 }],
  }; // prettier-ignore
  const [denied, bea, nearest] = decision.candidates;
  assert.ok(denied !== undefined && bea !== undefined && nearest !== undefined);
  const said = (more: Partial<Decision>) => Object.values(saidAtTheDoor({ ...decision, ...more }));
  assert.deepEqual(said({}), ['stranger', undefined], 'Ada in most frames, and Bea as near');
  assert.deepEqual(said({ candidates: [bea, { ...nearest, distance: 0.47 }] }), ['stranger', undefined], 'Bea is nearer, in one frame'); // prettier-ignore
  assert.deepEqual(said({ candidates: [denied, nearest, { ...bea, distance: 0.5 }] }), ['known', 'ada']);
  assert.deepEqual(said({ candidates: [{ ...nearest, distance: 0.53 }] }), ['probably', 'ada']);
  assert.deepEqual(said({ candidates: [{ ...nearest, distance: 0.58 }] }), ['stranger', undefined]);
  assert.deepEqual(said({ candidates: [nearest], agreement: 0.4 }), ['stranger', undefined]);
  assert.deepEqual(said({ candidates: [nearest], framesUsable: 0 }), ['no-face', undefined]);
});

test('nothing is recommended without a mistake that people have told of', () => {
  assert.equal(recommend([]), undefined);
  assert.equal(recommend([visit(wasAda, 'ada 0.40'), visit(open, 'ada 0.53'), visit(open, 'ada 0.57')]), undefined);
  assert.equal(recommend([visit(wasAda, 'ada 0.57')]), undefined, 'one missed visit is not enough');
});

test('names that were wrong make it name fewer strangers, as few as it takes', () => {
  assert.equal(recommend([visit(nobody, 'ada 0.54'), visit(wasAda, 'ada 0.40')]), 2000);
  assert.equal(recommend([visit(nobody, 'ada 0.54'), visit(nobody, 'ada 0.51')]), 10_000, 'enough for both');
  assert.equal(recommend([visit(nobody, 'ada 0.51'), visit(wasAda, 'ada 0.40')]), 10_000);
  assert.equal(
    recommend([], [{ person: { personId: 'bea', name: 'bea' }, tried: tried('ada 0.54'), isWaiting: false }]),
    2000,
  );
});

test('a wrong name is worth ten names of the household, and no more', () => {
  const own = (times: number): VisitCase[] => Array.from({ length: times }, () => visit(open, 'ada 0.545'));
  assert.equal(recommend([visit(nobody, 'ada 0.54'), ...own(9)]), 2000);
  assert.equal(recommend([visit(nobody, 'ada 0.54'), ...own(10)]), undefined);
});

test('visits that were missed make it name more strangers, unless one of those who came would get a name', () => {
  const missed = [visit(wasAda, 'ada 0.56'), visit(wasAda, 'ada 0.555')];
  assert.equal(recommend(missed), 500);
  assert.equal(recommend([...missed, visit(open, 'ada 0.558')]), undefined);
  assert.equal(recommend([...Array.from({ length: 20 }, () => missed).flat(), visit(open, 'ada 0.558')]), undefined);
  assert.equal(recommend([...missed, visit(open, 'ada 0.57')]), 500);
  assert.equal(
    recommend(missed.map((one) => ({ ...one, isTaught: true }))),
    undefined,
    'their faces are enrolled since',
  );
});
