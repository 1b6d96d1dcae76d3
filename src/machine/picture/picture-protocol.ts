import type { EncodeOptions, FaceInFrame, PictureSign } from '../../system/inference.ts';
import type { Pixels } from '../../system/pixels.ts';
import type { Decoded } from './picture-coder.ts';

/** What the main thread asks. Pictures cross as shared memory, files as copies. */
export type PictureQuestion =
  | { readonly call: 'decodeOwn'; readonly bytes: Uint8Array }
  | { readonly call: 'encode'; readonly picture: Pixels; readonly options: EncodeOptions }
  | { readonly call: 'signsOf'; readonly faces: readonly FaceInFrame[] }
  | { readonly call: 'ping' };

/** An answer to the question of the same name. */
export type PictureAnswer =
  | { readonly call: 'decodeOwn'; readonly decoded: Decoded }
  | { readonly call: 'encode'; readonly bytes: Uint8Array }
  | { readonly call: 'signsOf'; readonly signs: readonly PictureSign[] }
  | { readonly call: 'ping' };
