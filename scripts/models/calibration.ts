// The aligned faces whose activations set the ranges of the int8 recogniser.
import path from 'node:path';

import { chipSide } from './recogniser.ts';
import { at } from './weights.ts';

/**
 * Where an aligned face lies in a picture: the centre and side of its square in pixels, and its roll in degrees
 * (clockwise). Found once by face-api (SSD, then landmarks on the upright face, then dlib's least-squares fit to its mean
 * face with padding 0.25), and rounded. They are constants because a detector's last bits differ between processors, and
 * the same packages shall give the same model everywhere.
 */
type Place = { centreX: number; centreY: number; side: number; roll: number };

const places: Record<string, [x: number, y: number, side: number, roll: number][]> = {
  'sample1.jpg': [
    [472, 503, 229, 0],
    [921, 572, 217, -28],
    [1555, 337, 229, 45],
  ],
  'sample2.jpg': [
    [1536, 309, 231, -18],
    [996, 380, 222, -2],
  ],
  'sample3.jpg': [
    [671, 484, 266, 1],
    [1613, 455, 264, -4],
    [1150, 380, 280, 12],
  ],
  'sample4.jpg': [
    [720, 204, 221, 29],
    [377, 340, 225, -21],
    [1035, 323, 209, 4],
    [1328, 280, 200, 29],
  ],
  'sample5.jpg': [
    [883, 239, 214, 7],
    [1183, 331, 205, 2],
    [1484, 558, 264, -9],
    [725, 559, 211, -2],
    [481, 1038, 276, -7],
  ],
  'sample6.jpg': [
    [749, 504, 268, -6],
    [1278, 485, 275, 1],
    [1567, 438, 282, 14],
    [386, 654, 278, -9],
  ],
};

/** The pictures used, by their names in the package's demo folder. */
export const calibrationPictures = Object.keys(places);

/** A face as alignment would cut it a little differently. */
const loose = { side: 1.08, roll: 4 };
const brightnesses = [1.35, 0.6];
/** Faces that one place gives. */
const facesPerPlace = 4;

type Picture = { data: Uint8Array; width: number; height: number };

/** Aligned faces, RGB 150x150: each as it is, mirrored, brighter or darker, and cut more loosely. */
export async function readCalibrationFaces(folder: string): Promise<Uint8Array[]> {
  // Loaded here, so that a checkout without its packages hears what is missing instead of a failed import.
  const { default: sharp } = await import('sharp');
  const faces: Uint8Array[] = [];
  for (const [file, list] of Object.entries(places)) {
    const decoded = sharp(path.join(folder, file)).removeAlpha().raw();
    const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
    const picture = { data, width: info.width, height: info.height };
    for (const [centreX, centreY, side, roll] of list) {
      const place = { centreX, centreY, side, roll };
      const face = cut(picture, place);
      const brightness = at(brightnesses, (faces.length / facesPerPlace) % brightnesses.length);
      faces.push(face, mirror(face), brighten(face, brightness));
      faces.push(cut(picture, { ...place, side: side * loose.side, roll: roll + loose.roll }));
    }
  }
  return faces;
}

/**
 * The square at a place, turned upright; each pixel is the mean of as many samples as the face is shrunk by. Not the
 * product's own warp: who changes a rounding there must not change the recogniser, and with it every household's
 * embeddings.
 */
function cut({ data, width, height }: Picture, { centreX, centreY, side, roll }: Place): Uint8Array {
  const face = new Uint8Array(chipSide * chipSide * 3);
  const samples = Math.ceil(side / chipSide);
  const cosine = (Math.cos((roll * Math.PI) / 180) * side) / chipSide;
  const sine = (Math.sin((roll * Math.PI) / 180) * side) / chipSide;
  for (let place = 0; place < face.length; place++) {
    const pixel = Math.floor(place / 3);
    let sum = 0;
    for (let sample = 0; sample < samples * samples; sample++) {
      const right = (pixel % chipSide) + ((sample % samples) + 0.5) / samples - chipSide / 2;
      const down = Math.floor(pixel / chipSide) + (Math.floor(sample / samples) + 0.5) / samples - chipSide / 2;
      const column = clamp(Math.floor(centreX + cosine * right - sine * down), width - 1);
      const row = clamp(Math.floor(centreY + sine * right + cosine * down), height - 1);
      sum += at(data, 3 * (row * width + column) + (place % 3));
    }
    face[place] = Math.round(sum / (samples * samples));
  }
  return face;
}

function mirror(face: Uint8Array): Uint8Array {
  return face.map((_, place) => {
    const column = Math.floor(place / 3) % chipSide;
    return at(face, place + 3 * (chipSide - 1 - 2 * column));
  });
}

function brighten(face: Uint8Array, factor: number): Uint8Array {
  return face.map((value) => clamp(Math.round(value * factor), 255));
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}
