import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { recogniseGoldenFaces } from '../../../src/appliance/trial/golden-faces.ts';
import { openRecognition } from '../../../src/appliance/recognition.ts';
import { nodeDisk } from '../../../src/machine/node/node-disk.ts';
import { parseManifest, serialiseManifest, type Manifest } from '../../../src/release/manifest.ts';
import { silentLog } from '../../web/house.ts';

const models = join(import.meta.dirname, '..', '..', '..', '.models');
const settings = {
  strangersPerName: 1000, strangersPerKnown: 10_000, faceWidthPxMin: 48, detailMin: 0.15, yawDegMax: 40,
  lightMax: 235, strangerDistance: 0.5, liveness: true,
}; // prettier-ignore

function manifestWith(folder: string, faces: readonly { file: string; person: string }[]): void {
  const files = faces.map(({ file }) => {
    const content = readFileSync(join(folder, file));
    return {
      path: file,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      mode: 0o644 as const,
    };
  });
  const manifest: Manifest = {
    format: 1, name: 'doorward', version: '1.0.0', architecture: 'any', hardware: [], follows: '0.0.0',
    schema: { lowest: 1, highest: 1 }, entry: ['node', 'ada.jpg'], files, goldenFaces: [...faces], createdMs: 0,
    payload: { bytes: 1, chunkBytes: 1024 * 1024, chunks: ['0'.repeat(64)] },
  }; // prettier-ignore
  const bytes = Buffer.from(serialiseManifest(manifest));
  const parsed = parseManifest(bytes);
  assert.notEqual(typeof parsed, 'string', JSON.stringify(parsed));
  writeFileSync(join(folder, 'manifest.json'), bytes);
}

test('a release recognises the faces that it carries, and not one under a wrong name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-golden-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const recognition = await openRecognition({ modelsFolder: models }, silentLog);
  t.after(() => recognition.stop());
  const parts = { directory: folder, disk: nodeDisk, recognition, settings };
  assert.deepEqual(await recogniseGoldenFaces(parts), { expected: 0, recognised: 0 }, 'a checkout carries none');
  for (const name of ['ada', 'grace', 'ada-enrolment', 'grace-enrolment'])
    copyFileSync(join(models, 'demo', `${name}.jpg`), join(folder, `${name}.jpg`));
  const ada = [{ file: 'ada.jpg', person: 'Ada' }, { file: 'ada-enrolment.jpg', person: 'Ada' }]; // prettier-ignore
  const grace = { file: 'grace.jpg', person: 'Grace' };
  manifestWith(folder, [...ada, grace, { file: 'grace-enrolment.jpg', person: 'Grace' }]);
  assert.deepEqual(await recogniseGoldenFaces(parts), { expected: 4, recognised: 4 });
  manifestWith(folder, [...ada, grace, { file: 'grace-enrolment.jpg', person: 'Ada' }]);
  assert.equal((await recogniseGoldenFaces(parts)).recognised < 4, true);
});
