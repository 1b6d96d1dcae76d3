import type { Box, Pixels } from './pixels.ts';

/** x0, y0, x1, y1 ... of the 68 points of the iBUG 300-W scheme, in pixels of the picture they were found in. */
export type Landmarks = Float32Array;

/** Numbers whose distance tells faces apart, by the `Scoring` of their recogniser; never compared with another's. */
export type Embedding = Float32Array;

/**
 * How the embeddings of a recogniser are compared, so that a distance means the same whichever it is: of ten thousand
 * pairs of two people one is nearer than 0.50, of six hundred one is nearer than 0.56.
 */
export interface Scoring {
  /** Of an embedding. */
  readonly numbers: number;
  /** Embeddings are brought to this length first; undefined: they are compared as they are. */
  readonly length?: number;
  /** Nobody is this far from all of one's own pictures, vectors compared as they are. */
  readonly unlike: number;
  /** A face where many strangers look alike must be nearer to be the same. */
  readonly density?: Density;
}

/** Averages of many faces, scaled to unit length when they were made; aggregates, never one face. */
export interface Density {
  readonly centroids: readonly Float32Array[];
  /** The share of a face's distance to the nearest average by which its distances are shortened. */
  readonly weight: number;
  /** That distance of a face whose distances stay as they are. */
  readonly typical: number;
}

/** How well a face can be recognised. */
export interface FaceQuality {
  /** Width of the face in pixels, from temple to temple (points 0 to 16). */
  readonly widthPx: number;
  /**
   * Variance of the Laplacian of the aligned grey 150x150 face. Of two pictures of one face in one light the sharper has
   * more; it grows with contrast and size, and tells nothing of errors.
   */
  readonly sharpness: number;
  /** How much there is to see, see `detailOf`; under 0.2 most faces are not recognised. Faces of earlier releases have none. */
  readonly detail?: number;
  /** Head turned to the side, degrees, 0 is frontal, from the landmarks; sign is the side. */
  readonly yawDeg: number;
  /** Head nodded, degrees, 0 is level. */
  readonly pitchDeg: number;
  /** Head tilted in the picture plane, degrees. The alignment undoes it. */
  readonly rollDeg: number;
  /** Mean grey of the aligned face, 0 to 255. */
  readonly light: number;
  /** Standard deviation of the grey of the aligned face. */
  readonly contrast: number;
}

export interface DetectedFace {
  readonly box: Box;
  /** The detector's confidence, 0 to 1. */
  readonly score: number;
  readonly landmarks: Landmarks;
  readonly quality: FaceQuality;
}

/** `quick` looks at the whole picture in 416x234; `thorough` at its parts: smaller faces, ten times the time. */
export type DetectEffort = 'quick' | 'thorough';

/** The nets cannot be asked now: they end, are being started again, have given their memory to a release on trial, or are missing. */
export class InferenceFault extends Error {
  override readonly name = 'InferenceFault';
}

/** The nets, run in a thread of their own. Calls are answered in order. Rejects with `InferenceFault` when the thread has died. */
export interface Inference {
  /** The identity every embedding carries, e.g. `mobile_face_net-int8-0f3a…`. */
  readonly recogniser: string;
  /** How its embeddings are compared. Default: as they are, 128 numbers. */
  readonly scoring?: Scoring;
  /** While the nets are being loaded: resolves when they are, or are known not to be. Calls wait for it. */
  readonly loading?: Promise<void> | undefined;
  /** Faces found, largest first, at most `facesMax` (16). A box is a part that is looked at quickly, and may reach over the picture. */
  detect(picture: Pixels, effort: DetectEffort | Box): Promise<readonly DetectedFace[]>;
  /**
   * Embedding of the aligned face, of some recognisers averaged with that of its mirror image. `others` are pictures of the same scene a moment
   * before or after: the face is averaged with those in which it has not moved, as it is to be done in the dark.
   */
  embed(picture: Pixels, landmarks: Landmarks, others?: readonly Pixels[]): Promise<Embedding>;
}

/** Pictures as files, coded and decoded off the main thread. */
export interface Pictures {
  /**
   * Decodes JPEG, PNG, WebP, AVIF or TIFF from outside, in a process that may die of it; turns it upright (EXIF); shrinks
   * it to at most 1920x1920. The picture lies in a buffer of `lend`, for those who decode many: shared memory is collected
   * late. `onRead` is called when the file is no longer needed, perhaps long before it is decoded, perhaps twice: its
   * memory may be given back.
   */
  decode(bytes: Uint8Array, lend?: (bytes: number) => SharedArrayBuffer, onRead?: () => void): Promise<DecodeResult>;
  /** The same for what this house or its release wrote itself: nobody's upload is waited for. */
  decodeOwn(bytes: Uint8Array, lend?: (bytes: number) => SharedArrayBuffer): Promise<DecodeResult>;
  /** Encodes as JPEG, whole or the part inside `box` (clipped to the picture), shrunk to `widthMax`. */
  encode(picture: Pixels, options: EncodeOptions): Promise<Uint8Array>;
  /** What speaks for a picture of a face in some frames of one face, first to last (face/picture-signs.ts). */
  signsOf(faces: readonly FaceInFrame[]): Promise<readonly PictureSign[]>;
}

/** A face in a frame of a burst. */
export interface FaceInFrame {
  readonly picture: Pixels;
  readonly landmarks: Landmarks;
  /** Temple to temple. */
  readonly widthPx: number;
}

/** What speaks for a picture of a face: `edge`, straight edges that move with it; `grid`, pixels of a screen over it. */
export type PictureSign = 'edge' | 'grid';

export interface EncodeOptions {
  readonly box?: Box;
  readonly widthMax?: number;
  /** JPEG quality, 1 to 100. Default 85. */
  readonly quality?: number;
}

/** `too-costly` took longer or more memory than a picture may; `busy` and `unavailable` say nothing about the picture. */
export type DecodeFailure =
  | 'empty'
  | 'too-large'
  | 'not-a-picture'
  | 'corrupt'
  | 'animated'
  | 'too-costly'
  | 'busy'
  | 'unavailable';

export type DecodeResult =
  | { readonly outcome: 'decoded'; readonly picture: Pixels }
  | { readonly outcome: DecodeFailure; readonly message: string };

/** Bytes and pixels of a picture file that are looked at, of some formats fewer pixels; more is refused as too large. */
export const pictureLimits = { fileBytesMax: 16 * 1024 * 1024, pixelsMax: 60_000_000 } as const;
