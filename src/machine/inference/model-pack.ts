import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { carriedAt } from '../executable/carried-files.ts';
import { type PackFailure, refuse } from './pack-failure.ts';
import { codeOf, wordsOf } from '../../system/error-words.ts';

const modelFile = Type.Object({
  // A name, not a path: a pack lies in one folder.
  file: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

const distance = Type.Number({ minimum: 0, maximum: 2 });

/** manifest.json of a model pack. Its owner may add fields and models of their own. */
const manifestSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  models: Type.Object({
    /** The detector, fed with I420 planes of 416x234. */
    tiny416Planes: modelFile,
    /** A detector fed with RGB, 416x416, for upright pictures. */
    tiny416Square: modelFile,
    landmarks68: modelFile,
    recogniserInt8: modelFile,
    recogniserReference: modelFile,
  }),
  recogniser: Type.Union([Type.Literal('recogniserInt8'), Type.Literal('recogniserReference')]),
  recogniserIdentity: Type.String({ minLength: 1, maxLength: 200 }),
  thresholds: Type.Object({
    known: distance,
    probably: distance,
    margin: distance,
    detectorScore: Type.Number({ minimum: 0, maximum: 1 }),
  }),
});

/** The models that a pack must have. It may have more: nothing loads them. */
export const modelNames = new Set(Object.keys(manifestSchema.properties.models.properties));

export type ModelManifest = Static<typeof manifestSchema>;
export type ModelName = keyof ModelManifest['models'];
export type RecogniserName = ModelManifest['recogniser'];

/** A pack whose manifest was read. Its files are checked when they are loaded. */
export interface ModelPack {
  readonly folder: string;
  readonly manifest: ModelManifest;
}

export type PackResult =
  | { readonly outcome: 'read'; readonly pack: ModelPack }
  | { readonly outcome: PackFailure; readonly message: string };

const manifestName = 'manifest.json';

/** Reads the manifest of the pack in a folder. */
export async function readModelPack(folder: string): Promise<PackResult> {
  const path = join(folder, manifestName);
  let text: string;
  try {
    text = Buffer.from(carriedAt(path) ?? (await readFile(path))).toString();
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT';
    const why = isAbsent ? `${path} is missing` : `${path} cannot be read (${wordsOf(error)})`;
    return refuse(isAbsent ? 'models-missing' : 'models-damaged', why);
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    return refuse('models-damaged', `${path} is not JSON (${wordsOf(error)})`);
  }
  if (!Value.Check(manifestSchema, manifest)) {
    const first = Value.Errors(manifestSchema, manifest)[0];
    return refuse('models-damaged', `${path} is wrong at "${first?.instancePath ?? ''}": ${first?.message ?? 'shape'}`);
  }
  return { outcome: 'read', pack: { folder, manifest } };
}

/** What its embeddings carry. The pack names its choice; the other recogniser is told apart by its bytes. */
export function identityOf({ manifest }: ModelPack, name: RecogniserName = manifest.recogniser): string {
  if (name === manifest.recogniser) return manifest.recogniserIdentity;
  return `${manifest.name}-${name}-${manifest.models[name].sha256.slice(0, 12)}`;
}
