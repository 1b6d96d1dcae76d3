import assert from 'node:assert/strict';
import test from 'node:test';
import { JpegCutter } from '../../../src/machine/camera/jpeg-cutter.ts';
import { greyPicture } from './camera-bench.ts';

/** A picture that holds another one, as cameras put a thumbnail into theirs, and a comment that looks like an end. */
async function pictures(): Promise<readonly Buffer[]> {
  const [small, large] = await Promise.all(
    [40, 200].map((grey) => greyPicture({ width: 32, height: 16, grey }, 'jpeg')),
  );
  assert.ok(small !== undefined && large !== undefined);
  const inner = Buffer.concat([Buffer.from('Exif\0\0'), small, Buffer.from([0xff, 0xd9])]);
  const head = Buffer.from([0xff, 0xe1, (inner.length + 2) >> 8, (inner.length + 2) & 0xff]);
  return [small, Buffer.concat([large.subarray(0, 2), head, inner, large.subarray(2)]), large];
}

test('pictures are cut out of whatever stands between them, each as its last byte comes', async () => {
  const wanted = await pictures();
  const between = ['HTTP rubbish', '--frame\r\nContent-Length: 7\r\n\r\n', '\r\n--other\r\n\r\n'];
  const stream = Buffer.concat(wanted.flatMap((picture, at) => [Buffer.from(between[at] ?? ''), picture]));
  for (const chunkBytes of [1, 7, 1000, stream.length]) {
    const cutter = new JpegCutter();
    const cut: { at: number; bytes: Buffer }[] = [];
    for (let at = 0; at < stream.length; at += chunkBytes)
      for (const { bytes } of cutter.take(stream.subarray(at, at + chunkBytes), at))
        cut.push({ at: Math.min(at + chunkBytes, stream.length), bytes: Buffer.from(bytes) });
    assert.deepEqual(cut.map(({ bytes }) => bytes), wanted, `in chunks of ${chunkBytes}`); // prettier-ignore
    if (chunkBytes === 1) assert.equal(cut.at(-1)?.at, stream.length, 'not one byte too late');
  }
});

test('a picture counts from its first byte', async () => {
  const [picture = Buffer.alloc(0)] = await pictures();
  const cutter = new JpegCutter();
  assert.deepEqual(cutter.take(picture.subarray(0, 50), 1000), []);
  assert.deepEqual(cutter.take(picture.subarray(50), 9000).map(({ beganMs }) => beganMs), [1000]); // prettier-ignore
});

test('what is cut short, or has no end, costs itself and no other', async () => {
  const [small = Buffer.alloc(0), , large = Buffer.alloc(0)] = await pictures();
  const cutter = new JpegCutter();
  const broken = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0x20, 0x20]);
  const cut = cutter.take(Buffer.concat([broken, large]), 0);
  assert.deepEqual(cut.map(({ bytes }) => Buffer.from(bytes)), [large]); // prettier-ignore
  const endless = new JpegCutter();
  endless.take(small.subarray(0, small.length - 2), 0);
  for (let megabyte = 0; megabyte < 9; megabyte += 1) endless.take(Buffer.alloc(1024 * 1024, 1), 0);
  assert.equal(endless.take(large, 5)[0]?.beganMs, 5);
});
