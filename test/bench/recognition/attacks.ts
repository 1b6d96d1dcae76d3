import sharp from 'sharp';
import { toRgb } from '../../../src/face/i420.ts';
import { middleOf } from '../../../src/face/landmark.ts';
import type { Pixels } from '../../../src/system/pixels.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { Seen } from './eye.ts';
import { drawOver, groundOf, sceneSize } from './scene.ts';
import { drawSheet, sheetOf, type Pose, type SheetKind } from './sheet.ts';

export const attackKinds: readonly SheetKind[] = [
  {
    name: 'print, white edge',
    widthPx: 115,
    reach: { across: 1.15, up: 1.3, down: 1.5 },
    edge: { width: 0.15, grey: 225 },
    light: (grey) => 30 + 0.72 * grey,
  },
  {
    name: 'print, cut out',
    widthPx: 115,
    reach: { across: 1.05, up: 1.2, down: 1.5 },
    edge: { width: 0, grey: 0 },
    light: (grey) => 35 + 0.65 * grey,
  },
  {
    name: 'phone',
    widthPx: 115,
    reach: { across: 0.9, up: 1.3, down: 1.5 },
    edge: { width: 0.08, grey: 12 },
    light: (grey) => 12 + 1.05 * grey,
    screenPixels: 140,
  },
  {
    name: 'tablet',
    widthPx: 150,
    reach: { across: 1.3, up: 1.4, down: 1.8 },
    edge: { width: 0.15, grey: 8 },
    light: (grey) => 15 + 0.95 * grey,
    screenPixels: 190,
  },
  {
    name: 'screen, no edge in view',
    widthPx: 170,
    reach: { across: 4, up: 2.2, down: 4 },
    edge: { width: 4, grey: 'as the picture' },
    light: (grey) => 12 + 1.02 * grey,
    screenPixels: 330,
  },
];

/** Somebody who moves before a door that does not: no attack. */
export const headBeforeDoor: SheetKind = {
  name: 'before a door',
  widthPx: 115,
  reach: { across: 1.3, up: 1.5, down: 2 },
  // A picture that ends above the shoulders goes on below.
  edge: { width: 1.5, grey: 'as the picture' },
  light: (grey) => grey,
  isHead: true,
};

/** Whether there is so much of the picture around the head that none of its own edges would be seen at the door. */
export function hasRoom({ width }: Pixels, { face }: Seen): boolean {
  const { x, y } = middleOf(face.landmarks);
  const wide = face.quality.widthPx;
  return Math.min(x, width - x) > 0.95 * wide && y > 1.1 * wide;
}

const channels = 3;
const frameSeconds = 0.125;

/** Frames of somebody who holds the picture before the camera. */
export async function attackFrames(
  kind: SheetKind,
  { picture, seen }: { readonly picture: Pixels; readonly seen: Seen },
  { random, frames }: { readonly random: SeededRandom; readonly frames: number },
): Promise<readonly Uint8Array[]> {
  const sheet = await sheetOf(kind, picture, seen);
  const ground = await doorGround(picture);
  const hand = handOf(random, kind.isHead === true);
  const noise = noiseOf(random);
  const made: Uint8Array[] = [];
  for (let at = 0; at < frames; at += 1) {
    const rgb = new Uint8Array(ground);
    drawSheet(rgb, sheet, poseAt(hand, at * frameSeconds));
    made.push(await asSeen(rgb, noise));
  }
  return made;
}

/** A door, a wall and what is seen of a street, none of which moves. */
async function doorGround(picture: Pixels): Promise<Buffer> {
  const { data, width, height } = toRgb(picture);
  const rgb = await groundOf(data, { raw: { width, height, channels } });
  const lines = [
    '<rect x="0" y="0" width="210" height="720" fill="#6d6258" opacity="0.6"/>',
    '<rect x="205" y="0" width="26" height="720" fill="#d8d4cc"/>',
    '<rect x="1010" y="0" width="22" height="720" fill="#cfcac2"/>',
    '<rect x="231" y="560" width="780" height="12" fill="#574f48" opacity="0.7"/>',
    '<rect x="700" y="40" width="240" height="170" fill="#b9c6d2" stroke="#ece8e0" stroke-width="9" opacity="0.8"/>',
  ];
  return drawOver({ rgb }, lines.join(''));
}

/** What a lens and a sensor make of it. */
async function asSeen(rgb: Uint8Array, noise: Float32Array): Promise<Uint8Array> {
  const soft = await sharp(rgb, { raw: { ...sceneSize, channels } })
    .blur(0.6)
    .raw()
    .toBuffer();
  const seen = new Uint8ClampedArray(soft.length);
  for (let at = 0; at < seen.length; at += 1) seen[at] = (soft[at] ?? 0) + (noise[at % noise.length] ?? 0);
  return new Uint8Array(seen.buffer);
}

/** Of a prime length, so that no row has the same as the next; normal enough. */
function noiseOf(random: SeededRandom): Float32Array {
  return Float32Array.from({ length: 16_381 }, () => (random.fraction() + random.fraction() - 1) * 4);
}

/** How a hand moves: slowly there and back, and never along one axis alone. */
type Hand = readonly {
  readonly by: number;
  readonly everySeconds: number;
  readonly phase: number;
  readonly rest: number;
}[];

function handOf(random: SeededRandom, isHead: boolean): Hand {
  const between = (least: number, most: number): number => least + random.fraction() * (most - least);
  const one = (by: readonly [number, number], rest: number): Hand[number] => ({
    by: between(...by),
    everySeconds: between(1.2, 3),
    phase: between(0, 2 * Math.PI),
    rest: between(-rest, rest),
  });
  // Right and down in pixels, nearer as a share, turned to the side, nodded and tilted in radians.
  const place = [one([6, 16], 60), one([4, 12], 20), one([0.01, 0.04], 0.05)];
  // A flat head must not be turned: a real one shows another side then.
  return isHead ? place : [...place, one([0.03, 0.2], 0.15), one([0.03, 0.12], 0.1), one([0.01, 0.04], 0.06)];
}

function poseAt(hand: Hand, seconds: number): Pose {
  const [right = 0, down = 0, nearer = 0, yaw = 0, pitch = 0, roll = 0] = hand.map(
    ({ by, everySeconds, phase, rest }) => rest + by * Math.sin((2 * Math.PI * seconds) / everySeconds + phase),
  );
  return { right, down, nearer, yaw, pitch, roll };
}
