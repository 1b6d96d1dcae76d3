import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { evenSize, fromRgb, planesOf, toRgb } from '../../src/face/i420.ts';
import { createCanvas, drawOn, placeOn } from '../../src/face/letterbox.ts';

test('every colour survives the way to planes and back, but for rounding', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (colour) => {
      const rgb = [colour >> 16, (colour >> 8) & 255, colour & 255];
      const data = Uint8Array.from({ length: 2 * 2 * 3 }, (_, at) => rgb[at % 3] ?? 0);
      const back = toRgb(fromRgb({ data, width: 2, height: 2 })).data;
      for (const [at, value] of back.entries()) assert(Math.abs(value - (rgb[at % 3] ?? 0)) <= 2);
    }),
  );
});

test('an odd row and column are dropped, not shifted', () => {
  const data = new Uint8Array(5 * 3 * 3).fill(200);
  const picture = fromRgb({ data, width: 5, height: 3 });
  assert.deepEqual(evenSize({ width: 5, height: 3 }), { width: 4, height: 2 });
  assert.equal(picture.width, 4);
  assert.equal(picture.height, 2);
  assert(planesOf(picture).y.samples.every((value) => value === 200));
});

test('a part of a picture is converted as it lies in the whole, into a buffer that is large enough', () => {
  const data = Uint8Array.from({ length: 8 * 6 * 3 }, (_, at) => (at * 37) % 256);
  const picture = fromRgb({ data, width: 8, height: 6 });
  const whole = toRgb(picture);
  const into = new Uint8ClampedArray(500);
  const part = toRgb(picture, { left: 2, top: 2, width: 4, height: 2 }, into);
  assert.equal(part.data.buffer, into.buffer);
  assert.deepEqual([...part.data.subarray(0, 12)], [...whole.data.subarray((2 * 8 + 2) * 3, (2 * 8 + 6) * 3)]);
});

test('a picture of any size keeps its shape on a canvas and stays inside it', () => {
  const canvas = createCanvas(416, 234);
  const sizes = fc.integer({ min: 1, max: 2000 }).map((half) => 2 * half);
  fc.assert(
    fc.property(sizes, sizes, fc.constantFrom(1, 0.5), (width, height, share) => {
      const place = placeOn(canvas, { width, height }, share);
      assert(place.left >= 0 && place.left + place.width <= canvas.width);
      assert(place.top >= 0 && place.top + place.height <= canvas.height);
      assert([place.left, place.top, place.width, place.height].every((value) => value % 2 === 0));
      const stretch = place.width / width / (place.height / height);
      const isRounded = Math.min(place.width, place.height) < 40;
      assert(isRounded || (stretch > 0.94 && stretch < 1.06), `${width}x${height} is stretched by ${stretch}`);
    }),
  );
});

for (const [name, size] of Object.entries({ smaller: 100, larger: 900, 'of the same size': 234 })) {
  test(`a picture that is ${name} fills its place evenly, and the rest is black`, () => {
    const canvas = createCanvas(416, 234);
    canvas.y.samples.fill(99);
    const data = new Uint8Array(size * size * 3).fill(180);
    const picture = fromRgb({ data, width: size, height: size });
    const place = placeOn(canvas, picture);
    drawOn(canvas, picture, { place });
    assert.deepEqual(place, { left: 0, top: 0, width: 234, height: 234 });
    for (let row = 0; row < 234; row++) {
      assert.equal(canvas.y.samples[row * 416], 180);
      assert.equal(canvas.y.samples[row * 416 + 233], 180);
      assert.equal(canvas.y.samples[row * 416 + 234], 0);
    }
    assert(canvas.u.samples.every((value) => value === 128));
  });
}
