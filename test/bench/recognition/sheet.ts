import sharp from 'sharp';
import { toRgb } from '../../../src/face/i420.ts';
import { middleOf } from '../../../src/face/landmark.ts';
import type { Pixels } from '../../../src/system/pixels.ts';
import type { Seen } from './eye.ts';
import { sceneMiddle, sceneSize } from './scene.ts';

const channels = 3;
/** Samples of the sheet under one pixel of the camera, along a side. */
const samplesAcross = 3;

/** A picture of a face before a camera, made by script: a sheet that somebody holds and moves. */
export interface SheetKind {
  readonly name: string;
  /** Width of the face in the frame, temple to temple. */
  readonly widthPx: number;
  /** Of the picture around the face, in widths of it: to each side, above and below its middle. */
  readonly reach: { readonly across: number; readonly up: number; readonly down: number };
  /** What is around the picture: paper or the body of a phone, in widths of the face. */
  readonly edge: { readonly width: number; readonly grey: number | 'as the picture' };
  /** How bright a grey of the picture (0 to 255) is to the camera. */
  readonly light: (grey: number) => number;
  /** Pixels of the screen across the face; undefined on paper. */
  readonly screenPixels?: number;
  /** No sheet but a head and its shoulders, which fade into the ground. */
  readonly isHead?: boolean;
}

/** Where a sheet is: pixels aside and down, nearer by a share, turned, nodded and tilted in radians. */
export interface Pose {
  readonly right: number;
  readonly down: number;
  readonly nearer: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** The sheet, RGB; one width of the face has `perWidth` of its pixels. */
export interface Sheet {
  readonly kind: SheetKind;
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly perWidth: number;
  /** The middle of the face on it. */
  readonly middle: { readonly x: number; readonly y: number };
}

/** More than the camera has: the sheet is finer than it sees. */
const finer = 1.6;

export async function sheetOf(kind: SheetKind, picture: Pixels, { face }: Seen): Promise<Sheet> {
  const { data, width, height } = toRgb(picture);
  const wide = face.quality.widthPx;
  const perWidth = kind.screenPixels ?? kind.widthPx * finer;
  const middle = middleOf(face.landmarks);
  const left = Math.max(0, Math.round(middle.x - kind.reach.across * wide));
  const top = Math.max(0, Math.round(middle.y - kind.reach.up * wide));
  const right = Math.min(width, Math.round(middle.x + kind.reach.across * wide));
  const bottom = Math.min(height, Math.round(middle.y + kind.reach.down * wide));
  const scale = perWidth / wide;
  const size = { width: Math.round((right - left) * scale), height: Math.round((bottom - top) * scale) };
  const shown = await sharp(data, { raw: { width, height, channels } })
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize({ ...size, fit: 'fill' })
    .raw()
    .toBuffer();
  const edge = Math.round(kind.edge.width * perWidth);
  const lit = Buffer.from(Uint8ClampedArray.from(shown, kind.light).buffer);
  const { grey } = kind.edge;
  const as =
    grey === 'as the picture' ? ({ extendWith: 'copy' } as const) : { background: { r: grey, g: grey, b: grey } };
  const whole = await sharp(lit, { raw: { ...size, channels } })
    .extend({ left: edge, right: edge, top: edge, bottom: edge, ...as })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    kind, perWidth, data: whole.data, width: whole.info.width, height: whole.info.height,
    middle: { x: (middle.x - left) * scale + edge, y: (middle.y - top) * scale + edge },
  }; // prettier-ignore
}

/** The camera is as far away as this many widths of the face. */
const awayWidths = 6;

/** Draws the sheet as a camera sees a plane that is turned: every pixel is the mean of what lies under it. */
export function drawSheet(rgb: Uint8Array, sheet: Sheet, pose: Pose): void {
  const { data, width, height, kind, perWidth, middle } = sheet;
  const [xs, ys, zs] = planeOf(pose, kind.widthPx);
  const [fromX, toX, fromY, toY] = boundsOf(sheet, pose);
  const samples = samplesAcross ** 2;
  for (let row = fromY; row < toY; row += 1)
    for (let column = fromX; column < toX; column += 1) {
      let [red, green, blue, hits] = [0, 0, 0, 0];
      for (let sample = 0; sample < samples; sample += 1) {
        const x = column + ((sample % samplesAcross) + 0.5) / samplesAcross - 0.5 - sceneMiddle.x - pose.right;
        const y = row + (Math.floor(sample / samplesAcross) + 0.5) / samplesAcross - 0.5 - sceneMiddle.y - pose.down;
        const z = zs.x * x + zs.y * y + zs.one;
        const sheetX = ((xs.x * x + xs.y * y + xs.one) / z) * perWidth + middle.x;
        const sheetY = ((ys.x * x + ys.y * y + ys.one) / z) * perWidth + middle.y;
        if (sheetX < 0 || sheetY < 0 || sheetX >= width || sheetY >= height) continue;
        hits += 1;
        const at = (Math.floor(sheetY) * width + Math.floor(sheetX)) * channels;
        const stripe = kind.screenPixels === undefined ? -1 : Math.floor((sheetX % 1) * channels);
        if (stripe >= 0 && sheetY % 1 > gapFrom) continue;
        red += (data[at] ?? 0) * litBy(stripe, 0);
        green += (data[at + 1] ?? 0) * litBy(stripe, 1);
        blue += (data[at + 2] ?? 0) * litBy(stripe, 2);
      }
      if (kind.isHead === true) {
        const cover = coverOfHead(column - sceneMiddle.x - pose.right, row - sceneMiddle.y - pose.down, kind.widthPx);
        [red, green, blue, hits] = [red * cover, green * cover, blue * cover, hits * cover];
      }
      if (hits === 0) continue;
      const at = (row * sceneSize.width + column) * channels;
      const share = 1 - hits / samples;
      rgb[at] = Math.min(255, red / samples + share * (rgb[at] ?? 0));
      rgb[at + 1] = Math.min(255, green / samples + share * (rgb[at + 1] ?? 0));
      rgb[at + 2] = Math.min(255, blue / samples + share * (rgb[at + 2] ?? 0));
    }
}

/** How much of a pixel a head, or the shoulders under it, cover: they fade over a quarter of the face's width. */
function coverOfHead(x: number, y: number, widthPx: number): number {
  const [across, down] = [x / widthPx, y / widthPx];
  const head = Math.hypot(across / 0.95, (down + 0.1) / 1.25);
  const shoulders = Math.hypot(across / 1.05, (down - 2) / 1.1);
  return Math.max(0, Math.min(1, (1.12 - Math.min(head, shoulders)) / 0.24));
}

/** A pixel of a screen: three stripes beside each other, and a dark line under them; as bright as its picture on average. */
const gapFrom = 0.85;

function litBy(stripe: number, channel: number): number {
  if (stripe < 0) return 1;
  return (stripe === channel ? 2 : 0.5) / gapFrom;
}

interface Linear {
  readonly x: number;
  readonly y: number;
  readonly one: number;
}

/** From a place in the frame, from the middle of the face, to one on the sheet: two numerators and what divides them. */
function planeOf(pose: Pose, widthPx: number): readonly [Linear, Linear, Linear] {
  const [cosYaw, sinYaw] = [Math.cos(pose.yaw), Math.sin(pose.yaw)];
  const [cosPitch, sinPitch] = [Math.cos(pose.pitch), Math.sin(pose.pitch)];
  const [cosRoll, sinRoll] = [Math.cos(pose.roll), Math.sin(pose.roll)];
  // Axes of the sheet in the room, to its right (a, b, c) and down (d, e, f): turned, nodded, tilted.
  const [a, b, c] = [cosRoll * cosYaw, sinRoll * cosYaw, sinYaw];
  const [d, e, f] = [-sinRoll * cosPitch, cosRoll * cosPitch, sinPitch];
  const away = awayWidths / (1 + pose.nearer);
  const focal = widthPx * awayWidths;
  // A place (x, y) shows (u a + v d, u b + v e) / (away + u c + v f): two equations in u and v.
  return [
    { x: (away * e) / focal, y: (-away * d) / focal, one: 0 },
    { x: (-away * b) / focal, y: (away * a) / focal, one: 0 },
    { x: (b * f - c * e) / focal, y: (c * d - a * f) / focal, one: a * e - b * d },
  ];
}

function boundsOf(sheet: Sheet, { right, down }: Pose): readonly [number, number, number, number] {
  const scale = (1.35 * sheet.kind.widthPx) / sheet.perWidth;
  const middle = { x: sceneMiddle.x + right, y: sceneMiddle.y + down };
  return [
    Math.max(0, Math.floor(middle.x - sheet.middle.x * scale)),
    Math.min(sceneSize.width, Math.ceil(middle.x + (sheet.width - sheet.middle.x) * scale)),
    Math.max(0, Math.floor(middle.y - sheet.middle.y * scale)),
    Math.min(sceneSize.height, Math.ceil(middle.y + (sheet.height - sheet.middle.y) * scale)),
  ];
}
