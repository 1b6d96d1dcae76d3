import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openRecognition } from '../../src/appliance/recognition.ts';
import { pictureOf } from '../fakes/scripted-inference.ts';
import { RecordingLog } from '../fakes/recorders.ts';

const models = join(import.meta.dirname, '..', '..', '.models');

test('nobody waits for the nets but who asks them; afterwards nothing is said to be loading', async () => {
  const recognition = await openRecognition({ modelsFolder: models }, new RecordingLog());
  assert.ok(recognition.inference.loading !== undefined);
  assert.deepEqual(await recognition.inference.detect(pictureOf(0), 'quick'), []);
  assert.deepEqual([recognition.inference.loading, recognition.fault], [undefined, undefined]);
  await recognition.stop();
});

test('a net that turns out to be damaged while it is loaded is said once, and whoever asks hears why', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-models-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(models, folder, { recursive: true });
  truncateSync(join(folder, 'landmarks68.onnx'), 1000);
  const log = new RecordingLog();
  const recognition = await openRecognition({ modelsFolder: folder }, log);
  assert.equal(recognition.fault, undefined, 'it is not known yet');
  await assert.rejects(recognition.inference.detect(pictureOf(0), 'quick'), /landmarks68/);
  assert.match(recognition.fault ?? '', /landmarks68/);
  await recognition.loaded;
  assert.deepEqual(
    log.lines.map(({ level, message }) => [level, message]),
    [['error', 'nobody will be recognised']],
  );
  await recognition.stop();
});
