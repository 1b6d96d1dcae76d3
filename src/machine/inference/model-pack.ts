import { readFile } from 'node:fs/promises';
import Type, { type Static, type TSchema } from 'typebox';
import Value from 'typebox/value';
import { carriedAt } from '../executable/carried-files.ts';
import { type PackFailure, refuse } from './pack-failure.ts';
import { codeOf, wordsOf } from '../../system/error-words.ts';
import type { Scoring } from '../../system/inference.ts';

const modelFile = Type.Object({
  // A name, not a path: a pack lies in one folder.
  file: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  bytes: Type.Optional(Type.Integer({ minimum: 1 })),
});

const words = Type.String({ minLength: 1, maxLength: 500 });

/** Averages of many people's faces; `centroids` is `rows` times `columns` int8 in base64, each times `step`. */
const densitySchema = Type.Object({
  rows: Type.Integer({ minimum: 1, maximum: 1024 }),
  columns: Type.Integer({ minimum: 1, maximum: 1024 }),
  step: Type.Number({ exclusiveMinimum: 0 }),
  weight: Type.Number({ minimum: 0, maximum: 1 }),
  typical: Type.Number({ minimum: 0, maximum: 2 }),
  centroids: Type.String({ maxLength: 2_000_000 }),
  madeFrom: Type.String({ maxLength: 2000 }),
});

/** A recogniser, with all that belongs to it. */
const recogniserSchema = Type.Object({
  /** By which its owner chooses it. */
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
  model: modelFile,
  /** What its embeddings carry. */
  embeddingMark: Type.String({ minLength: 1, maxLength: 200 }),
  /** How it wants faces cut. */
  chip: Type.Union([Type.Literal('dlib'), Type.Literal('arcface')]),
  numbers: Type.Integer({ minimum: 32, maximum: 1024, multipleOf: 32 }),
  isMirrored: Type.Boolean(),
  length: Type.Number({ exclusiveMinimum: 0, maximum: 10 }),
  unlike: Type.Number({ exclusiveMinimum: 0, maximum: 10 }),
  density: Type.Optional(densitySchema),
  licence: words,
  origin: words,
  trainedOn: words,
  /** On which pictures `length` was found. */
  measuredOn: Type.Optional(words),
});

/** manifest.json of a model pack. Its owner may add fields and models of their own. */
const manifestSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  models: Type.Object({
    /** The detector, fed with I420 planes of 416x234. */
    tiny416Planes: modelFile,
    /** A detector fed with RGB, 416x416, for upright pictures. */
    tiny416Square: modelFile,
    landmarks68: modelFile,
  }),
  /** The first is used unless another is asked for. */
  recognisers: Type.Array(recogniserSchema, { minItems: 1, maxItems: 20 }),
  /** Of the detectors: the least score. */
  detectorScore: Type.Number({ minimum: 0, maximum: 1 }),
});

/** The models that a pack must have besides recognisers. It may have more: nothing loads them. */
export const modelNames = new Set(Object.keys(manifestSchema.properties.models.properties));

export type ModelManifest = Static<typeof manifestSchema>;
export type ModelName = keyof ModelManifest['models'] | 'recogniser';
export type Recogniser = Static<typeof recogniserSchema>;

/** Where packs lie: the one that came with the release, and those that the owner has added, one folder each. */
export interface PackFolders {
  readonly modelsFolder: string;
  readonly addedFolder?: string | undefined;
}

/** A pack whose manifest was read. Its files are checked when they are loaded. */
export interface ModelPack {
  readonly folder: string;
  readonly manifest: ModelManifest;
  readonly recogniser: Recogniser;
  /** Where its recogniser lies. */
  readonly recogniserFolder: string;
}

export type PackResult =
  | { readonly outcome: 'read'; readonly pack: ModelPack }
  | { readonly outcome: PackFailure; readonly message: string };

const manifestName = 'manifest.json';

/** Reads the manifest of the release's pack, and chooses a recogniser: the one of this name, or the pack's first. */
export async function readModelPack({ modelsFolder, addedFolder }: PackFolders, name?: string): Promise<PackResult> {
  const read = await readManifest(`${modelsFolder}/${manifestName}`, manifestSchema);
  if (read.outcome !== 'read') return read;
  const { value: manifest } = read;
  const [first] = manifest.recognisers;
  const builtIn = name === undefined ? first : manifest.recognisers.find((one) => one.name === name);
  const pack = { folder: modelsFolder, manifest };
  if (builtIn !== undefined)
    return { outcome: 'read', pack: { ...pack, recogniser: builtIn, recogniserFolder: modelsFolder } };
  if (addedFolder === undefined || name === undefined || !isPackName(name))
    return { outcome: 'models-missing', message: `there is no model pack "${name ?? ''}"` };
  const added = await readAddedPack(addedFolder, name);
  if (added.outcome !== 'read') return added;
  return {
    outcome: 'read',
    pack: { ...pack, recogniser: added.recogniser, recogniserFolder: `${addedFolder}/${name}` },
  };
}

/** A pack of the owner's: a recogniser with all that belongs to it, in a folder of its name. */
export async function readAddedPack(
  addedFolder: string,
  name: string,
): Promise<
  { readonly outcome: 'read'; readonly recogniser: Recogniser } | Exclude<PackResult, { readonly outcome: 'read' }>
> {
  const read = await readManifest(`${addedFolder}/${name}/${manifestName}`, recogniserSchema);
  if (read.outcome === 'models-missing') return { ...read, message: `there is no model pack "${name}"` };
  if (read.outcome !== 'read') return { ...read, message: `the model pack "${name}" is damaged: ${read.message}` };
  const { value: recogniser } = read;
  const fault = recogniser.name === name ? faultIn(recogniser) : `it calls itself "${recogniser.name}"`;
  if (fault === undefined) return { outcome: 'read', recogniser };
  return { outcome: 'models-damaged', message: `the model pack "${name}" is damaged: ${fault}` };
}

/** The manifest of an owner's pack, or what is wrong with it. */
export function parseRecogniser(bytes: Uint8Array): Recogniser | string {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    return `manifest.json is not JSON (${wordsOf(error)})`;
  }
  if (Value.Check(recogniserSchema, value)) return faultIn(value) ?? value;
  const first = Value.Errors(recogniserSchema, value)[0];
  return `manifest.json is wrong at "${first?.instancePath ?? ''}": ${first?.message ?? 'shape'}`;
}

/** What a schema cannot say: averages are as many, and as long, as they are said to be. */
function faultIn({ density, numbers }: Recogniser): string | undefined {
  if (density === undefined) return undefined;
  const { centroids, columns, rows } = density;
  const isWhole = columns === numbers && Buffer.from(centroids, 'base64').length === rows * columns;
  return isWhole
    ? undefined
    : `manifest.json is wrong at "/density": ${rows} averages of ${numbers} numbers are needed`;
}

function isPackName(name: string): boolean {
  return Value.Check(recogniserSchema.properties.name, name);
}

async function readManifest<Shape extends TSchema>(
  path: string,
  shape: Shape,
): Promise<
  | { readonly outcome: 'read'; readonly value: Static<Shape> }
  | { readonly outcome: PackFailure; readonly message: string }
> {
  let text: string;
  try {
    text = Buffer.from(carriedAt(path) ?? (await readFile(path))).toString();
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT';
    const why = isAbsent ? `${path} is missing` : `${path} cannot be read (${wordsOf(error)})`;
    return refuse(isAbsent ? 'models-missing' : 'models-damaged', why);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse('models-damaged', `${path} is not JSON (${wordsOf(error)})`);
  }
  if (Value.Check(shape, value)) return { outcome: 'read', value };
  const first = Value.Errors(shape, value)[0];
  return refuse('models-damaged', `${path} is wrong at "${first?.instancePath ?? ''}": ${first?.message ?? 'shape'}`);
}

/** How its embeddings are compared. */
export function scoringOf({ numbers, length, unlike, density }: Recogniser): Scoring {
  if (density === undefined) return { numbers, length, unlike };
  const { rows, columns, step, weight, typical } = density;
  const values = new Int8Array(Buffer.from(density.centroids, 'base64'));
  const centroids = Array.from({ length: rows }, (_, row) =>
    Float32Array.from(values.subarray(row * columns, (row + 1) * columns), (value) => value * step),
  );
  return { numbers, length, unlike, density: { centroids, weight, typical } };
}
