// Recognition that sees what a test wrote: a picture file is JSON that lists its faces. Decoding, detecting, cutting and
// embedding give what the real nets would give for such faces, without the nets.
import type { DetectedFace, FaceQuality, Inference, Pictures } from '../../src/system/inference.ts';
import { i420Bytes, type Box, type Pixels } from '../../src/system/pixels.ts';
import { spreadVector } from './gallery-faces.ts';

export interface ScriptedFace {
  /** Whose face: different people are about 0.9 apart. */
  readonly who: number;
  /** Which look of the person: two looks are about 0.2 apart. */
  readonly look?: number;
  readonly box?: Box;
  readonly score?: number;
  readonly quality?: Partial<FaceQuality>;
}

interface Scene {
  readonly faces: readonly (ScriptedFace & { readonly box: Box })[];
}

const width = 320;
const height = 180;
const goodQuality: FaceQuality = {
  widthPx: 90,
  sharpness: 150,
  yawDeg: 5,
  pitchDeg: 0,
  rollDeg: 0,
  light: 120,
  contrast: 45,
};
const emptyScene: Scene = { faces: [] };

/** A picture file. Its bytes differ with every face in it. */
export function pictureOf(...faces: readonly ScriptedFace[]): Uint8Array {
  const scene = faces.map((face, i) => ({ box: { x: 20 + i * 100, y: 40, width: 80, height: 80 }, ...face }));
  return new TextEncoder().encode(JSON.stringify({ faces: scene }));
}

export function vectorOf({ who, look = 0 }: ScriptedFace): Float32Array {
  const noise = spreadVector(10_000 + look);
  return spreadVector(who).map((value, i) => value + (look === 0 ? 0 : (noise[i] ?? 0) * 0.25));
}

/** `recogniser` names the model; `shift` moves every vector, as another model would. */
export class ScriptedFaces implements Inference, Pictures {
  readonly recogniser: string;
  readonly #shift: number;
  readonly #scenes: Scene[];
  embedded = 0;

  constructor(recogniser: string, { shift = 0, scenes = [] }: { shift?: number; scenes?: Scene[] } = {}) {
    this.recogniser = recogniser;
    this.#shift = shift;
    this.#scenes = scenes;
  }

  /** The frame of a live camera. */
  frameOf(...faces: readonly ScriptedFace[]): Pixels {
    return this.#picture(JSON.parse(new TextDecoder().decode(pictureOf(...faces))) as Scene);
  }

  decode(bytes: Uint8Array): ReturnType<Pictures['decode']> {
    try {
      const scene = JSON.parse(new TextDecoder().decode(bytes)) as Scene;
      return Promise.resolve({ outcome: 'decoded', picture: this.#picture(scene) });
    } catch {
      return Promise.resolve({ outcome: 'not-a-picture', message: 'cannot read this file: it is no picture' });
    }
  }

  decodeOwn(bytes: Uint8Array): ReturnType<Pictures['decode']> {
    return this.decode(bytes);
  }

  signsOf(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  encode(picture: Pixels, { box = { x: 0, y: 0, width, height } }: { box?: Box } = {}): Promise<Uint8Array> {
    const seen = this.#sceneOf(picture).faces.filter((face) => isInside(middleOf(face.box), box));
    const moved = seen.map((face) => ({ ...face, box: { ...face.box, x: face.box.x - box.x, y: face.box.y - box.y } }));
    return Promise.resolve(pictureOf(...moved));
  }

  detect(picture: Pixels): Promise<readonly DetectedFace[]> {
    const { faces } = this.#sceneOf(picture);
    return Promise.resolve(
      faces.map(({ box, score = 0.8, quality }) => ({
        box,
        score,
        landmarks: Float32Array.from({ length: 136 }, (_, i) => (i % 2 === 0 ? middleOf(box).x : middleOf(box).y)),
        quality: { ...goodQuality, ...quality },
      })),
    );
  }

  embed(picture: Pixels, landmarks: Float32Array): Promise<Float32Array> {
    this.embedded += 1;
    const at = { x: landmarks[0] ?? 0, y: landmarks[1] ?? 0 };
    const face = this.#sceneOf(picture).faces.find(({ box }) => isInside(at, box));
    if (face === undefined) throw new Error('embedded where no face is');
    return Promise.resolve(vectorOf(face).map((value) => value + this.#shift));
  }

  #picture(scene: Scene): Pixels {
    const pixels = new SharedArrayBuffer(i420Bytes(width, height));
    new Uint32Array(pixels)[0] = this.#scenes.push(scene);
    return { width, height, pixels };
  }

  #sceneOf(picture: Pixels): Scene {
    return this.#scenes[(new Uint32Array(picture.pixels)[0] ?? 0) - 1] ?? emptyScene;
  }
}

function middleOf({ x, y, width: wide, height: high }: Box): { x: number; y: number } {
  return { x: x + wide / 2, y: y + high / 2 };
}

function isInside(at: { x: number; y: number }, { x, y, width: wide, height: high }: Box): boolean {
  return at.x >= x && at.y >= y && at.x <= x + wide && at.y <= y + high;
}
