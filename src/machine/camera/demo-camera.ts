import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Camera, CameraEnd } from '../../system/camera.ts';
import { i420Bytes, type Pixels } from '../../system/pixels.ts';
import { carriedAt } from '../executable/carried-files.ts';
import { type CameraParts, copyInto, Pace, scaled, stretchedInto } from './camera-parts.ts';
import { type Cutout, type CutoutScratch, paintCutout, scaleCutout, scratchFor } from './cutout.ts';
import { wordsOf } from '../../system/error-words.ts';

/** Somebody of the demo, as `visitors.json` lists them. `scripts/demo.ts` makes it and the pictures it names. */
export interface DemoVisitor {
  readonly id: string;
  /** The name to enrol, and the picture to enrol it from; strangers have neither. */
  readonly name?: string;
  readonly enrolmentFile?: string;
  /** Upper body and, as grey, how much of each of its points is seen. Drawn for a frame 720 pixels high. */
  readonly file: string;
  readonly maskFile: string;
  /** Size far away, as a share of the size at the door. */
  readonly farScale: number;
}

/** Shows visitors who walk up to the door, stand a while and leave, one after the other. */
export interface DemoCamera extends Camera {
  /** Who stands at the door now. */
  nowAtDoor(): DemoVisitor | undefined;
  /** Calls the listener whenever a visitor has come to a stand. Returns how to stop that. */
  onArrival(listener: (visitor: DemoVisitor) => void): () => void;
}

/** What a visitor does, in this order. */
const walkInMs = 2600;
const standMs = 4500;
const walkOutMs = 2000;
const pauseMs = 2400;
const turnMs = pauseMs + walkInMs + standMs + walkOutMs;

/** Visitors shown at most; a longer list is cut. */
const visitorsMax = 50;

/** The height that cut-outs are drawn for. */
const drawnForHeight = 720;

/** Steps while walking: how high, as a share of the frame, and how long. */
const stepHeight = 0.008;
const stepMs = 560;

/** How far a standing visitor sways, and where the walk begins and ends, as shares of the width from the middle. */
const swayX = 0.004;
const outsideX = 0.68;

/** Where the crown of the head is, as a share of the height. Cut-outs reach below the frame from here. */
const farHeadTop = 0.26;
const nearHeadTop = 0.08;

/** The demo is carried too. */
async function read(path: string): Promise<Uint8Array> {
  return carriedAt(path) ?? (await readFile(path));
}

/** The visitors of a demo folder. Rejects when it is missing or not ours. */
export async function readDemoVisitors(folder: string): Promise<readonly DemoVisitor[]> {
  const found: unknown = JSON.parse(Buffer.from(await read(join(folder, 'visitors.json'))).toString());
  const list: unknown = typeof found === 'object' && found !== null && 'visitors' in found ? found.visitors : undefined;
  if (!Array.isArray(list) || list.length === 0 || !list.every(isVisitor)) throw new Error('it names no visitors');
  return list.slice(0, visitorsMax);
}

/** The demo of a folder made by `scripts/demo.ts`, at the camera's size. */
export function demoCamera(folder: string, parts: CameraParts): DemoCamera {
  const listeners = new Set<(visitor: DemoVisitor) => void>();
  let atDoor: DemoVisitor | undefined;
  let startedMs: number | undefined;

  function meet(visitor: DemoVisitor | undefined): void {
    if (visitor === atDoor) return;
    atDoor = visitor;
    if (visitor !== undefined) for (const listener of listeners) listener(visitor);
  }

  return {
    description: 'demo visitors',
    nowAtDoor: () => atDoor,
    onArrival(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stream(sink, signal): Promise<CameraEnd> {
      let scenery: Scenery;
      try {
        scenery = await readScenery(folder, parts);
      } catch (error) {
        const why = wordsOf(error);
        return { outcome: 'failed', reason: `cannot show the demo in ${folder}: ${why}: make it with npm start` };
      }
      const pace = new Pace(parts);
      startedMs ??= parts.clock.uptimeMs(); // A restart of the camera does not send the visitor away.
      while (await pace.next(signal)) {
        const capturedMs = parts.clock.uptimeMs();
        const scene = sceneAt(capturedMs - startedMs, scenery.actors);
        const frame = copyInto(sink, scenery.background);
        if (scene !== undefined) paint(scenery, frame, scene);
        sink.deliver({ ...frame, capturedMs });
        meet(scene?.isStanding === true ? scene.actor.visitor : undefined);
      }
      meet(undefined);
      return { outcome: 'ended' };
    },
  };
}

interface Actor {
  readonly visitor: DemoVisitor;
  readonly cutout: Cutout;
}

interface Scenery {
  readonly background: Pixels;
  readonly actors: readonly Actor[];
  readonly scratch: CutoutScratch;
  /** What the scratch buffers hold: a visitor who stands is scaled once. */
  ready: { readonly from: Cutout; readonly scale: number; readonly cutout: Cutout } | undefined;
}

async function readScenery(folder: string, parts: CameraParts): Promise<Scenery> {
  const visitors = await readDemoVisitors(folder);
  const door = await decodeFile(join(folder, 'door.jpg'), parts);
  const background = stretchedInto(new SharedArrayBuffer(i420Bytes(parts.width, parts.height)), door, parts);
  const scale = parts.height / drawnForHeight;
  const actors: Actor[] = [];
  for (const visitor of visitors) {
    const body = scaled(await decodeFile(join(folder, visitor.file), parts), scale);
    const mask = scaled(await decodeFile(join(folder, visitor.maskFile), parts), scale);
    if (body.width !== mask.width || body.height !== mask.height)
      throw new Error(`${visitor.maskFile} has another size`);
    actors.push({ visitor, cutout: { body, mask } });
  }
  return { background, actors, scratch: scratchFor(actors.map(({ cutout }) => cutout)), ready: undefined };
}

async function decodeFile(path: string, { pictures }: CameraParts): Promise<Pixels> {
  const decoded = await pictures.decodeOwn(await read(path));
  if (decoded.outcome !== 'decoded') throw new Error(`${path}: ${decoded.message}`);
  return decoded.picture;
}

/** Where the visitor is. `middleX` and `lift` are shares of the frame's width and height, `near` 0 is far, 1 at the door. */
interface Scene {
  readonly actor: Actor;
  readonly middleX: number;
  readonly lift: number;
  readonly near: number;
  readonly isStanding: boolean;
}

/** The play after so many milliseconds: pure, so that it is the same each time. */
function sceneAt(elapsedMs: number, actors: readonly Actor[]): Scene | undefined {
  const turn = Math.floor(elapsedMs / turnMs);
  const actor = actors[turn % actors.length];
  const actedMs = (elapsedMs % turnMs) - pauseMs;
  if (actor === undefined || actedMs < 0) return undefined;
  const side = turn % 2 === 0 ? -1 : 1;
  const lift = Math.abs(Math.sin((Math.PI * actedMs) / stepMs)) * stepHeight;
  if (actedMs < walkInMs) {
    const left = (1 - actedMs / walkInMs) ** 2; // Slower towards the door.
    return { actor, middleX: 0.5 + side * outsideX * left, lift: lift * left, near: 1 - left, isStanding: false };
  }
  const stoodMs = actedMs - walkInMs;
  if (stoodMs < standMs) {
    const sway = Math.sin(stoodMs / 700) * swayX;
    return { actor, middleX: 0.5 + sway, lift: 0, near: 1, isStanding: true };
  }
  const gone = ((stoodMs - standMs) / walkOutMs) ** 2;
  return { actor, middleX: 0.5 + side * outsideX * gone, lift, near: 1 - gone, isStanding: false };
}

function paint(scenery: Scenery, frame: Pixels, { actor, middleX, lift, near }: Scene): void {
  const { farScale } = actor.visitor;
  const scale = farScale + (1 - farScale) * near;
  if (scenery.ready?.from !== actor.cutout || scenery.ready.scale !== scale) {
    scenery.ready = { from: actor.cutout, scale, cutout: scaleCutout(actor.cutout, scale, scenery.scratch) };
  }
  const { cutout } = scenery.ready;
  const headTop = farHeadTop + (nearHeadTop - farHeadTop) * near - lift;
  const left = 2 * Math.round((middleX * frame.width - cutout.body.width / 2) / 2);
  paintCutout(frame, cutout, { left, top: 2 * Math.round((headTop * frame.height) / 2) });
}

function isVisitor(value: unknown): value is DemoVisitor {
  if (typeof value !== 'object' || value === null) return false;
  const is = (name: string, type: string): boolean => typeof Reflect.get(value, name) === type;
  const isOptional = (name: string): boolean => is(name, 'undefined') || is(name, 'string');
  if (!isOptional('name') || !isOptional('enrolmentFile')) return false;
  return is('id', 'string') && is('file', 'string') && is('maskFile', 'string') && is('farScale', 'number');
}
