// A model pack: a folder of ONNX files and the manifest that names them, their hashes and the thresholds that suit them.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { type RecogniserWords, recogniserWords } from './recognisers.ts';

/** The models of a pack, by the name under which the appliance asks for them. */
export const modelNames = [
  'tiny416Planes',
  'tiny416Rgb',
  'tiny416Square',
  'landmarks68',
  'recogniserReference',
  'recogniserInt8',
  'mobileFaceNetInt8',
  'ssd512',
] as const;

export type ModelName = (typeof modelNames)[number];

/** One file of the pack; `file` is relative to the manifest, `sha256` is hexadecimal. */
export type ModelFile = { file: string; sha256: string; bytes: number };

/** manifest.json. `key` says from which sources, weights and packages the pack was made. */
export type ModelPack = {
  name: string;
  source: string;
  key: string;
  models: Record<ModelName, ModelFile>;
  /** The first is the one that is used unless its owner chooses another. */
  recognisers: (RecogniserWords & { model: ModelFile; embeddingMark: string })[];
  /** Of the detectors: the least score. */
  detectorScore: number;
};

const manifestFile = 'manifest.json';
const detectorScore = 0.3;
const identityDigits = 12;

/** The pack in a folder, if it was made from `key` and every file still has its hash. */
export async function readPack(folder: string, key: string): Promise<ModelPack | undefined> {
  const content = await readIfThere(path.join(folder, manifestFile));
  if (content === undefined) return undefined;
  const pack = parsePack(content);
  if (pack?.key !== key) return undefined;
  for (const name of modelNames) {
    const model = pack.models[name];
    const bytes = await readIfThere(path.join(folder, model.file));
    if (bytes === undefined || sha256(bytes) !== model.sha256) return undefined;
  }
  return pack;
}

/** Writes one model of a pack, durably; the file is whole or not there. */
export async function writeModel(folder: string, name: ModelName, content: Uint8Array): Promise<ModelFile> {
  const file = `${name.replace(/[A-Z]/g, '-$&').toLowerCase()}.onnx`;
  await replaceFile(path.join(folder, file), content);
  return { file, sha256: sha256(content), bytes: content.length };
}

/** Writes the manifest, which makes the pack valid: call it last. */
export async function writeManifest(
  folder: string,
  { source, key, models }: Pick<ModelPack, 'source' | 'key' | 'models'>,
): Promise<ModelPack> {
  const pack: ModelPack = {
    name: 'doorward',
    source,
    key,
    models,
    recognisers: recogniserWords.map((words) => {
      const model = models[words.net];
      return {
        ...words,
        model,
        embeddingMark: `${words.embeddingMark}-${model.sha256.slice(0, identityDigits)}`,
      };
    }),
    detectorScore,
  };
  await replaceFile(
    path.join(folder, manifestFile),
    new TextEncoder().encode(`${JSON.stringify(pack, undefined, 2)}\n`),
  );
  return pack;
}

/** SHA-256 as hexadecimal. */
export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Whether every model of the pack is there. */
export function isComplete(models: Partial<Record<ModelName, ModelFile>>): models is Record<ModelName, ModelFile> {
  return modelNames.every((name) => models[name] !== undefined);
}

/** A manifest that cannot be read counts as none: the pack is exported again. */
function parsePack(content: Uint8Array): ModelPack | undefined {
  try {
    const pack: ModelPack | null = JSON.parse(new TextDecoder().decode(content));
    return pack !== null && isComplete(pack.models) ? pack : undefined;
  } catch {
    return undefined;
  }
}

async function replaceFile(target: string, content: Uint8Array): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const draft = `${target}.draft-${process.pid}`;
  try {
    const file = await open(draft, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
  const folder = await open(path.dirname(target), 'r');
  await folder.sync();
  await folder.close();
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
