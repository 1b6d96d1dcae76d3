import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Finding } from '../../src/command/finding.ts';
import { newFolder, type } from './typed.ts';

test('what faces are told apart by is looked at like every other net, whichever of them is in use', async (context) => {
  const folder = newFolder(context);
  const models = join(folder, 'models');
  const sha256 = createHash('sha256').update('model').digest('hex');
  const say = async (): Promise<string> => {
    const { out } = await type(folder, ['doctor', '--json'], { isRunning: false });
    return (JSON.parse(out) as Finding[]).find(({ name }) => name === 'models')?.message ?? '';
  };
  mkdirSync(models);
  const recognisers = [{ model: { file: 'a.onnx', sha256 } }, { model: { file: 'dlib.onnx', sha256 } }];
  writeFileSync(join(models, 'manifest.json'), JSON.stringify({ models: { a: recognisers[0]?.model }, recognisers }));
  for (const file of ['a.onnx', 'dlib.onnx']) writeFileSync(join(models, file), 'model');
  assert.match(await say(), /^2 in .*, intact$/);
  const added = join(folder, 'home', 'models', 'mine');
  mkdirSync(added, { recursive: true });
  writeFileSync(join(added, 'manifest.json'), JSON.stringify({ model: { file: 'net.onnx', sha256 } }));
  writeFileSync(join(added, 'net.onnx'), 'model');
  assert.match(await say(), /^2 in .*, and 1 that were added, intact$/);
  writeFileSync(join(added, 'net.onnx'), 'altered');
  assert.match(await say(), /home\/models\/mine: it is not what its manifest names/);
  writeFileSync(join(models, 'dlib.onnx'), 'altered');
  assert.match(await say(), /dlib\.onnx: it is not what manifest\.json names/);
});
