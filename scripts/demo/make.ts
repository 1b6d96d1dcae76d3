import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import sharp, { type Sharp } from 'sharp';

import { doorSvg } from './door.ts';
import { type EnrolmentPlan, type VisitorPlan, visitorPlans } from './visitors.ts';

/** Counts up when the same plans make other pictures. */
const makerVersion = 1;

/** Softness of a figure's edge, in pixels of the frame. */
const edgeBlur = 2.2;

/** Far away a figure must still reach below the frame of 720: from where its head is (see machine/demo-camera.ts). */
const farHeightMin = 552;
const farScaleMin = 0.5;

export type DemoResult =
  | { readonly outcome: 'made' | 'kept'; readonly visitors: number }
  | { readonly outcome: 'missing'; readonly file: string };

/**
 * Cuts the demo's visitors out of the pictures in `picturesFolder` and writes them to `folder` with the empty door and
 * `visitors.json`, which names them and is written last. Does nothing when they are there, made from the same pictures.
 */
export async function makeDemo(options: {
  readonly picturesFolder: string;
  readonly folder: string;
  readonly report: (file: string) => void;
}): Promise<DemoResult> {
  const { picturesFolder, folder, report } = options;
  const pictures = new Map<string, Uint8Array>();
  for (const name of new Set(visitorPlans.flatMap((plan) => [plan.picture, plan.enrolment?.picture ?? plan.picture]))) {
    const file = path.join(picturesFolder, name);
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes === undefined) return { outcome: 'missing', file };
    pictures.set(name, bytes);
  }
  const madeFrom = hashOf(pictures);
  if (await isMadeFrom(folder, madeFrom)) return { outcome: 'kept', visitors: visitorPlans.length };

  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'door.jpg'), await sharp(Buffer.from(doorSvg)).jpeg({ quality: 92 }).toBuffer());
  report('door.jpg');
  const visitors: object[] = [];
  for (const plan of visitorPlans) {
    visitors.push(await makeVisitor(plan, { pictures, folder }));
    report(plan.id);
  }
  const list = path.join(folder, 'visitors.json');
  await writeFile(`${list}.draft`, `${JSON.stringify({ madeFrom, visitors }, undefined, 2)}\n`);
  await rename(`${list}.draft`, list);
  return { outcome: 'made', visitors: visitors.length };
}

interface Workshop {
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  readonly folder: string;
}

/** Writes the pictures of one visitor. Returns its entry in visitors.json: a `DemoVisitor` of machine/demo-camera.ts. */
async function makeVisitor(plan: VisitorPlan, { pictures, folder }: Workshop): Promise<object> {
  const { left, top, width, height } = boundsOf(plan.outline);
  const size = { width: even(width * plan.scale), height: even(height * plan.scale) };
  const file = `${plan.id}.jpg`;
  const body = sharp(pictures.get(plan.picture))
    .extract({ left, top, width, height })
    .resize({ ...size, fit: 'fill' })
    .modulate(plan.tone);
  if (plan.sharpness !== undefined) body.sharpen({ sigma: plan.sharpness });
  await body.jpeg({ quality: 92 }).toFile(path.join(folder, file));

  const maskFile = `${plan.id}-mask.png`;
  await sharp(Buffer.from(maskSvg(plan, { left, top, ...size })))
    .flatten({ background: '#000' })
    .blur(edgeBlur)
    .greyscale()
    .png()
    .toFile(path.join(folder, maskFile));

  const farScale = Math.max(farScaleMin, farHeightMin / size.height);
  const entry = { id: plan.id, file, maskFile, farScale };
  if (plan.enrolment === undefined) return entry;
  const enrolmentFile = `${plan.id}-enrolment.jpg`;
  await makeEnrolment(plan.enrolment, pictures).then((picture) => picture.toFile(path.join(folder, enrolmentFile)));
  return { ...entry, name: plan.enrolment.name, enrolmentFile };
}

async function makeEnrolment(plan: EnrolmentPlan, pictures: Workshop['pictures']): Promise<Sharp> {
  const { left, top, side, turnDeg } = plan;
  const square = sharp(pictures.get(plan.picture)).extract({ left, top, width: side, height: side });
  const turned = await sharp(await square.modulate(plan.tone).png().toBuffer())
    .rotate(turnDeg)
    .png()
    .toBuffer({ resolveWithObject: true });
  const angle = (Math.abs(turnDeg) * Math.PI) / 180;
  const upright = Math.floor(side / (Math.cos(angle) + Math.sin(angle))); // The largest upright square inside.
  const margin = Math.floor((turned.info.width - upright) / 2);
  return sharp(turned.data)
    .extract({ left: margin, top: margin, width: upright, height: upright })
    .resize({ width: plan.widthPx })
    .jpeg({ quality: 88 });
}

/** The outline as a closed curve through its corners (Catmull-Rom), a little inside of them where the blur will reach. */
function maskSvg(plan: VisitorPlan, at: { left: number; top: number; width: number; height: number }): string {
  const corners = pairs(plan.outline).map(([x, y]) => [(x - at.left) * plan.scale, (y - at.top) * plan.scale] as const);
  const corner = (index: number): readonly [number, number] => corners.at(index % corners.length) ?? [0, 0];
  const curves = corners.map((from, index) => {
    const to = corner(index + 1);
    const before = corner(index - 1);
    const after = corner(index + 2);
    const first = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
    const second = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
    return `C${[...first, ...second, ...to].map((length) => length.toFixed(1)).join(' ')}`;
  });
  const outline = `M${corner(0).join(' ')}${curves.join('')}Z`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${at.width}" height="${at.height}">
    <path d="${outline}" fill="#fff" stroke="#000" stroke-width="${2 * edgeBlur}"/></svg>`;
}

function boundsOf(outline: readonly number[]): { left: number; top: number; width: number; height: number } {
  const points = pairs(outline);
  const left = Math.min(...points.map(([x]) => x));
  const top = Math.min(...points.map(([, y]) => y));
  const width = Math.max(...points.map(([x]) => x)) - left;
  return { left, top, width, height: Math.max(...points.map(([, y]) => y)) - top };
}

function pairs(numbers: readonly number[]): (readonly [number, number])[] {
  return Array.from(
    { length: numbers.length / 2 },
    (_, at) => [numbers[2 * at] ?? 0, numbers[2 * at + 1] ?? 0] as const,
  );
}

function even(length: number): number {
  return 2 * Math.round(length / 2);
}

function hashOf(pictures: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256').update(JSON.stringify([makerVersion, edgeBlur, farHeightMin, farScaleMin]));
  hash.update(JSON.stringify(visitorPlans)).update(doorSvg);
  for (const bytes of pictures.values()) hash.update(bytes);
  return hash.digest('hex');
}

async function isMadeFrom(folder: string, madeFrom: string): Promise<boolean> {
  const text = await readFile(path.join(folder, 'visitors.json'), 'utf8').catch(() => '');
  return text.includes(`"madeFrom": "${madeFrom}"`);
}
