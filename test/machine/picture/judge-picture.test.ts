import assert from 'node:assert/strict';
import test from 'node:test';
import { fromDecoder } from '../../../src/machine/picture/decoder-protocol.ts';
import { kindOf, weigh, type PictureFacts } from '../../../src/machine/picture/judge-picture.ts';
import { walkJpeg } from '../../../src/machine/picture/jpeg-walk.ts';

const ordinary: PictureFacts = {
  kind: 'jpeg', width: 4000, height: 3000, channels: 3, bytesPerSample: 1, needsWhole: false, isTurned: false, samplesPerPixel: 3,
}; // prettier-ignore

test('what a phone sends is let in, and what would fill the memory is not', () => {
  const isLetIn = (facts: Partial<PictureFacts>): boolean => typeof weigh({ ...ordinary, ...facts }) === 'number';
  assert.deepEqual(
    [
      isLetIn({ width: 8000, height: 6000 }),
      isLetIn({ width: 8000, height: 6000, isTurned: true }),
      isLetIn({ width: 3600, height: 2700, needsWhole: true, samplesPerPixel: 1.5 }),
      isLetIn({ kind: 'png', width: 6000, height: 4000 }),
      isLetIn({ kind: 'png', width: 3200, height: 2400, needsWhole: true }),
      isLetIn({ kind: 'avif', width: 1920, height: 1080 }),
      isLetIn({ kind: 'webp', width: 3000, height: 2200 }),
      isLetIn({ kind: 'tiff' }),
    ],
    [true, true, true, true, true, true, true, true],
  );
  assert.deepEqual(
    [
      isLetIn({ width: 7746, height: 7746 + 1 }),
      isLetIn({ width: 40_000, height: 10 }),
      isLetIn({ width: 8000, height: 6000, needsWhole: true }),
      isLetIn({ width: 5000, height: 4000, needsWhole: true, channels: 4, samplesPerPixel: 4 }),
      isLetIn({ kind: 'png', width: 7000, height: 7000, needsWhole: true }),
      isLetIn({ kind: 'png', width: 7000, height: 7000, isTurned: true }),
      isLetIn({ kind: 'tiff', width: 7000, height: 7000, isTurned: true }),
      isLetIn({ kind: 'avif', width: 5000, height: 5000 }),
      isLetIn({ kind: 'avif', width: 2000, height: 1600, channels: 4, bytesPerSample: 2 }),
      isLetIn({ kind: 'webp', width: 7000, height: 7000 }),
      isLetIn({ kind: 'tiff', width: 29_000, height: 2000, bytesPerSample: 8 }),
    ],
    Array.from({ length: 11 }, () => false),
  );
});

test('a picture is what its first bytes say, and nothing that may ask for files is decoded', () => {
  const kind = (head: string): string => {
    const known = kindOf(Buffer.from(head, 'latin1'));
    return typeof known === 'string' ? known : `${known.outcome}: ${known.message}`;
  };
  assert.equal(kind('\xff\xd8\xff\xe0'), 'jpeg');
  assert.equal(kind('\x89PNG\r\n\x1a\n'), 'png');
  assert.equal(kind('RIFF\n\0\0\0WEBPVP8 '), 'webp');
  assert.equal(kind('\0\0\0 ftypmif1\0\0\0\0mif1avif'), 'avif');
  assert.equal(kind('II*\0'), 'tiff');
  for (const [head, word] of [
    ['<svg xmlns', 'svg'],
    ['\xef\xbb\xbf <?xml version="1.0"?>', 'svg'],
    ['\n<!-- x --><svg', 'svg'],
    ['\x1f\x8b\x08', 'gzip'],
    ['%PDF-1.7', 'PDF'],
    ['junk first\n%PDF-1.4', 'PDF'],
    ['%!PS-Adobe', 'PostScript'],
    ['\0\0\0 ftypheic', 'HEIC'],
    ['GIF89a', 'gif'],
    ['BM', 'BMP'],
    ['push graphic-context\nfill url(x)', 'no picture'],
    ['', 'no picture'],
  ] as const) {
    assert.match(
      kind(head),
      new RegExp(`^(not-a-picture|animated): cannot read picture: it is .*${word}.*: send JPEG`),
    );
  }
});

test('the marks of a JPEG tell whether all of it must be kept, how often it is decoded, and whether it ends', () => {
  const frame = (mark: number): number[] => [0xff, mark, 0, 17, 8, 0, 8, 0, 8, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0];
  const scan = (components: number): number[] => [0xff, 0xda, 0, 3, components, 0x12, 0xff, 0x00, 0xff, 0xd3, 0x34];
  const start = [0xff, 0xd8, 0xff, 0xe1, 0, 8, 0xff, 0xd8, 0xff, 0xda, 0xff, 0xd9]; // A picture in its metadata.
  const end = [0xff, 0xd9];
  assert.deepEqual(walkJpeg(Uint8Array.from([...start, ...frame(0xc0), ...scan(3), ...end, 0xff, 0xda])), {
    samplesPerPixel: 1.5, needsWhole: false, scans: 1, hasEnd: true,
  }); // prettier-ignore
  assert.deepEqual(walkJpeg(Uint8Array.from([...start, ...frame(0xc2), ...scan(3), ...scan(1), ...scan(1)])), {
    samplesPerPixel: 1.5, needsWhole: true, scans: 3, hasEnd: false,
  }); // prettier-ignore
  const apart = walkJpeg(Uint8Array.from([...start, ...frame(0xc0), ...scan(1), ...scan(1), ...scan(1), ...end]));
  assert.equal(apart.needsWhole, true, 'one colour after the other');
  for (let length = 0; length < 40; length += 1)
    walkJpeg(Uint8Array.from([...start, ...frame(0xc4)]).subarray(0, length));
});

test('a process that a picture has taken over is believed nothing that cannot be', () => {
  assert.deepEqual(fromDecoder({ say: 'decoded', width: 1920, height: 2 }), { say: 'decoded', width: 1920, height: 2 });
  for (const lie of [
    undefined,
    'decoded',
    {},
    { say: 'decoded', width: 1922, height: 2 },
    { say: 'decoded', width: 3, height: 2 },
    { say: 'decoded', width: -2, height: 2 },
    { say: 'decoded', width: 1e9, height: 1e9 },
    { say: 'decoded', width: '2' },
    { say: 'refused', outcome: 'decoded', message: '' },
    { say: 'refused', outcome: 'busy', message: '' },
    { say: 'refused', outcome: 'corrupt' },
    { say: 'weighed', takesBytes: '1' },
  ])
    // prettier-ignore
    assert.equal(fromDecoder(lie), undefined, JSON.stringify(lie));
  const long = fromDecoder({ say: 'refused', outcome: 'corrupt', message: 'x'.repeat(100_000) });
  assert.ok(long?.say === 'refused' && long.message.length === 500);
});
