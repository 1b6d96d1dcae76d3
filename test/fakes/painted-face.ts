import { fromRgb } from '../../src/face/i420.ts';
import { apply, inverse, type Similarity } from '../../src/face/warp.ts';
import type { Landmarks } from '../../src/system/inference.ts';
import type { Pixels } from '../../src/system/pixels.ts';

/** Points 27 to 35, 36 to 47, 48 to 54 and 60 to 64 of dlib's mean face, as `get_face_chip_details` has them. */
const x = [
  0.490127, 0.490127, 0.490127, 0.490127, 0.36688, 0.426036, 0.490127, 0.554217, 0.613373, 0.121737, 0.187122, 0.265825,
  0.334606, 0.260918, 0.182743, 0.645647, 0.714428, 0.793132, 0.858516, 0.79751, 0.719335, 0.254149, 0.340985, 0.428858,
  0.490127, 0.551395, 0.639268, 0.726104, 0.290379, 0.428096, 0.490127, 0.552157, 0.689874,
];
const y = [
  0.203352, 0.307009, 0.409805, 0.515625, 0.587326, 0.609345, 0.628106, 0.609345, 0.587326, 0.216423, 0.178758,
  0.179852, 0.231733, 0.245099, 0.244077, 0.231733, 0.179852, 0.178758, 0.216423, 0.244077, 0.245099, 0.780233,
  0.745405, 0.727388, 0.742578, 0.727388, 0.745405, 0.780233, 0.784792, 0.778746, 0.785343, 0.778746, 0.784792,
];
const points = [...Array.from({ length: 28 }, (_, at) => 27 + at), 60, 61, 62, 63, 64];

/** Landmarks of the mean face where an aligned face has them; the points that alignment ignores lie in the middle. */
export function faceLandmarks(): Landmarks {
  const landmarks = new Float32Array(136).fill(75);
  for (const [at, point] of points.entries()) {
    landmarks[2 * point] = ((0.25 + (x[at] ?? 0)) / 1.5) * 150 - 0.5;
    landmarks[2 * point + 1] = ((0.25 + (y[at] ?? 0)) / 1.5) * 150 - 0.5;
  }
  return landmarks;
}

/** A turn clockwise in degrees, a scaling, a shift. */
export function similarityOf(parts: { degrees: number; scale: number; shiftX: number; shiftY: number }): Similarity {
  const radians = (parts.degrees * Math.PI) / 180;
  const { shiftX, shiftY } = parts;
  return { scaleX: parts.scale * Math.cos(radians), scaleY: parts.scale * Math.sin(radians), shiftX, shiftY };
}

/** An aligned face that lies, tilted, in the middle of a painted picture. */
export function inTheMiddle(degrees: number): Similarity {
  const placed = similarityOf({ degrees, scale: 1.2, shiftX: 0, shiftY: 0 });
  const [atX, atY] = apply(placed, 74.5, 74.5);
  return { ...placed, shiftX: side / 2 - atX, shiftY: side / 2 - atY };
}

const side = 360;

/** A 360x360 picture of a soft pattern that is turned, scaled and shifted as a face is by the similarity. */
export function paintedPicture(placed: Similarity): Pixels {
  const data = new Uint8Array(side * side * 3);
  const back = inverse(placed);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const [atX, atY] = apply(back, pixel % side, Math.floor(pixel / side));
    data[3 * pixel] = 128 + 100 * Math.sin(atX / 9) * Math.cos(atY / 14);
    data[3 * pixel + 1] = 128 + 90 * Math.cos(atX / 20);
    data[3 * pixel + 2] = 128 + 90 * Math.sin(atY / 17);
  }
  return fromRgb({ data, width: side, height: side });
}
