import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { sharpPictures } from '../../src/machine/picture/picture-coder.ts';
import type { Pixels } from '../../src/system/pixels.ts';
import type { House } from './house.ts';
import { faceOf, personOf, visitOf } from './neighbours.ts';

const demo = 'node_modules/@vladmandic/face-api/demo';
/** Faces of the demo pictures: where they are, in pixels. */
const portraits = [
  { file: 'sample3.jpg', left: 1015, top: 130, size: 400 },
  { file: 'sample3.jpg', left: 1390, top: 270, size: 380 },
  { file: 'sample3.jpg', left: 430, top: 210, size: 400 },
  { file: 'sample1.jpg', left: 1350, top: 160, size: 400 },
];
export const hostileName = `<img src=x onerror="document.title='broken in'"><b>Mallory</b> \u202Eyrollam`;

/** Fills a house with people, visits and real pictures, and points its camera at one of them. */
export async function moveIn(house: House): Promise<void> {
  const { neighbours, home } = house;
  house.pictures = sharpPictures();
  const nowMs = Date.now();
  const minute = 60_000;
  for (const [number, portrait] of portraits.entries()) {
    const { file, left, top, size } = portrait;
    const whole = sharp(join(demo, file));
    mkdirSync(join(home.visits, `visit-${number}`), { recursive: true });
    const face = whole.clone().extract({ left, top, width: size, height: size });
    await face
      .clone()
      .resize(300)
      .jpeg()
      .toFile(join(home.people, `face-${number}.jpg`));
    await face
      .clone()
      .resize(240)
      .jpeg()
      .toFile(join(home.visits, `visit-${number}/thumbnail.jpg`));
    await whole
      .clone()
      .resize(1280, 720, { fit: 'cover' })
      .jpeg()
      .toFile(join(home.visits, `visit-${number}/frame-0.jpg`));
  }
  neighbours.folk = [
    personOf('ada', 'Ada Lovelace'),
    personOf('grace', 'Grace Hopper'),
    personOf('mallory', hostileName, { standing: 'watched' }),
    personOf('noor', 'نور الدين', { standing: 'ignored' }),
    personOf('yuki', '雪'),
  ];
  neighbours.faces = [faceOf('face-0', 'ada'), faceOf('face-1', 'grace'), faceOf('face-3', 'yuki')];
  neighbours.unnamed = [
    {
      id: 'stranger-1',
      createdMs: nowMs,
      personId: undefined,
      visits: 4,
      lastSeenMs: nowMs - 30 * minute,
      thumbnail: 'visits/visit-2/thumbnail.jpg',
    },
    {
      id: 'stranger-2',
      createdMs: nowMs,
      personId: undefined,
      visits: 1,
      lastSeenMs: nowMs - 2000 * minute,
      thumbnail: 'visits/visit-3/thumbnail.jpg',
    },
  ];
  const pictures = (number: number) => ({
    frames: [`visits/visit-${number}/frame-0.jpg`, `visits/visit-${(number + 1) % 4}/frame-0.jpg`],
    picture: `visits/visit-${number}/frame-0.jpg`,
    thumbnail: `visits/visit-${number}/thumbnail.jpg`,
  });
  const stranger = {
    personId: undefined,
    personName: undefined,
    outcome: 'stranger',
    strangerId: 'stranger-1',
  } as const;
  neighbours.past = [
    visitOf('visit-0', {
      startedMs: nowMs - 4 * minute,
      ...pictures(0),
      personName: 'Ada Lovelace',
      reason: 'Ada Lovelace: distance 0.31 (0.50 allowed), 0.30 nearer than Grace Hopper, 5 of 5 frames agree',
    }),
    visitOf('visit-2', {
      startedMs: nowMs - 31 * minute,
      ...pictures(2),
      ...stranger,
      reason: 'nobody known: the nearest is Grace Hopper (0.68), 0.56 allowed, 5 frames',
    }),
    visitOf('visit-1', {
      startedMs: nowMs - 95 * minute,
      ...pictures(1),
      outcome: 'probably',
      personId: 'grace',
      personName: 'Grace Hopper',
      reason: 'Grace Hopper: distance 0.53 (0.56 allowed), 0.08 nearer than 雪, 3 of 5 frames agree',
    }),
    visitOf('visit-5', {
      startedMs: nowMs - 26 * 60 * minute,
      frames: [],
      picture: undefined,
      thumbnail: undefined,
      personId: undefined,
      personName: undefined,
      outcome: 'no-face',
      source: 'motion',
      reason: 'face 31 px wide, 48 needed: stand 36 % nearer or mount the camera lower',
    }),
    visitOf('visit-3', {
      startedMs: nowMs - 27 * 60 * minute,
      ...pictures(3),
      personId: 'mallory',
      personName: hostileName,
      reason: `${hostileName}: distance 0.40 (0.50 allowed)`,
    }),
  ];
}

/** A frame of a demo picture, 1280x720, for the camera to show. */
export async function demoFrame(file: string): Promise<Pixels> {
  const jpeg = await sharp(join(demo, file)).resize(1280, 720, { fit: 'cover' }).jpeg().toBuffer();
  const decoded = await sharpPictures().decode(jpeg);
  if (decoded.outcome !== 'decoded') throw new Error(decoded.message);
  return decoded.picture;
}
