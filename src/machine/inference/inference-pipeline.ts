import { clip, type ScoredBox, suppress } from '../../face/box.ts';
import { brighten } from '../../face/brighten.ts';
import { alignmentOf, arcFaceAlignmentOf, arcFaceSide, chipSide, warpFace } from '../../face/align.ts';
import { type Canvas, createCanvas, drawOn, evenBelow, placeOn } from '../../face/letterbox.ts';
import { landmarkCut, landmarkSide, landmarksIn, rollOf, uprightCut } from '../../face/landmark.ts';
import { type EvenPart, toRgb } from '../../face/i420.ts';
import { relit } from '../../face/relight.ts';
import { measureQuality } from '../../face/quality.ts';
import { meanEmbedding } from '../../face/similarity.ts';
import { fromAfar, tilesOf } from '../../face/tiles.ts';
import { averageStill } from '../../face/still.ts';
import { facesInGrid, overlapMax } from '../../face/tiny-detector.ts';
import { type Cut, mirror, warp } from '../../face/warp.ts';
import type { DetectedFace, DetectEffort, Embedding, Landmarks } from '../../system/inference.ts';
import type { Box, Pixels } from '../../system/pixels.ts';
import { type Net, openNet } from './inference-session.ts';
import { checkModel } from './model-file.ts';
import type { PackFailure } from './pack-failure.ts';
import { PartClock } from './part-times.ts';
import type { ModelName, ModelPack } from './model-pack.ts';

/** Faces of one picture that are looked at; a doorbell sees fewer. */
const facesMax = 16;

/** A head tilted further than this is looked at once more, upright: the landmark net learnt on upright faces. */
const secondLookRollDeg = 20;

export interface PipelineOptions {
  readonly pack: ModelPack;
  readonly threads: number;
}

export type PipelineResult =
  | { readonly outcome: 'opened'; readonly pipeline: FacePipeline }
  | { readonly outcome: PackFailure; readonly message: string };

/** Loads what every frame needs, and answers once each net has run: the first run is slow and takes its memory. */
export async function openPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const nets = new Map<ModelName, Promise<Net>>();
  for (const name of ['tiny416Planes', 'landmarks68', 'recogniser'] as const) {
    const checked = await checkModel(options.pack, name);
    if (checked.outcome !== 'sound') return checked;
    nets.set(name, Promise.resolve(await openNet(checked, options.threads)));
  }
  const pipeline = new FacePipeline(options, nets);
  await pipeline.warm();
  return { outcome: 'opened', pipeline };
}

/** From a picture to faces, from a face to its embedding. One call at a time: it draws on canvases of its own. */
export class FacePipeline {
  /** What every embedding carries. */
  readonly recogniser: string;
  /** Where its time goes. */
  readonly parts = new PartClock();
  readonly #options: PipelineOptions;
  readonly #scoreMin: number;
  /** Nets are loaded when first used. */
  readonly #nets: Map<ModelName, Promise<Net>>;
  readonly #canvases = new Map<ModelName, Canvas>();

  constructor(options: PipelineOptions, nets: Map<ModelName, Promise<Net>>) {
    this.#options = options;
    this.#nets = nets;
    this.#scoreMin = options.pack.manifest.detectorScore;
    this.recogniser = options.pack.recogniser.embeddingMark;
  }

  /** Runs every loaded net once. */
  async warm(): Promise<void> {
    const blank: Pixels = { width: 2, height: 2, pixels: new SharedArrayBuffer(6) };
    const middle = new Float32Array(2 * 68).map((_, at) => at % 7);
    await this.#look(blank, quickLook);
    await this.#landmarks(blank, landmarkCut({ x: 0, y: 0, width: 2, height: 2 }));
    await this.embed(blank, middle);
  }

  /** Faces in the picture, or in a part of it, largest first. */
  async detect(picture: Pixels, effort: DetectEffort | Box): Promise<readonly DetectedFace[]> {
    const boxes = await this.#boxesIn(picture, effort);
    const largest = boxes.toSorted((a, b) => b.width * b.height - a.width * a.height).slice(0, facesMax);
    const faces: DetectedFace[] = [];
    for (const { score, ...box } of largest) {
      const landmarks = await this.#findLandmarks(picture, box);
      if (landmarks === undefined) continue;
      const quality = this.parts.during('judge', () => measureQuality(picture, landmarks));
      faces.push({ box, score, landmarks, quality });
    }
    return faces;
  }

  /**
   * The embedding of the aligned face. Where the recogniser gains by it, averaged with that of the mirror image: one
   * person's come 0.02 closer.
   */
  async embed(picture: Pixels, landmarks: Landmarks, others: readonly Pixels[] = []): Promise<Embedding> {
    const { isMirrored } = this.#options.pack.recogniser;
    const { chips, side } = this.parts.during('warp', () => {
      const { chip, side } = this.#cut(picture, landmarks);
      const more = others.map((one) => this.#cut(one, landmarks).chip);
      const lit = relit(averageStill(chip, more), side);
      return { chips: isMirrored ? [lit, mirror(lit, side)] : [lit], side };
    });
    return meanEmbedding(await this.#embedChips(chips, side));
  }

  /** The embedding of the aligned face alone, as face-api has it: what a comparison of speed or numbers needs. */
  async embedOnce(picture: Pixels, landmarks: Landmarks): Promise<Embedding> {
    const { chip, side } = this.#cut(picture, landmarks);
    return meanEmbedding(await this.#embedChips([chip], side));
  }

  /** The aligned face as the recogniser was taught. */
  #cut(picture: Pixels, landmarks: Landmarks): { readonly chip: Uint8Array<ArrayBuffer>; readonly side: number } {
    const isArcFace = this.#options.pack.recogniser.chip === 'arcface';
    const side = isArcFace ? arcFaceSide : chipSide;
    const alignment = isArcFace ? arcFaceAlignmentOf(landmarks) : alignmentOf(landmarks);
    return { chip: warpFace(picture, alignment, side), side };
  }

  async #embedChips(chips: readonly Uint8Array[], side: number): Promise<readonly Embedding[]> {
    const { numbers } = this.#options.pack.recogniser;
    const chipBytes = side * side * 3;
    const bytes = new Uint8Array(chips.length * chipBytes);
    chips.forEach((chip, at) => bytes.set(chip, at * chipBytes));
    const net = await this.#net('recogniser');
    const run = net.run({ pixels: { bytes, shape: [chips.length, side, side, 3] } });
    const { values } = await this.parts.untilDone('embed', run);
    if (values.length !== chips.length * numbers)
      throw new Error(`its embeddings have ${values.length / chips.length} numbers, and its manifest says ${numbers}`);
    return chips.map((_, at) => values.subarray(at * numbers, (at + 1) * numbers));
  }

  /** Gives the nets' memory back. */
  async close(): Promise<void> {
    const nets = [...this.#nets.values()];
    this.#nets.clear();
    for (const net of nets) await (await net).close();
  }

  #boxesIn(picture: Pixels, effort: DetectEffort | Box): Promise<readonly ScoredBox[]> {
    if (effort === 'thorough') return this.#lookThoroughly(picture);
    return this.#look(picture, effort === 'quick' ? quickLook : lookAt(picture, effort));
  }

  async #lookThoroughly(picture: Pixels): Promise<readonly ScoredBox[]> {
    const small: ScoredBox[] = [];
    for (const tile of tilesOf(picture)) small.push(...(await this.#look(picture, lookAt(picture, tile))));
    if (small.length > 0) return suppress(small, overlapMax);
    const isWide = picture.width > picture.height * wideAspectMin;
    for (const look of [...(isWide ? [] : [tallPicture]), lookAt(picture, fromAfar(picture))]) {
      const found = await this.#look(picture, look);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Boxes in the picture's pixels, best first. */
  async #look(picture: Pixels, { model, share, part }: Look): Promise<readonly ScoredBox[]> {
    const canvas = this.#canvas(model);
    const { left, top, width, height } = part ?? { left: 0, top: 0, ...picture };
    const place = placeOn(canvas, { width, height }, share);
    const drawing = { place, margin: share < 1 ? middleGrey : 0, ...(part === undefined ? {} : { part }) };
    this.parts.during('draw', () => {
      drawOn(canvas, picture, drawing);
      brighten(canvas.y.samples);
    });
    const net = await this.#net(model);
    const run = net.run(model === 'tiny416Square' ? rgbInput(canvas) : planeInputs(canvas));
    const { values, shape } = await this.parts.untilDone('detect', run);
    if (model === 'tiny416Square') await this.#close(model);
    const found = facesInGrid({ values, rows: shape[1] ?? 0, columns: shape[2] ?? 0 }, this.#scoreMin);
    const scaleX = width / place.width;
    const scaleY = height / place.height;
    return found.map((box) => ({
      x: left + (box.x - place.left) * scaleX,
      y: top + (box.y - place.top) * scaleY,
      width: box.width * scaleX,
      height: box.height * scaleY,
      score: box.score,
    }));
  }

  /** Tall pictures come one by one, when people are enrolled: no memory is kept for them. */
  async #close(name: ModelName): Promise<void> {
    const net = await this.#net(name);
    this.#nets.delete(name);
    await net.close();
  }

  async #findLandmarks(picture: Pixels, box: Box): Promise<Landmarks | undefined> {
    const visible = clip(box, picture);
    if (visible === undefined) return undefined;
    const first = await this.#landmarks(picture, landmarkCut(visible));
    if (Math.abs(rollOf(first)) < secondLookRollDeg) return first;
    return await this.#landmarks(picture, uprightCut(first));
  }

  async #landmarks(picture: Pixels, cut: Cut): Promise<Landmarks> {
    const net = await this.#net('landmarks68');
    const bytes = this.parts.during('warp', () => warp(picture, cut));
    const run = net.run({ pixels: { bytes, shape: [1, landmarkSide, landmarkSide, 3] } });
    const { values } = await this.parts.untilDone('landmarks', run);
    return landmarksIn(cut, values);
  }

  #canvas(model: Look['model']): Canvas {
    const canvas = this.#canvases.get(model) ?? createCanvas(...canvasSizes[model]);
    this.#canvases.set(model, canvas);
    return canvas;
  }

  #net(name: ModelName): Promise<Net> {
    const net = this.#nets.get(name) ?? this.#openNet(name);
    this.#nets.set(name, net);
    return net;
  }

  async #openNet(name: ModelName): Promise<Net> {
    const checked = await checkModel(this.#options.pack, name);
    if (checked.outcome !== 'sound') throw new Error(checked.message);
    return await openNet(checked, this.#options.threads);
  }
}

/** One run of a detector over the picture or a part of it, drawn on `share` of its canvas. */
interface Look {
  readonly model: 'tiny416Planes' | 'tiny416Square';
  readonly share: number;
  readonly part?: EvenPart;
}

const quickLook: Look = { model: 'tiny416Planes', share: 1 };

/** The second look of thorough detection is for pictures that waste much of a 16:9 canvas. */
const wideAspectMin = 1.5;

const tallPicture: Look = { model: 'tiny416Square', share: 1 };

/** Around what reaches over the picture there is grey. */
function lookAt(picture: Pixels, box: Box): Look {
  const inside = clip(box, picture) ?? { x: 0, y: 0, width: 2, height: 2 };
  const part = {
    left: evenBelow(inside.x),
    top: evenBelow(inside.y),
    width: evenBelow(inside.width),
    height: evenBelow(inside.height),
  };
  return { model: 'tiny416Planes', share: Math.min(1, part.width / box.width, part.height / box.height), part };
}

const canvasSizes: Readonly<Record<Look['model'], readonly [width: number, height: number]>> = {
  tiny416Planes: [416, 234],
  tiny416Square: [416, 416],
};

const middleGrey = 128;

function planeInputs({ y, u, v }: Canvas): Parameters<Net['run']>[0] {
  return {
    y: { bytes: y.samples, shape: [1, y.height, y.width] },
    u: { bytes: u.samples, shape: [1, u.height, u.width] },
    v: { bytes: v.samples, shape: [1, v.height, v.width] },
  };
}

function rgbInput({ width, height, y, u, v }: Canvas): Parameters<Net['run']>[0] {
  const pixels = new SharedArrayBuffer(y.samples.length + u.samples.length + v.samples.length);
  const all = new Uint8Array(pixels);
  all.set(y.samples);
  all.set(u.samples, y.samples.length);
  all.set(v.samples, y.samples.length + u.samples.length);
  return { pixels: { bytes: toRgb({ width, height, pixels }).data, shape: [1, height, width, 3] } };
}
