import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { carriedAt } from '../executable/carried-files.ts';
import type { ModelName, ModelPack } from './model-pack.ts';
import { free } from '../picture/picture-coder.ts';
import { type PackFailure, refuse } from './pack-failure.ts';
import { codeOf, wordsOf } from '../../system/error-words.ts';

export interface SoundModel {
  readonly outcome: 'sound';
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Gives their memory back, once they are loaded. */
  readonly letGo: () => void;
}

export type ModelResult = SoundModel | { readonly outcome: PackFailure; readonly message: string };

/** One model, once its bytes were found to be those that the manifest names. Nobody may write to them. */
export async function checkModel(pack: ModelPack, name: ModelName): Promise<ModelResult> {
  const isRecogniser = name === 'recogniser';
  const { file, sha256 } = isRecogniser ? pack.recogniser.model : pack.manifest.models[name];
  const path = join(isRecogniser ? pack.recogniserFolder : pack.folder, file);
  const carried = carriedAt(path);
  let bytes: Uint8Array;
  try {
    bytes = carried ?? (await readFile(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return refuse('models-missing', `${path} is missing`);
    return refuse('models-damaged', `${path} cannot be read (${wordsOf(error)})`);
  }
  const isSound = createHash('sha256').update(bytes).digest('hex') === sha256;
  return isSound
    ? { outcome: 'sound', path, bytes, letGo: () => (carried === undefined ? free(bytes) : undefined) }
    : refuse('models-damaged', `${path} is not what its manifest names`);
}
