// How often recognition is right on labelled pictures, side by side with face-api's own pipeline on the same pictures.
//   npm run bench:accuracy -- PATH [--roll DEGREES] [--threshold DISTANCE] [--effort quick|thorough]
// The last line is one JSON object for programs.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import Value from 'typebox/value';

import { fromRgb, toRgb } from '../../src/face/i420.ts';
import { distanceFor } from '../../src/face/chance.ts';
import { apartness, plainScoring, prepareFace } from '../../src/face/scoring.ts';
import { distance } from '../../src/face/similarity.ts';
import { startInference, type StartedInference } from '../../src/machine/inference/onnx-inference.ts';
import { settingsSchema } from '../../src/settings/settings-schema.ts';
import type { Embedding } from '../../src/system/inference.ts';
import type { Pixels } from '../../src/system/pixels.ts';
import { loadOracle, type Oracle } from '../oracle/face-api.ts';
import { type LabelledPair, readDatasets } from './dataset.ts';
import { begin, Misused } from '../../scripts/entry.ts';

/** Embeddings of a picture's main face by every pipeline; a pipeline that finds none has none. */
type Faces = Partial<Record<Pipeline, Embedding>>;
const pipelines = ['doorward', 'face-api ssd', 'face-api tiny416'] as const;
type Pipeline = (typeof pipelines)[number];

/** The appliance gives a name up to this distance unless told otherwise. */
const settings = Value.Create(settingsSchema);

/** face-api's documented threshold, and its default detector. */
const oracleThreshold = 0.6;
const oraclePipeline = 'face-api ssd';
const sweepFrom = 0.4;
const sweepTo = 0.68;
const sweepStep = 0.02;

const wordsKnown = {
  usage:
    'npm run bench:accuracy -- FOLDER|CSV [--roll DEGREES] [--threshold DISTANCE] [--effort thorough|quick] [--no-oracle]',
  words: 1,
  options: {
    roll: { type: 'string', default: '0' },
    threshold: { type: 'string' },
    effort: { type: 'string', default: 'thorough' },
    'no-oracle': { type: 'boolean', default: false },
  },
} as const;
const { positionals, values } = begin({ ...wordsKnown, args: joined(process.argv.slice(2)) });

/** `--roll -30` is meant as `--roll=-30`, and not as two options. */
function joined(words: readonly string[]): string[] {
  const text = words.join('\0').replaceAll(/(^|\0)--(roll|threshold)\0(?=-\d)/g, '$1--$2=');
  return text === '' ? [] : text.split('\0');
}

async function main(): Promise<void> {
  const target = positionals[0];
  if (target === undefined) throw new Misused('name a folder or a CSV of labelled pairs');
  const roll = Number(values.roll);
  if (!Number.isFinite(roll)) throw new Misused(`"${values.roll}" is no number of degrees`);
  const read = await readDatasets(path.resolve(target));
  if (read.outcome === 'unusable') return refuse(read.message);
  const modelsFolder = path.join(import.meta.dirname, '../../.models');
  const started = await startInference({ modelsFolder, threads: 1 });
  if (started.outcome !== 'started') return refuse(started.message);
  const threshold = Number(values.threshold ?? distanceFor(1 / settings.recognition.strangersPerName, 1));
  if (!(threshold > 0)) return refuse(`cannot measure accuracy: "${values.threshold}" is no distance`);

  const measured = new Measured(started, values['no-oracle'] ? undefined : await loadOracle());
  const pairs = distinct(read.datasets.flatMap((dataset) => dataset.pairs));
  await measured.look(pairs, roll);
  for (const { name, pairs: some } of read.datasets) printDataset(name, some, { measured, roll, threshold });
  if (read.datasets.length > 1) printDataset('all', pairs, { measured, roll, threshold });
  printSweep(pairs, measured, roll);
  const ours = tally(measured.distances(pairs, 'doorward', roll), threshold);
  const oracle = tally(measured.distances(pairs, oraclePipeline, roll), oracleThreshold);
  await started.stop();
  const figures = {
    pictures: measured.pictures(roll).length,
    detected: measured.pictures(roll).filter((faces) => faces.doorward !== undefined).length,
    pairs: ours.pairs,
    falseAccepts: ours.falseAccepts,
    falseRejects: ours.falseRejects,
    threshold,
    oracleFalseAccepts: oracle.falseAccepts,
    oracleFalseRejects: oracle.falseRejects,
  };
  console.log(JSON.stringify(figures));
}

/** The faces of all pictures. With a roll, the second picture of every pair is turned, as a visitor tilts the head. */
class Measured {
  readonly #started: StartedInference;
  readonly #oracle: Oracle | undefined;
  readonly #faces = new Map<string, Faces>();

  constructor(started: StartedInference, oracle: Oracle | undefined) {
    this.#started = started;
    this.#oracle = oracle;
  }

  async look(pairs: readonly LabelledPair[], roll: number): Promise<void> {
    const keys = new Map<string, { file: string; roll: number }>();
    for (const { a, b } of pairs) {
      keys.set(keyOf(a, 0), { file: a, roll: 0 });
      keys.set(keyOf(b, roll), { file: b, roll });
    }
    for (const [key, { file, roll: turn }] of keys) {
      if (process.stderr.isTTY) process.stderr.write(`\r${this.#faces.size + 1} of ${keys.size} pictures `);
      this.#faces.set(key, await this.#facesIn(file, turn));
    }
    if (process.stderr.isTTY) process.stderr.write('\n');
  }

  /** Pictures that play the visitor when a roll is asked for, otherwise all. */
  pictures(roll: number): readonly Faces[] {
    return [...this.#faces].filter(([key]) => roll === 0 || key.endsWith(`@${roll}`)).map(([, faces]) => faces);
  }

  distances(pairs: readonly LabelledPair[], pipeline: Pipeline, roll: number): readonly Compared[] {
    return pairs.flatMap(({ a, b, isSame }) => {
      const left = this.#faces.get(keyOf(a, 0))?.[pipeline];
      const right = this.#faces.get(keyOf(b, roll))?.[pipeline];
      return left === undefined || right === undefined ? [] : [{ isSame, apart: this.#apart(left, right, pipeline) }];
    });
  }

  /** face-api's descriptors are compared as they are, ours as the gallery compares. */
  #apart(left: Embedding, right: Embedding, pipeline: Pipeline): number {
    const { scoring = plainScoring } = this.#started.inference;
    if (pipeline !== 'doorward') return distance(left, right);
    return apartness(prepareFace(scoring, left), prepareFace(scoring, right));
  }

  async #facesIn(file: string, roll: number): Promise<Faces> {
    const decoded = await this.#started.pictures.decodeOwn(await readFile(file));
    if (decoded.outcome !== 'decoded') {
      console.error(`${file}: ${decoded.message}`);
      return {};
    }
    const picture = roll === 0 ? decoded.picture : await turned(decoded.picture, roll);
    const { inference } = this.#started;
    const quick = await inference.detect(picture, 'quick');
    const isOnceMore = quick.length === 0 && values.effort === 'thorough';
    const face = (isOnceMore ? await inference.detect(picture, 'thorough') : quick)[0];
    const doorward = face === undefined ? undefined : await inference.embed(picture, face.landmarks);
    const rgb = toRgb(picture);
    const ssd = await this.#oracle?.describeOne(rgb, { detector: 'ssd' });
    const tiny = await this.#oracle?.describeOne(rgb, { detector: 'tiny', inputSize: 416 });
    return {
      ...(doorward === undefined ? {} : { doorward }),
      ...(ssd === undefined ? {} : { 'face-api ssd': ssd.descriptor }),
      ...(tiny === undefined ? {} : { 'face-api tiny416': tiny.descriptor }),
    };
  }
}

interface Compared {
  readonly isSame: boolean;
  readonly apart: number;
}

interface Tally {
  readonly pairs: number;
  readonly falseAccepts: number;
  readonly falseRejects: number;
}

function tally(compared: readonly Compared[], threshold: number): Tally {
  return {
    pairs: compared.length,
    falseAccepts: compared.filter(({ isSame, apart }) => !isSame && apart <= threshold).length,
    falseRejects: compared.filter(({ isSame, apart }) => isSame && apart > threshold).length,
  };
}

interface Run {
  readonly measured: Measured;
  readonly roll: number;
  readonly threshold: number;
}

function printDataset(name: string, pairs: readonly LabelledPair[], { measured, roll, threshold }: Run): void {
  const same = pairs.filter(({ isSame }) => isSame).length;
  const tilt = roll === 0 ? '' : `, the second picture turned by ${roll} degrees`;
  console.log(`\n${name}: ${pairs.length} pairs, ${same} of one person${tilt}`);
  console.log('pipeline          at    compared  false accepts  false rejects  same mean/max  different mean/min');
  for (const pipeline of pipelines) {
    const compared = measured.distances(pairs, pipeline, roll);
    if (compared.length === 0) continue;
    const at = pipeline === 'doorward' ? threshold : oracleThreshold;
    const { falseAccepts, falseRejects } = tally(compared, at);
    const sames = compared.filter(({ isSame }) => isSame).map(({ apart }) => apart);
    const others = compared.filter(({ isSame }) => !isSame).map(({ apart }) => apart);
    const cells = [pipeline.padEnd(17), at.toFixed(2), column(compared.length, 10), column(falseAccepts, 14)];
    cells.push(column(falseRejects, 14), `${mean(sames)}/${Math.max(...sames).toFixed(3)}`.padStart(14));
    cells.push(`${mean(others)}/${Math.min(...others).toFixed(3)}`.padStart(19));
    console.log(cells.join(' '));
  }
}

function printSweep(pairs: readonly LabelledPair[], measured: Measured, roll: number): void {
  const looked = measured.pictures(roll);
  console.log(
    `\nfaces found in ${looked.length} pictures: ${pipelines
      .map((pipeline) => {
        return `${pipeline} ${looked.filter((faces) => faces[pipeline] !== undefined).length}`;
      })
      .join(', ')}`,
  );
  console.log('\nfalse accepts / false rejects by threshold');
  console.log(`threshold ${pipelines.map((pipeline) => pipeline.padStart(17)).join('')}`);
  for (let threshold = sweepFrom; threshold <= sweepTo; threshold += sweepStep) {
    const cells = pipelines.map((pipeline) => {
      const { falseAccepts, falseRejects } = tally(measured.distances(pairs, pipeline, roll), threshold);
      return `${falseAccepts} / ${falseRejects}`.padStart(17);
    });
    console.log(`${threshold.toFixed(2)}      ${cells.join('')}`);
  }
}

/** Tables overlap: a pair that two of them list counts once in the total. */
function distinct(pairs: readonly LabelledPair[]): readonly LabelledPair[] {
  const seen = new Map(pairs.map((pair) => [[pair.a, pair.b].toSorted().join('\n'), pair]));
  return [...seen.values()];
}

function keyOf(file: string, roll: number): string {
  return `${file}@${roll}`;
}

function column(value: number, width: number): string {
  return String(value).padStart(width);
}

function mean(numbers: readonly number[]): string {
  return (numbers.reduce((sum, value) => sum + value, 0) / numbers.length).toFixed(3);
}

async function turned(picture: Pixels, degrees: number): Promise<Pixels> {
  const { data, width, height } = toRgb(picture);
  const { data: rgb, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .rotate(degrees, { background: '#808080' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return fromRgb({ data: rgb, width: info.width, height: info.height });
}

function refuse(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

await main();
