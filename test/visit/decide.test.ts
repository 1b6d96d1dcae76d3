import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { FaceCandidate } from '../../src/people/face-match.ts';
import { decide, type Verdict } from '../../src/visit/decide.ts';
import { complaintAbout } from '../../src/visit/face-quality.ts';
import type { MatchedFace, Sighting } from '../../src/visit/embed.ts';
import { goodQuality, vectorOf } from '../fakes/scripted-inference.ts';

const recognition = {
  strangersPerName: 1000, strangersPerKnown: 10_000, faceWidthPxMin: 48, detailMin: 0.15, yawDegMax: 40,
  lightMax: 235, strangerDistance: 0.5, liveness: true,
}; // prettier-ignore

/** "ada 0.41, grace 0.63" as a frame's most prominent face. */
function face(text: string, more: Partial<MatchedFace> = {}): MatchedFace {
  const candidates = text.split(', ').filter((part) => part !== '').map((part): FaceCandidate => {
    const [name = '', distance = '0'] = part.split(' ');
    const standing = name === 'mallory' ? 'watched' : 'household';
    return { personId: name, name: name.charAt(0).toUpperCase() + name.slice(1), standing, notify: 'default', distance: Number(distance), faceId: name };
  }); // prettier-ignore
  const box = { x: 0, y: 0, width: 120, height: 120 };
  const detected = { box, score: 0.9, landmarks: new Float32Array(136), quality: goodQuality };
  return { face: detected, prominence: 100, complaint: undefined, embedding: vectorOf(1), candidates, ...more };
}

const decideOn = (...frames: readonly (string | readonly MatchedFace[])[]): Verdict =>
  decide(
    frames.map((frame, sequence): Sighting => ({ sequence, faces: typeof frame === 'string' ? [face(frame)] : frame })),
    { recognition, recogniser: 'test' },
  );

test('frames that agree make a name, and the reason says on what it rests', () => {
  const verdict = decideOn(
    'ada 0.40, grace 0.63',
    'ada 0.41, grace 0.63',
    'ada 0.42, grace 0.65',
    'ada 0.41, grace 0.60',
    'grace 0.55, ada 0.57',
  );
  assert.equal(verdict.outcome, 'known');
  assert.equal(verdict.person?.personId, 'ada');
  assert.equal(verdict.reason, 'Ada: distance 0.41 (0.50 allowed), 0.22 nearer than Grace, 4 of 5 frames agree');
  assert.equal(verdict.decision.agreement, 0.8);
  assert.equal(verdict.isFirm, true);
});

test('one frame alone is never certain, however near', () => {
  const verdict = decideOn('ada 0.20, grace 0.90');
  assert.equal(verdict.outcome, 'probably');
  assert.equal(verdict.isFirm, false);
  assert.equal(decideOn('ada 0.53, grace 0.90').outcome, 'stranger');
});

test('a picture is taken at its word, and its reason speaks of no frames', () => {
  const judge = (seen: string): Verdict =>
    decide([{ sequence: 0, faces: [face(seen)] }], { recognition, recogniser: 'test', isPicture: true });
  assert.equal(judge('ada 0.41, grace 0.63').outcome, 'known');
  assert.equal(judge('ada 0.41, grace 0.63').reason, 'Ada: distance 0.41 (0.50 allowed), 0.22 nearer than Grace');
  assert.equal(judge('ada 0.53, grace 0.90').outcome, 'probably');
  assert.equal(judge('ada 0.80').reason, 'nobody known: the nearest is Ada (0.80), 0.55 allowed');
  assert.equal(judge('').reason, 'nobody enrolled looks like this');
});

test('a face between two people gets no name', () => {
  const verdict = decideOn('ada 0.45, grace 0.47', 'ada 0.45, grace 0.47', 'ada 0.45, grace 0.47');
  assert.equal(verdict.outcome, 'stranger');
  assert.equal(verdict.isClearStranger, false);
  assert.equal(verdict.reason, 'Ada (0.45) or Grace (0.47): too near each other to say, 0.06 apart needed');
});

test('frames that disagree get no name', () => {
  const verdict = decideOn(
    'ada 0.40, grace 0.52',
    'grace 0.40, ada 0.52',
    'ada 0.40, grace 0.52',
    'grace 0.40, ada 0.52',
  );
  assert.notEqual(verdict.outcome, 'known');
});

test('near, but not near enough for certain', () => {
  const verdict = decideOn('ada 0.53, grace 0.70', 'ada 0.54, grace 0.70', 'ada 0.54, grace 0.70');
  assert.equal(verdict.outcome, 'probably');
  assert.match(verdict.reason, /^Ada: distance 0.54 \(0.55 allowed\)/);
});

test('a stranger is firm only after more frames than a name', () => {
  assert.equal(decideOn('ada 0.8', 'ada 0.8', 'ada 0.8').isFirm, false);
  const verdict = decideOn('ada 0.8', 'ada 0.8', 'ada 0.8', 'ada 0.8', 'ada 0.8');
  assert.deepEqual([verdict.outcome, verdict.isFirm, verdict.isClearStranger], ['stranger', true, true]);
  assert.equal(verdict.reason, 'nobody known: the nearest is Ada (0.80), 0.55 allowed, 5 frames');
  assert.equal(decideOn('').reason, 'nobody enrolled looks like this, 1 frame');
});

test('faces that cannot be recognised leave no name, but say what would help', () => {
  const quality = { ...goodQuality, widthPx: 31 };
  const seen = { ...face('').face, box: { x: 0, y: 0, width: 45, height: 45 }, quality };
  const complaint = complaintAbout(seen, recognition);
  const small = face('', { complaint, embedding: undefined, face: seen });
  const verdict = decideOn([small], []);
  assert.equal(verdict.outcome, 'no-face');
  assert.equal(verdict.reason, 'face 31 px wide, 48 needed: stand 36 % nearer or mount the camera lower');
  assert.equal(verdict.decision.quality?.widthPx, 31);
  assert.equal(decideOn([], []).reason, 'no face in 2 frames');
  assert.equal(decideOn().reason, 'there was no picture to look at');
});

test('landmarks that are not on the face are told from a small face', () => {
  const quality = { ...goodQuality, widthPx: 60 };
  const at = (width: number): string | undefined =>
    complaintAbout({ box: { x: 0, y: 0, width, height: width }, quality }, recognition);
  assert.equal(at(90), undefined);
  assert.match(at(300) ?? '', /^eyes, nose and mouth cannot be made out/);
});

test('the most prominent face is the visitor; the others are counted', () => {
  const frame = [face('ada 0.40'), face('grace 0.30', { prominence: 20 })];
  const verdict = decideOn(frame, frame, frame);
  assert.equal(verdict.person?.personId, 'ada');
  assert.match(verdict.reason, /; one more face in view$/);
});

test('a watched person is noticed in any face, but not in a single frame', () => {
  const frame = [face('ada 0.40'), face('mallory 0.35', { prominence: 20 })];
  assert.deepEqual(
    decideOn(frame, frame, 'ada 0.4').watched.map(({ personId }) => personId),
    ['mallory'],
  );
  assert.deepEqual(decideOn(frame, 'ada 0.4', 'ada 0.4').watched, []);
});

test('whatever the frames say, a name rests on agreement, nearness and distance to the next', () => {
  const distance = fc.double({ min: 0.05, max: 1.2, noNaN: true });
  const frame = fc.record({ ada: distance, grace: distance, linus: fc.option(distance) });
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 12 }), (frames) => {
      const verdict = decideOn(
        ...frames.map((seen) =>
          Object.entries(seen)
            .flatMap(([name, at]) => (at === null ? [] : [{ name, at }]))
            .toSorted((one, other) => one.at - other.at)
            .map(({ name, at }) => `${name} ${at}`)
            .join(', '),
        ),
      );
      if (verdict.outcome !== 'known') return;
      const { candidates, framesUsable } = verdict.decision;
      const named = candidates.find(({ personId }) => personId === verdict.person?.personId);
      assert.ok(
        named !== undefined &&
          named.distance <= verdict.decision.thresholds.known &&
          named.frames >= 2 &&
          framesUsable >= 2,
      );
      for (const other of candidates)
        assert.ok(other === named || other.distance - named.distance >= verdict.decision.thresholds.margin - 1e-9);
    }),
    { numRuns: 300 },
  );
});

test('old pictures name nobody, and the reason says so', () => {
  const verdict = decide([], { recognition, recogniser: 'test', oldFrames: 5 });
  assert.equal(verdict.outcome, 'no-face');
  assert.equal(verdict.reason, 'the camera sent only old pictures (5): nobody is named from them');
});

test('a name that is missing because somebody said "not her" says so, and keeps her among those considered', () => {
  const saidMs = Date.UTC(2026, 10, 26, 13, 58);
  const denied = [{ personId: 'grace', name: 'Grace', distance: 0.4, saidMs }];
  const judge = (seen: string, frames: number): Verdict =>
    decide(
      [0, 1, 2].map((sequence) => ({ sequence, faces: [face(seen, sequence < frames ? { denied } : {})] })),
      { recognition, recogniser: 'test', timeZone: 'UTC' },
    );
  const verdict = judge('nadia 0.76', 3);
  assert.equal(verdict.outcome, 'stranger');
  assert.equal(
    verdict.reason,
    '0.40 from Grace, but you said “not Grace” at 13:58 on 26 November; otherwise the nearest is Nadia (0.76), 3 frames',
  );
  assert.deepEqual(verdict.decision.candidates.map(({ name, deniedMs }) => [name, deniedMs]), [['Grace', saidMs], ['Nadia', undefined]]); // prettier-ignore
  assert.match(
    judge('nadia 0.76', 1).reason,
    /^nobody known: the nearest is Nadia/,
    'one frame of three changed nothing',
  );
  assert.equal(judge('nadia 0.30', 3).outcome, 'known', 'a nearer name is not in doubt');
});

test('the more people and pictures, the nearer a face must be; a stricter household is not given names so easily', () => {
  const judged = (crowd: number, more: Partial<typeof recognition> = {}): Verdict => {
    const seen = face('ada 0.47, grace 0.70');
    const candidates = seen.candidates.map((candidate) => ({ ...candidate, crowd }));
    const sightings = [0, 1, 2].map((sequence) => ({ sequence, faces: [{ ...seen, candidates }] }));
    return decide(sightings, { recognition: { ...recognition, ...more }, recogniser: 'test' });
  };
  const [alone, family, crowded] = [judged(1), judged(8), judged(60)];
  assert.deepEqual([alone.outcome, family.outcome, crowded.outcome], ['known', 'probably', 'stranger']);
  assert.equal(judged(8, { strangersPerKnown: 1000 }).outcome, 'known');
  assert.equal(judged(8, { strangersPerName: 10_000 }).outcome, 'stranger');
  // What it rested on is kept, and how sure it was.
  assert.deepEqual(
    [alone, family, crowded].map(({ decision }) => decision.thresholds.probably),
    [0.5489, 0.504, 0.4605],
  );
  const sure = [alone, family, crowded].map(({ decision }) => decision.sure ?? 0);
  assert.ok(
    sure.every((one, at) => one < (sure[at - 1] ?? 1) && one > 0.5),
    `${sure.join(' ')}`,
  );
  assert.equal(alone.confidence, alone.decision.sure);
  assert.equal(decideOn('').decision.sure, 0);
});
