import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { makeDemo } from '../../scripts/demo/make.ts';
import { demoCamera, readDemoVisitors } from '../../src/machine/camera/demo-camera.ts';
import { apartness, plainScoring, prepareFace } from '../../src/face/scoring.ts';
import { startInference } from '../../src/machine/inference/onnx-inference.ts';
import type { Embedding } from '../../src/system/inference.ts';
import { cameraParts, type SeenFrame } from '../machine/camera/camera-bench.ts';

const picturesFolder = resolve('node_modules/@vladmandic/face-api/demo');
const defaultKnownDistance = 0.5;
const defaultProbablyDistance = 0.56;

test('the demo is made once, the same each time, and says what is missing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-demo-'));
  t.after(() => rm(folder, { recursive: true }));
  const made = (name: string) => makeDemo({ picturesFolder, folder: join(folder, name), report: () => undefined });
  assert.equal((await made('a')).outcome, 'made');
  const before = await stat(join(folder, 'a/ada.jpg'));
  assert.equal((await made('a')).outcome, 'kept');
  assert.equal((await stat(join(folder, 'a/ada.jpg'))).mtimeMs, before.mtimeMs);
  await made('b');
  for (const file of ['door.jpg', 'ada.jpg', 'ada-mask.png', 'ada-enrolment.jpg', 'visitors.json'])
    assert.ok((await readFile(join(folder, 'a', file))).equals(await readFile(join(folder, 'b', file))), file);
  const missing = await makeDemo({ picturesFolder: folder, folder, report: () => undefined });
  assert.ok(missing.outcome === 'missing' && missing.file.endsWith('.jpg'));
});

test('the enrolled visitors are known at the door, from other pictures, and the strangers are not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-demo-'));
  t.after(() => rm(folder, { recursive: true }));
  await makeDemo({ picturesFolder, folder, report: () => undefined });
  const started = await startInference({ modelsFolder: resolve('.models'), threads: 1 });
  assert.ok(started.outcome === 'started', 'the models are there: npm test makes them');
  t.after(() => started.stop());
  const { inference } = started;
  const { scoring = plainScoring } = inference;
  const pictures = { ...started.pictures, decode: started.pictures.decodeOwn };

  const enrolled = new Map<string, Embedding>();
  const visitors = await readDemoVisitors(folder);
  for (const { id, enrolmentFile } of visitors) {
    if (enrolmentFile === undefined) continue;
    const decoded = await pictures.decode(await readFile(join(folder, enrolmentFile)));
    assert.ok(decoded.outcome === 'decoded');
    const [face, ...others] = await inference.detect(decoded.picture, 'quick');
    assert.ok(face !== undefined && others.length === 0, `one face to enrol ${id}`);
    enrolled.set(id, await inference.embed(decoded.picture, face.landmarks));
  }
  assert.deepEqual([enrolled.size, visitors.length], [2, 5]);

  const atDoor = new Map<string, SeenFrame>();
  const camera = demoCamera(folder, cameraParts({ pictures, width: 1280, height: 720, framesPerSecond: 2 }));
  const abort = new AbortController();
  const takeBuffer = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
  const deliver = (frame: SeenFrame): void => {
    const visitor = camera.nowAtDoor();
    if (visitor !== undefined) atDoor.set(visitor.id, frame);
    if (atDoor.size === visitors.length) abort.abort();
  };
  await camera.stream({ takeBuffer, deliver }, abort.signal);

  for (const [id, frame] of atDoor) {
    const [face, ...others] = await inference.detect(frame, 'quick');
    assert.ok(face !== undefined && others.length === 0, `one face while ${id} is at the door`);
    const { widthPx, sharpness, light } = face.quality;
    assert.ok(widthPx > 130 && widthPx < 200 && sharpness > 50 && light > 50 && light < 200, id);
    const seen = await inference.embed(frame, face.landmarks);
    for (const [name, reference] of enrolled) {
      const distance = apartness(prepareFace(scoring, seen), prepareFace(scoring, reference));
      if (name === id) assert.ok(distance > 0.02 && distance < defaultKnownDistance, `${id}: ${distance}`);
      else assert.ok(distance > defaultProbablyDistance, `${id} is taken for ${name}: ${distance}`);
    }
  }
});
