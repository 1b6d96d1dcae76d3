// Faces cut from the photographs inside the face-api package, and what can happen to a picture.
import { join } from 'node:path';

import sharp, { type Sharp } from 'sharp';

const demoFolder = join(import.meta.dirname, '../../node_modules/@vladmandic/face-api/demo');

/** Where a face is: number of the photograph, and the detector's square. */
export const demoFaces = {
  /** The same woman in two photographs. */
  red: { photo: 1, x: 1463, y: 190, side: 290 },
  redElsewhere: { photo: 3, x: 988, y: 243, side: 348 },
  green: { photo: 6, x: 1408, y: 342, side: 283 },
  olive: { photo: 6, x: 167, y: 554, side: 316 },
  curls: { photo: 3, x: 507, y: 362, side: 340 },
  purple: { photo: 3, x: 1441, y: 335, side: 321 },
  profile: { photo: 2, x: 300, y: 180, side: 279 },
} as const;

export type DemoFace = keyof typeof demoFaces;

const changes = {
  asItIs: (picture) => picture,
  codedAgain: (picture) => picture.modulate({ brightness: 1.02 }),
  mirrored: (picture) => picture.flop(),
  half: (picture) => picture.resize({ width: 240 }),
  bright: (picture) => picture.linear(1.25, 10),
  grey: (picture) => picture.modulate({ saturation: 0 }),
  small: (picture) => picture.resize({ width: 80 }),
  blurred: (picture) => picture.blur(9),
  dark: (picture) => picture.linear(0.16, 0),
  /** Before a bright sky, which leaves a face little light and a veil over it. */
  backlit: (picture) => picture.linear(0.2, 30),
  /** A cheap lens. */
  soft: (picture) => picture.blur(3),
} as const satisfies Record<string, (picture: Sharp) => Sharp>;

/** The face with a fifth of its width around it, as a JPEG. */
export async function demoPicture(name: DemoFace, change: keyof typeof changes = 'asItIs'): Promise<Uint8Array> {
  const { photo, x, y, side } = demoFaces[name];
  const margin = Math.round(side / 5);
  const cut = { left: x - margin, top: y - margin, width: side + 2 * margin, height: side + 2 * margin };
  const source = sharp(join(demoFolder, `sample${photo}.jpg`)).extract(cut);
  return changes[change](sharp(await source.png().toBuffer()))
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A whole photograph: three to five people. */
export function demoPhotograph(photo: number): Promise<Uint8Array> {
  return sharp(join(demoFolder, `sample${photo}.jpg`))
    .resize({ width: 1280 })
    .jpeg()
    .toBuffer();
}
