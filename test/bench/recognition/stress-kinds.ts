import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { Landmarks } from '../../../src/system/inference.ts';
import { blurred, drawOver, jpegOf, rgbOfJpeg, sceneSize, turned, type Scene } from './scene.ts';

/** Something that makes faces hard to recognise, made by script from a picture of a good one. */
export interface StressKind {
  readonly name: string;
  readonly widthPx: number;
  readonly make: (scene: Scene) => Promise<Uint8Array> | Uint8Array;
}

/** Width of the face where the kind is not about size: somebody at arm's length of the bell. */
const nearPx = 115;
const noiseDeviation = 4;

export const stressKinds: readonly StressKind[] = [
  { name: 'clean', widthPx: nearPx, make: ({ rgb }) => rgb },
  ...[128, 96, 80, 64, 48, 40, 32].map((widthPx): StressKind => ({
    name: `${widthPx} px`,
    widthPx,
    make: ({ rgb }) => rgb,
  })),
  near('motion 7 px', ({ rgb }) => smeared(rgb, 7)),
  near('motion 13 px', ({ rgb }) => smeared(rgb, 13)),
  near('out of focus 1.5 px', (scene) => blurred(scene, 1.5)),
  near('out of focus 3 px', (scene) => blurred(scene, 3)),
  near('light x0.3', ({ rgb }) => darkened(rgb, 0.3)),
  near('light x0.12', ({ rgb }) => darkened(rgb, 0.12)),
  near('backlight', backlit),
  near('infra-red', infraRed),
  near('JPEG 20', async ({ rgb }) => rgbOfJpeg(await jpegOf(rgb, 20))),
  near('roll 30', (scene) => turned(scene, 30)),
  near('mask', masked),
  near('sunglasses', shaded),
  near('cap', capped),
];

/** What no door should have to bear, for the curves: how errors grow where the gate begins. */
export const curveKinds: readonly StressKind[] = [
  ...[2, 4, 5, 8].map((px) => near(`out of focus ${px} px`, (scene) => blurred(scene, px))),
  { name: 'out of focus 3 px, 64 px', widthPx: 64, make: (scene) => blurred(scene, 3) },
  { name: 'motion 7 px, 64 px', widthPx: 64, make: ({ rgb }) => smeared(rgb, 7) },
  near('motion 21 px', ({ rgb }) => smeared(rgb, 21)),
  near('light x0.06', ({ rgb }) => darkened(rgb, 0.06)),
  near('too bright', ({ rgb }) => clamped(rgb, (value) => value * 2 + 60)),
  near('far too bright', ({ rgb }) => clamped(rgb, (value) => value * 2.5 + 110)),
  near('backlight, out of focus 1.5 px', async (scene) => backlit({ ...scene, rgb: await blurred(scene, 1.5) })),
];

function near(name: string, make: StressKind['make']): StressKind {
  return { name, widthPx: nearPx, make };
}

/** Every pixel is the mean of `length` pixels of its row: the shutter was open while the head moved. */
function smeared(rgb: Uint8Array, length: number): Uint8Array {
  const { width, height } = sceneSize;
  const out = new Uint8Array(rgb.length);
  const half = (length - 1) / 2;
  for (let row = 0; row < height; row += 1)
    for (let channel = 0; channel < 3; channel += 1) {
      const at = (column: number): number => (row * width + Math.max(0, Math.min(width - 1, column))) * 3 + channel;
      let sum = 0;
      for (let column = -half; column <= half; column += 1) sum += rgb[at(column)] ?? 0;
      for (let column = 0; column < width; column += 1) {
        out[at(column)] = sum / length;
        sum += (rgb[at(column + half + 1)] ?? 0) - (rgb[at(column - half)] ?? 0);
      }
    }
  return out;
}

function darkened(rgb: Uint8Array, factor: number): Uint8Array {
  const noise = noiseOf();
  return clamped(rgb, (value) => value * factor + noise());
}

/** A bright sky behind the head: white around it, the face at a fifth of its light under a veil of stray light. */
function backlit({ rgb, landmarks }: Scene): Uint8Array {
  const { width } = sceneSize;
  const { x, y, across } = headOf(landmarks);
  const noise = noiseOf();
  return clamped(rgb, (value, at) => {
    const pixel = Math.floor(at / 3);
    const [column, row] = [pixel % width, Math.floor(pixel / width)];
    const away = Math.hypot((column - x) / across, (row - y) / (1.35 * across));
    const shoulders = row > y + across && Math.abs(column - x) < 2 * across;
    const outside = shoulders ? 0 : Math.max(0, Math.min(1, (away - 0.75) / 0.1));
    return outside * 250 + (1 - outside) * (value * 0.2 + 30) + noise();
  });
}

/** What a night camera sees: grey, the middle tones lifted. */
function infraRed({ rgb }: Scene): Uint8Array {
  const out = new Uint8ClampedArray(rgb.length);
  for (let at = 0; at < rgb.length; at += 3) {
    const grey = 0.6 * (rgb[at] ?? 0) + 0.3 * (rgb[at + 1] ?? 0) + 0.1 * (rgb[at + 2] ?? 0);
    out.fill(255 * (grey / 255) ** 0.7, at, at + 3);
  }
  return new Uint8Array(out.buffer);
}

function masked(scene: Scene): Promise<Uint8Array> {
  const jaw = Array.from({ length: 13 }, (_none, at) => at + 2);
  return drawOver(scene, `<path d="${along(scene.landmarks, [...jaw, 29])}" fill="#9fc3d8"/>`);
}

function shaded(scene: Scene): Promise<Uint8Array> {
  const eyes = [[36, 39], [42, 45]] as const; // prettier-ignore
  const glasses = eyes.map(([outer, inner]) => {
    const [left, right] = [pointOf(scene.landmarks, outer), pointOf(scene.landmarks, inner)];
    const radius = Math.hypot(right.x - left.x, right.y - left.y) * 0.95;
    return `<ellipse cx="${(left.x + right.x) / 2}" cy="${(left.y + right.y) / 2 + radius * 0.15}" rx="${radius}" ry="${radius * 0.8}" fill="#141414"/>`;
  });
  return drawOver(scene, glasses.join(''));
}

function capped(scene: Scene): Promise<Uint8Array> {
  const { x, y, across } = headOf(scene.landmarks);
  const brow = Math.min(pointOf(scene.landmarks, 19).y, pointOf(scene.landmarks, 24).y) - across * 0.06;
  const [left, right, top] = [x - across * 0.68, x + across * 0.68, y - across * 1.25];
  return drawOver(
    scene,
    `<path d="M${left} ${brow}C${left} ${top} ${right} ${top} ${right} ${brow}Q${x} ${brow - across * 0.16} ${left} ${brow}Z" fill="#27364f"/>`,
  );
}

function clamped(rgb: Uint8Array, change: (value: number, at: number) => number): Uint8Array {
  return new Uint8Array(Uint8ClampedArray.from(rgb, change).buffer);
}

/** Middle of the face and its width. */
function headOf(landmarks: Landmarks): { readonly x: number; readonly y: number; readonly across: number } {
  const [left, right] = [pointOf(landmarks, 0), pointOf(landmarks, 16)];
  const nose = pointOf(landmarks, 29);
  return { x: (left.x + right.x) / 2, y: nose.y, across: Math.hypot(right.x - left.x, right.y - left.y) };
}

function along(landmarks: Landmarks, points: readonly number[]): string {
  return `M${points
    .map((point) => pointOf(landmarks, point))
    .map(({ x, y }) => `${x} ${y}`)
    .join('L')}Z`;
}

function pointOf(landmarks: Landmarks, point: number): { readonly x: number; readonly y: number } {
  return { x: landmarks[2 * point] ?? 0, y: landmarks[2 * point + 1] ?? 0 };
}

/** Noise of a sensor that has too little light: nearly normal, and the same in every run. */
function noiseOf(): () => number {
  const random = new SeededRandom(7);
  const table = Float32Array.from({ length: 65_521 }, () => {
    const sum = random.fraction() + random.fraction() + random.fraction() + random.fraction();
    return (sum - 2) * Math.sqrt(3) * noiseDeviation;
  });
  let at = 0;
  return () => table[(at = (at + 1) % table.length)] ?? 0;
}
