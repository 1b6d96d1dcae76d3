import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';

import { distance } from '../../../src/face/similarity.ts';
import { sessionOptions } from '../../../src/machine/inference/inference-session.ts';
import { startInference, type StartedInference } from '../../../src/machine/inference/onnx-inference.ts';
import type { DetectedFace } from '../../../src/system/inference.ts';
import type { Pixels } from '../../../src/system/pixels.ts';
import { paintedFace } from '../../fakes/held-picture.ts';
import { demoPicture, modelsFolder, startRecognition } from '../../fakes/recognition.ts';

let started: StartedInference;

before(async () => {
  started = await startRecognition();
});
after(async () => {
  await started.stop();
});

test('calls are answered in order, and no more wait than may', async () => {
  const picture = await demoPicture('sample1.jpg', { width: 640, height: 360 });
  const order: number[] = [];
  const calls = Array.from({ length: 70 }, async (_, at) => {
    await started.inference.detect(picture, 'quick');
    order.push(at);
  });
  const outcomes = await Promise.allSettled(calls);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 6);
  assert.match(String(refused[0]?.reason), /cannot recognise: 64 calls are waiting already/);
  assert.deepEqual(
    order,
    Array.from({ length: 64 }, (_, at) => at),
  );
});

test('when the thread dies, those who wait hear of it and the next call is answered by a new thread', async () => {
  const other = await startRecognition();
  try {
    const picture = await demoPicture('sample1.jpg', { width: 640, height: 360 });
    const before = await other.inference.detect(picture, 'quick');
    const waiting = assert.rejects(other.inference.detect(picture, 'quick'), /^Error: cannot recognise: /);
    // More than its memory: the thread really dies.
    const glut = { ...picture, junk: Array.from({ length: 12_000_000 }, (_, at) => at + 0.5) };
    const rejected = assert.rejects(other.inference.detect(glut, 'quick'), /the inference thread died: .*memory/i);
    await Promise.all([rejected, waiting.catch(() => undefined)]);
    assert.deepEqual(boxesOf(await other.inference.detect(picture, 'quick')), boxesOf(before));
    assert.equal(other.stats().restarts, 1);
    assert.match(other.stats().lastDeath ?? '', /memory/i);
  } finally {
    await other.stop();
  }
});

test('pictures have a thread of their own: its death costs no look, and the next picture is coded by a new thread', async () => {
  const other = await startRecognition();
  try {
    const picture = await demoPicture('sample1.jpg', { width: 1280, height: 720 });
    assert((await other.pictures.encode(picture, {})).length > 0);
    const glut = { quality: 80, junk: Array.from({ length: 12_000_000 }, (_, at) => at + 0.5) };
    const rejected = assert.rejects(other.pictures.encode(picture, glut), /the picture thread died: .*memory/i);
    assert((await other.inference.detect(picture, 'quick')).length > 0);
    await rejected;
    assert((await other.pictures.encode(picture, {})).length > 0);
    assert.equal(other.stats().restarts, 0);
  } finally {
    await other.stop();
  }
});

test('signs of a picture of a face are looked for in the thread of pictures: neither the bell nor a look waits', async () => {
  const burst = [0, 1, 2].map((at) => paintedFace({ x: 236 + 4 * at, y: 176 + 3 * at, isSheet: true }));
  const before = started.stats().spentMs.pictures ?? 0;
  assert.deepEqual(await started.pictures.signsOf(burst), ['edge']);
  assert.ok((started.stats().spentMs.pictures ?? 0) > before);
});

test('a restart rejects what waits, and a thread that was stopped answers nothing', async () => {
  const other = await startRecognition();
  try {
    const picture = await demoPicture('sample1.jpg', { width: 640, height: 360 });
    const calls = Array.from({ length: 5 }, async () => await other.inference.detect(picture, 'quick'));
    const outcomes = Promise.allSettled(calls);
    other.restart();
    for (const outcome of await outcomes) {
      assert(outcome.status === 'rejected');
      assert.match(String(outcome.reason), /cannot recognise: the inference thread died: it was restarted/);
    }
    assert((await other.inference.detect(picture, 'quick')).length > 0);
  } finally {
    await other.stop();
  }
  await assert.rejects(other.pictures.decodeOwn(new Uint8Array(1)), /coding pictures was stopped/);
});

test('a fault inside the thread is survived: the call is rejected, the next one is answered', async () => {
  const broken: Pixels = { width: 1280, height: 720, pixels: new SharedArrayBuffer(10) };
  await assert.rejects(started.inference.detect(broken, 'quick'), /cannot detect: /);
  const picture = await demoPicture('sample1.jpg', { width: 640, height: 360 });
  assert((await started.inference.detect(picture, 'quick')).length > 0);
});

test('without models, or with others than the manifest names, recognition says what to do', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'doorward-models-'));
  try {
    const missing = await startInference({ modelsFolder: folder, threads: 1 });
    assert.equal(missing.outcome, 'models-missing');
    assert('message' in missing);
    assert.match(missing.message, /^cannot start recognition: .*manifest\.json is missing: run npm run models$/);

    await cp(modelsFolder, folder, { recursive: true });
    const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as {
      models: Record<string, { file: string }>;
    };
    const detector = path.join(folder, manifest.models['tiny416Planes']?.file ?? '');
    const bytes = await readFile(detector);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(detector, bytes);
    const damaged = await startInference({ modelsFolder: folder, threads: 1 });
    assert.equal(damaged.outcome, 'models-damaged');
    assert('message' in damaged && damaged.message.includes(detector));

    await rm(detector);
    assert.equal((await startInference({ modelsFolder: folder, threads: 1 })).outcome, 'models-missing');

    await writeFile(path.join(folder, 'manifest.json'), '{"models": {}}');
    const wrong = await startInference({ modelsFolder: folder, threads: 1 });
    assert.equal(wrong.outcome, 'models-damaged');
    await writeFile(path.join(folder, 'manifest.json'), '{');
    assert.equal((await startInference({ modelsFolder: folder, threads: 1 })).outcome, 'models-damaged');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the reference recogniser has an identity of its own', async () => {
  const [dlib, reference] = [await startRecognition('dlib'), await startRecognition('dlib-reference')];
  try {
    assert.notEqual(reference.inference.recogniser, dlib.inference.recogniser);
    const picture = await demoPicture('sample3.jpg', { width: 1280, height: 720 });
    const [face] = await started.inference.detect(picture, 'quick');
    assert(face !== undefined);
    const [int8, exact] = [
      await dlib.inference.embed(picture, face.landmarks),
      await reference.inference.embed(picture, face.landmarks),
    ];
    const apart = distance(int8, exact);
    assert(apart > 0 && apart < 0.1, `int8 is ${apart} from the reference`);
  } finally {
    await dlib.stop();
    await reference.stop();
  }
});

test('sessions never spin: an idle doorbell stays cool', () => {
  const options = sessionOptions(2);
  assert.deepEqual(options.extra, {
    session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } },
  });
  assert.equal(options.intraOpNumThreads, 2);
});

function boxesOf(faces: readonly DetectedFace[]): unknown {
  return faces.map(({ box }) => box);
}
