// The aligned faces whose activations set the ranges of the int8 recognisers.
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

/**
 * How a recogniser's aligned face lies in the square of a place: its height and width in pixels, by how much a pixel of
 * it is larger than one of dlib's 150, and how far its middle lies from the square's, in pixels of it.
 */
export type ChipShape = { side: number; scale: number; right: number; down: number };

/** The square itself, as dlib's recogniser reads it. */
export const dlibChip: ChipShape = { side: chipSide, scale: 1, right: 0, down: 0 };

/** ArcFace's five points laid on those of dlib's mean face, by least squares. */
export const arcFaceChip: ChipShape = { side: 112, scale: 1.449, right: -1.2, down: -16.3 };

type Picture = { data: Uint8Array; width: number; height: number };

/** Aligned faces, RGB, of one shape: each as it is, mirrored, brighter or darker, and cut more loosely. */
export async function readCalibrationFaces(folder: string, chip: ChipShape): Promise<Uint8Array[]> {
  // Loaded here, so that a checkout without its packages hears what is missing instead of a failed import.
  const { default: sharp } = await import('sharp');
  const faces: Uint8Array[] = [];
  for (const [file, list] of Object.entries(places)) {
    const decoded = sharp(path.join(folder, file)).removeAlpha().raw();
    const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
    const picture = { data, width: info.width, height: info.height };
    for (const [centreX, centreY, side, roll] of list) {
      const place = { centreX, centreY, side, roll };
      const face = cut(picture, place, chip);
      const brightness = at(brightnesses, (faces.length / facesPerPlace) % brightnesses.length);
      faces.push(face, mirror(face, chip), brighten(face, brightness));
      faces.push(cut(picture, { ...place, side: side * loose.side, roll: roll + loose.roll }, chip));
    }
  }
  return faces;
}

/**
 * The square at a place, turned upright; each pixel is the mean of as many samples as the face is shrunk by. Not the
 * product's own warp: who changes a rounding there must not change the recogniser, and with it every household's
 * embeddings.
 */
function cut({ data, width, height }: Picture, place: Place, chip: ChipShape): Uint8Array {
  const face = new Uint8Array(chip.side * chip.side * 3);
  const step = (place.side / chipSide) * chip.scale;
  const samples = Math.ceil(step);
  const cosine = Math.cos((place.roll * Math.PI) / 180) * step;
  const sine = Math.sin((place.roll * Math.PI) / 180) * step;
  for (let byte = 0; byte < face.length; byte++) {
    const pixel = Math.floor(byte / 3);
    let sum = 0;
    for (let sample = 0; sample < samples * samples; sample++) {
      const right = (pixel % chip.side) + ((sample % samples) + 0.5) / samples - chip.side / 2 + chip.right;
      const below = Math.floor(sample / samples);
      const down = Math.floor(pixel / chip.side) + (below + 0.5) / samples - chip.side / 2 + chip.down;
      const column = clamp(Math.floor(place.centreX + cosine * right - sine * down), width - 1);
      const row = clamp(Math.floor(place.centreY + sine * right + cosine * down), height - 1);
      sum += at(data, 3 * (row * width + column) + (byte % 3));
    }
    face[byte] = Math.round(sum / (samples * samples));
  }
  return face;
}

function mirror(face: Uint8Array, { side }: ChipShape): Uint8Array {
  return face.map((_, place) => {
    const column = Math.floor(place / 3) % side;
    return at(face, place + 3 * (side - 1 - 2 * column));
  });
}

function brighten(face: Uint8Array, factor: number): Uint8Array {
  return face.map((value) => clamp(Math.round(value * factor), 255));
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}
