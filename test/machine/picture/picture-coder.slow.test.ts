import assert from 'node:assert/strict';
import test from 'node:test';
import sharp, { type Sharp } from 'sharp';

import { toRgb } from '../../../src/face/i420.ts';
import { sharpPictures } from '../../../src/machine/picture/picture-coder.ts';
import { pictureLimits } from '../../../src/system/inference.ts';
import type { Pixels } from '../../../src/system/pixels.ts';

const pictures = sharpPictures();

/** Left half red, right half blue, 64x32. */
async function flag(format: 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff'): Promise<Buffer> {
  return await flagPixels().toFormat(format, { quality: 95 }).toBuffer();
}

function flagPixels(): Sharp {
  const data = Buffer.alloc(64 * 32 * 3);
  for (let pixel = 0; pixel < 64 * 32; pixel++) data[3 * pixel + (pixel % 64 < 32 ? 0 : 2)] = 200;
  return sharp(data, { raw: { width: 64, height: 32, channels: 3 } });
}

async function decoded(bytes: Uint8Array): Promise<Pixels> {
  const result = await pictures.decode(bytes);
  assert(result.outcome === 'decoded', 'message' in result ? result.message : '');
  return result.picture;
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const result = await pictures.decode(bytes);
  assert(result.outcome !== 'decoded', 'the picture was read');
  assert.match(result.message, /^cannot read picture: /);
  return `${result.outcome}: ${result.message}`;
}

/** A picture that no format makes small. */
function noisy(): Sharp {
  const data = Buffer.from(Array.from({ length: 300 * 200 * 3 }, (_, at) => (at * 7919) % 251));
  return sharp(data, { raw: { width: 300, height: 200, channels: 3 } });
}

function large(): Sharp {
  return sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#336699' } });
}

function colourAt(picture: Pixels, x: number, y: number): number[] {
  const { data, width } = toRgb(picture);
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

function isRed([red = 0, green = 0, blue = 0]: number[]): boolean {
  return red > 150 && green < 70 && blue < 70;
}

for (const format of ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const) {
  test(`reads ${format} as it looks`, async () => {
    const picture = await decoded(await flag(format));
    assert.deepEqual([picture.width, picture.height], [64, 32]);
    assert(isRed(colourAt(picture, 8, 16)), `left is ${colourAt(picture, 8, 16).join()}`);
    assert(!isRed(colourAt(picture, 56, 16)));
  });
}

test('a phone picture is turned as its EXIF says', async () => {
  const turned = await flagPixels().jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const picture = await decoded(turned);
  assert.deepEqual([picture.width, picture.height], [32, 64]);
  assert(isRed(colourAt(picture, 16, 8)), 'what was left is above');
});

test('print colours (CMYK), grey, 16 bits and transparency are read as they look', async () => {
  const cmyk = await decoded(await flagPixels().toColourspace('cmyk').jpeg().toBuffer());
  const [red = 0, , blue = 255] = colourAt(cmyk, 8, 16);
  assert(red > 120 && blue < 110, `the left of the CMYK picture is ${colourAt(cmyk, 8, 16).join()}`);
  const grey = await decoded(await flagPixels().greyscale().png().toBuffer());
  const [r = 0, g = 255, b = 0] = colourAt(grey, 8, 16);
  assert(Math.abs(r - g) < 3 && Math.abs(g - b) < 3);
  const deep = await decoded(await flagPixels().toColourspace('rgb16').png().toBuffer());
  assert(isRed(colourAt(deep, 8, 16)));
  const clear = { create: { width: 8, height: 8, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } } };
  assert.deepEqual(colourAt(await decoded(await sharp(clear).png().toBuffer()), 4, 4), [128, 128, 128]);
});

test('a large picture is shrunk, an odd one loses an odd row, and a buffer that is lent is used', async () => {
  const create = (width: number, height: number): Sharp => {
    return sharp({ create: { width, height, channels: 3, background: '#336699' } });
  };
  const large = await decoded(await create(4000, 2000).jpeg().toBuffer());
  assert.deepEqual([large.width, large.height], [1920, 960]);
  const odd = await decoded(await create(33, 17).png().toBuffer());
  assert.deepEqual([odd.width, odd.height], [32, 16]);
  const lent = new SharedArrayBuffer(5000);
  const result = await pictures.decode(await create(32, 16).png().toBuffer(), () => lent);
  assert(result.outcome === 'decoded' && result.picture.pixels === lent);
});

test('files that are no pictures say so', async () => {
  assert.match(await refusal(new Uint8Array(0)), /^empty: .*the file is empty/);
  assert.match(await refusal(Buffer.from('Dear doorbell, this is a letter.')), /^not-a-picture: .*send JPEG/);
  const vector = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><rect width="9" height="9"/></svg>';
  assert.match(await refusal(Buffer.from(vector)), /^not-a-picture: .*svg/);
  assert.match(await refusal(await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } }).png().toBuffer()), /^not-a-picture: .*1x1 pixels/); // prettier-ignore
});

test('damaged and cut-off pictures are refused, wherever the damage is', async () => {
  const jpeg = await noisy().jpeg().toBuffer();
  const png = await noisy().png().toBuffer();
  assert.match(await refusal(jpeg.subarray(0, jpeg.length >> 1)), /^corrupt: .*damaged/);
  assert.match(await refusal(png.subarray(0, png.length >> 1)), /^corrupt: .*damaged/);
  assert.match(await refusal(jpeg.subarray(0, 40)), /^corrupt: .*damaged|^not-a-picture/);
  const holed = Buffer.from(png);
  holed.fill(0, png.length >> 1, (png.length >> 1) + 200);
  assert.match(await refusal(holed), /^corrupt: .*damaged/);
});

test('a JPEG that lacks only its end mark is read, one that lacks a byte more is damaged', async () => {
  for (const progressive of [false, true]) {
    const jpeg = await noisy().jpeg({ progressive }).toBuffer();
    assert.deepEqual([...jpeg.subarray(-2)], [0xff, 0xd9]);
    const whole = await decoded(jpeg);
    const lacking = await decoded(jpeg.subarray(0, -2));
    assert.deepEqual(new Uint8Array(lacking.pixels), new Uint8Array(whole.pixels));
    for (const missing of [12, 200]) assert.match(await refusal(jpeg.subarray(0, -missing)), /^corrupt: .*damaged/);
  }
});

test('each format has its own most pixels, told with the refusal', async () => {
  const interlaced = await large().resize(3200, 2500).png({ progressive: true, compressionLevel: 1 }).toBuffer();
  assert.equal((await pictures.decode(interlaced)).outcome, 'decoded', '8 megapixels, interlaced');
  const avif = await large().resize(2600, 2600).avif({ effort: 0 }).toBuffer();
  assert.match(await refusal(avif), /^too-large: .*2600x2600 pixels; at most 1\.\d million as AVIF/);
  const lossless = await large().webp({ lossless: true, effort: 0 }).toBuffer();
  assert.match(await refusal(lossless), /^too-large: .*at most \d\.\d million as WebP/);
});

test('moving pictures are refused, with what to send instead', async () => {
  const frames = Buffer.alloc(16 * 32 * 3, 90);
  frames.fill(200, 16 * 16 * 3);
  const moving = sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } });
  assert.match(await refusal(await moving.clone().gif().toBuffer()), /^animated: .*gif.*still picture.*send JPEG/);
  assert.match(await refusal(await moving.clone().webp({ loop: 0 }).toBuffer()), /^animated: .*still picture/);
});

test('too many bytes and too many pixels are refused before they are read', async () => {
  const heavy = new Uint8Array(pictureLimits.fileBytesMax + 1);
  assert.match(await refusal(heavy), /^too-large: .*16\.0 MB/);
  const side = 8000;
  const bomb = await sharp({ create: { width: side, height: side, channels: 3, background: 'white' } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  assert(bomb.length < pictureLimits.fileBytesMax);
  assert.match(await refusal(bomb), /^too-large: .*8000x8000 pixels; at most 60 million/);
});

test('encodes the whole picture, a part of it, and a small one', async () => {
  const picture = await decoded(await flag('png'));
  const whole = await sharp(await pictures.encode(picture, {})).metadata();
  assert.deepEqual([whole.format, whole.width, whole.height], ['jpeg', 64, 32]);
  const right = await pictures.encode(picture, { box: { x: 33, y: -5, width: 500, height: 20 } });
  const { data, info } = await sharp(right).raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [32, 16]);
  assert((data[3 * 20 + 2] ?? 0) > 150 && (data[3 * 20] ?? 255) < 70, 'the right part is blue');
  const small = await sharp(await pictures.encode(picture, { widthMax: 16 })).metadata();
  assert.deepEqual([small.width, small.height], [16, 8]);
  const beside = await sharp(await pictures.encode(picture, { box: { x: 900, y: 0, width: 9, height: 9 } })).metadata();
  assert.equal(beside.width, 64, 'a box beside the picture shows the picture');
  const [fine, coarse] = [
    await pictures.encode(picture, { quality: 95 }),
    await pictures.encode(picture, { quality: 20 }),
  ];
  assert(fine.length > coarse.length);
});
