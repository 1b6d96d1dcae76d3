import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { overlap } from '../../../src/face/box.ts';
import { fromRgb, toRgb } from '../../../src/face/i420.ts';
import { apartness, plainScoring, prepareFace } from '../../../src/face/scoring.ts';
import { distance } from '../../../src/face/similarity.ts';
import type { StartedInference } from '../../../src/machine/inference/onnx-inference.ts';
import type { DetectedFace, Embedding } from '../../../src/system/inference.ts';
import type { Pixels } from '../../../src/system/pixels.ts';
import { atDoor, demoPicture, onStreet, startRecognition, visitors } from '../../fakes/recognition.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { loadOracle, type Oracle } from '../../oracle/face-api.ts';

let started: StartedInference;
let dlib: StartedInference;
let oracle: Oracle;

before(async () => {
  started = await startRecognition();
  dlib = await startRecognition('dlib');
  oracle = await loadOracle();
});
after(async () => {
  await started.stop();
  await dlib.stop();
});

/** As the gallery compares. */
function apart(one: Embedding, other: Embedding): number {
  const { scoring = plainScoring } = started.inference;
  return apartness(prepareFace(scoring, one), prepareFace(scoring, other));
}

test('finds the faces that face-api finds, at the same places', async () => {
  // At the detector's own size nothing is resized, so that only the chroma of I420 differs.
  for (const sample of ['sample1.jpg', 'sample3.jpg', 'sample5.jpg', 'sample6.jpg']) {
    const picture = await demoPicture(sample, { width: 416, height: 234 });
    const faces = await started.inference.detect(picture, 'quick');
    const expected = await oracle.detectTiny(toRgb(picture), { inputSize: 416, scoreThreshold: 0.35 });
    assert(expected.length >= 2, `${sample}: the oracle finds ${expected.length}`);
    for (const box of expected) {
      const shared = Math.max(0, ...faces.map((face) => overlap(face.box, box)));
      assert(shared > 0.85, `${sample}: a face of face-api overlaps ours by ${shared}`);
    }
  }
});

test('sees the same people in a camera frame as face-api, with its landmarks and its embeddings', async () => {
  const picture = await demoPicture('sample3.jpg', { width: 1280, height: 720 });
  const faces = await started.inference.detect(picture, 'quick');
  const expected = await oracle.describe(toRgb(picture), { detector: 'tiny', inputSize: 416 });
  assert.equal(faces.length, expected.length);
  for (const theirs of expected) {
    const ours = faces.toSorted((a, b) => overlap(b.box, theirs) - overlap(a.box, theirs))[0];
    assert(ours !== undefined && overlap(ours.box, theirs) > 0.8);
    const apart =
      ours.landmarks.reduce((sum, value, at) => sum + Math.abs(value - (theirs.landmarks[at] ?? 0)), 0) / 136;
    assert(
      apart < ours.quality.widthPx * 0.02,
      `landmarks are ${apart} px apart on a face of ${ours.quality.widthPx} px`,
    );
    // Other alignment, other averaging, the same person by any threshold.
    const difference = distance(await dlib.inference.embed(picture, ours.landmarks), theirs.descriptor);
    assert(difference < 0.35, `embeddings are ${difference} apart`);
  }
});

test('at every tilt of the head a person is the same person, and nobody else', async () => {
  const upright = await Promise.all(visitors.map(async (visitor) => await only(await atDoor(visitor, 0))));
  for (const degrees of [0, 15, -30, 30]) {
    for (const [place, visitor] of visitors.entries()) {
      // Smaller than before, too: nobody comes twice in the same way.
      const embedding = await only(await atDoor({ ...visitor, side: visitor.side * 1.3 }, degrees));
      const distances = upright.map((other) => apart(embedding, other));
      const said = `${visitor.sample} at ${degrees} degrees: ${distances.map((value) => value.toFixed(2)).join(' ')}`;
      for (const [other, value] of distances.entries()) assert(other === place ? value < 0.25 : value > 0.56, said);
    }
  }
});

test('finds a face that fills the whole picture, and small faces with a thorough look', async () => {
  const scene = await demoPicture('sample3.jpg', { width: 1280, height: 720 });
  const [face] = await started.inference.detect(scene, 'quick');
  assert(face !== undefined);
  const tight = await cropped(scene, face);
  const found = [
    ...(await started.inference.detect(tight, 'quick')),
    ...(await started.inference.detect(tight, 'thorough')),
  ][0];
  assert(found !== undefined, 'the face that fills its picture');
  const difference = apart(
    await started.inference.embed(tight, found.landmarks),
    await started.inference.embed(scene, face.landmarks),
  );
  assert(difference < 0.3, `the same face, cropped, is ${difference} away`);

  const far = await onStreet(scene, 0.4);
  const quick = await started.inference.detect(far, 'quick');
  const thorough = await started.inference.detect(far, 'thorough');
  assert(thorough.length > quick.length, `${quick.length} quick, ${thorough.length} thorough`);
});

test('at night, with an eighth of the light and the noise of the sensor, faces are found', async () => {
  const random = new SeededRandom(5);
  for (const visitor of visitors) {
    const night = await atDoor(visitor, 0);
    const samples = new Uint8Array(night.pixels);
    const luma = samples.subarray(0, night.width * night.height);
    for (const [at, value] of luma.entries()) luma[at] = value * 0.12 + random.fraction() * 12;
    for (let at = luma.length; at < samples.length; at += 1) samples[at] = 128 + ((samples[at] ?? 0) - 128) * 0.12;
    const faces = await started.inference.detect(night, 'quick');
    const isThere = faces.some(({ box }) => Math.hypot(box.x + box.width / 2 - 640, box.y + box.height / 2 - 360) < 60);
    assert.ok(isThere, `${visitor.sample}: ${faces.length} faces, none in the middle`);
  }
});

test('an empty street has no faces, and frames of odd shapes are looked at all the same', async () => {
  for (const [width, height] of [
    [1280, 720],
    [720, 1280],
    [2, 2],
    [16, 1200],
    [640, 480],
  ] as const) {
    const picture: Pixels = { width, height, pixels: new SharedArrayBuffer((width * height * 3) / 2) };
    new Uint8Array(picture.pixels).fill(128);
    assert.deepEqual(await started.inference.detect(picture, 'quick'), []);
    assert.deepEqual(await started.inference.detect(picture, 'thorough'), []);
  }
});

test('a portrait picture of one person is found with a thorough look', async () => {
  const scene = await demoPicture('sample3.jpg', { width: 1280, height: 720 });
  const [face] = await started.inference.detect(scene, 'quick');
  assert(face !== undefined);
  const { x, width } = face.box;
  const left = Math.max(0, Math.floor((x - width / 2) / 2) * 2);
  const rgb = toRgb(scene, { left, top: 0, width: 404, height: 720 });
  const faces = await started.inference.detect(fromRgb(rgb), 'thorough');
  assert(faces.some((found) => Math.abs(found.box.x + left - x) < width / 2));
});

/** The embedding of the largest face. */
async function only(picture: Pixels): Promise<Float32Array> {
  const [face] = await started.inference.detect(picture, 'quick');
  assert(face !== undefined, 'a face is found');
  return await started.inference.embed(picture, face.landmarks);
}

/** Nothing but the face. */
async function cropped(picture: Pixels, { box }: DetectedFace): Promise<Pixels> {
  const even = (value: number): number => Math.floor(value / 2) * 2;
  const left = even(box.x + box.width * 0.1);
  const top = even(box.y + box.height * 0.1);
  return fromRgb(toRgb(picture, { left, top, width: even(box.width * 0.8), height: even(box.height * 0.8) }));
}
