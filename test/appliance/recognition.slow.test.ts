import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
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

test('a pack that is not there, or whose net is damaged, makes room for the release’s own, and that is said', async (t) => {
  const addedFolder = mkdtempSync(join(tmpdir(), 'doorward-added-'));
  t.after(() => rmSync(addedFolder, { recursive: true }));
  const { recognisers } = JSON.parse(readFileSync(join(models, 'manifest.json'), 'utf8')) as {
    recognisers: readonly { name: string; model: { file: string } }[];
  };
  const dlib = recognisers.find(({ name }) => name === 'dlib');
  assert.ok(dlib !== undefined);
  const folder = join(addedFolder, 'mine');
  mkdirSync(folder);
  cpSync(join(models, dlib.model.file), join(folder, dlib.model.file));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...dlib, name: 'mine', embeddingMark: 'mine-1' }));
  const opened = async (recogniser: string): Promise<readonly unknown[]> => {
    const log = new RecordingLog();
    const recognition = await openRecognition({ modelsFolder: models, addedFolder, recogniser }, log);
    let changes = 0;
    recognition.onChange(() => (changes += 1));
    await recognition.loaded;
    assert.deepEqual(await recognition.inference.detect(pictureOf(0), 'quick'), []);
    const { pack, inference, complaint = '', fault } = recognition;
    await recognition.stop();
    return [pack, inference.recogniser.split('-')[0], complaint, fault, changes];
  };
  assert.deepEqual(await opened('mine'), ['mine', 'mine', '', undefined, 0]);
  truncateSync(join(folder, dlib.model.file), 1000);
  const [pack, mark, complaint, fault, changes] = await opened('mine');
  assert.deepEqual([pack, mark, fault, changes], ['mobilefacenet', 'mobile_face_net', undefined, 1]);
  assert.match(String(complaint), /^cannot use models\.recogniser = "mine": .*recogniser-int8\.onnx is not what/);
  for (const [name, why] of [
    ['nobody', /there is no model pack "nobody"/],
    ['../mine', /there is no model pack/],
  ] as const) {
    const [instead, , said] = await opened(name);
    assert.equal(instead, 'mobilefacenet');
    assert.match(String(said), why);
  }
});
