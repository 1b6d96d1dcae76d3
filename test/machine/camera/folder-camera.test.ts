import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { folderCamera } from '../../../src/machine/camera/folder-camera.ts';
import { cameraParts, greyOf, greyPicture, watch } from './camera-bench.ts';

async function folderOf(t: TestContext, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-folder-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

test('pictures are shown in the order of their numbers, two seconds each, over and over', async (t) => {
  const size = { width: 32, height: 32 };
  const folder = await folderOf(t, {
    '10.png': await greyPicture({ ...size, grey: 200 }),
    '2.png': await greyPicture({ ...size, grey: 100 }),
    'notes.txt': 'not a picture',
  });
  const { frames, end } = await watch(folderCamera(folder, cameraParts()), 6);
  assert.deepEqual(frames.map(greyOf), [100, 100, 200, 200, 100, 100]);
  assert.deepEqual(
    frames.map(({ capturedMs }) => Math.round((capturedMs - (frames[0]?.capturedMs ?? 0)) / 1000)),
    [0, 1, 2, 3, 4, 5],
  );
  assert.deepEqual(end, { outcome: 'ended' });
});

test('a frame has its own picture’s size and shape, within the camera’s', async (t) => {
  const folder = await folderOf(t, {
    'a.png': await greyPicture({ width: 40, height: 20, grey: 9 }),
    'b.png': await greyPicture({ width: 300, height: 100, grey: 9 }),
    'c.png': await greyPicture({ width: 100, height: 300, grey: 9 }),
  });
  const { frames } = await watch(folderCamera(folder, cameraParts()), 6);
  const sizes = frames.map(({ width, height, pixels }) => [width, height, pixels.byteLength]);
  assert.deepEqual([sizes[0], sizes[2], sizes[4]], [[40, 20, 1200], [64, 22, 2112], [16, 48, 1152]]); // prettier-ignore
});

test('a broken picture is skipped, with one complaint that names it', async (t) => {
  const folder = await folderOf(t, {
    'a.jpg': 'this is no JPEG',
    'b.png': await greyPicture({ width: 32, height: 32, grey: 50 }),
    'c.png': '',
  });
  const parts = cameraParts();
  const { frames } = await watch(folderCamera(folder, parts), 6);
  assert.deepEqual(new Set(frames.map(greyOf)), new Set([50]));
  assert.equal(parts.complaints.length, 2, 'three rounds, but one complaint each');
  assert.match(parts.complaints[0] ?? '', /^cannot show .*a\.jpg: /);
  assert.match(parts.complaints[1] ?? '', /^cannot show .*c\.png: /);
});

test('a folder without any usable picture fails and says why', async (t) => {
  const missing = await watch(folderCamera('/nowhere/at/all', cameraParts()), 1);
  assert.match(missing.end.outcome === 'failed' ? missing.end.reason : '', /^cannot show folder .*no such file/);
  const empty = await watch(folderCamera(await folderOf(t, {}), cameraParts()), 1);
  assert.match(empty.end.outcome === 'failed' ? empty.end.reason : '', /holds no picture \(\.jpg/);
  const broken = await watch(folderCamera(await folderOf(t, { 'a.jpg': 'x' }), cameraParts()), 1);
  assert.match(broken.end.outcome === 'failed' ? broken.end.reason : '', /none of its pictures can be read/);
});
