import assert from 'node:assert/strict';
import test from 'node:test';
import { runHostile } from './hostile-house.ts';
import { hostilePictures } from './hostile-pictures.ts';

const names = [
  '59.9 MP PNG, interlaced, 16 bits', 'JPEG of 20,000 scans', '60 MP AVIF by its boxes', 'TIFF of one tile of 3 GB',
  '260 MP WebP', 'JPEG of 255 colours', 'PNG with 200 MB of packed words', 'PDF', 'SVG with a billion laughs',
]; // prettier-ignore

for (const camera of ['demo', 'push'] as const)
  test(`hostile pictures are refused in words, and every press rings meanwhile (camera: ${camera})`, async () => {
    const all = await hostilePictures({ few: true });
    const pictures = all.filter(({ name }) => names.includes(name));
    assert.equal(pictures.length, names.length, 'a name has changed');
    const run = await runHostile({
      camera,
      pictures,
      quietPresses: 1,
      hostilePresses: 2,
      clients: 3,
      tell: () => undefined,
    });
    assert.deepEqual(run.faults, []);
    assert.equal(run.bellLost, 0);
    // 202: a newer picture of the camera came before this one was looked at.
    const expected = ['200', '413', '422', ...(camera === 'push' ? ['202'] : [])];
    assert.deepEqual(Object.keys(run.statuses).filter((status) => !expected.includes(status)), []); // prettier-ignore
    assert.equal(run.visitsWithoutFrames, 0);
  });
