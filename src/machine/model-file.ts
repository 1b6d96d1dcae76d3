import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { ModelName, ModelPack } from './model-pack.ts';

export type PackFailure = 'models-missing' | 'models-damaged';

export type ModelResult =
  | { readonly outcome: 'sound'; readonly path: string }
  | { readonly outcome: PackFailure; readonly message: string };

/** The path of one model, once its bytes were found to be those that the manifest names. */
export async function checkModel({ folder, manifest }: ModelPack, name: ModelName): Promise<ModelResult> {
  const { file, sha256 } = manifest.models[name];
  const path = join(folder, file);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return refuse('models-missing', `${path} is missing`);
    return refuse('models-damaged', `${path} cannot be read (${String(error)})`);
  }
  if (hash.digest('hex') !== sha256) return refuse('models-damaged', `${path} is not what its manifest names`);
  return { outcome: 'sound', path };
}

/** A failure in words, with what to do about it. */
export function refuse(outcome: PackFailure, why: string): { readonly outcome: PackFailure; readonly message: string } {
  return { outcome, message: `cannot start recognition: ${why}: run npm run models` };
}

/** The system's name for what went wrong, such as ENOENT. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
