import type {
  DetectEffort,
  DetectedFace,
  Embedding,
  FaceInFrame,
  FaceQuality,
  Inference,
  Landmarks,
  Pictures,
  PictureSign,
} from '../../src/system/inference.ts';
import { signsOfPicture } from '../../src/face/picture-signs.ts';
import { type Box, i420Bytes, type Pixels } from '../../src/system/pixels.ts';

/** A face as a script tells it. */
export interface ScriptedFace {
  /** Whose face: every number is another person. */
  readonly who: number;
  /** Distance from the person's reference vector; default 0.3. */
  readonly distance?: number;
  readonly quality?: Partial<FaceQuality>;
  /** Too small to be found in the whole picture. */
  readonly isHidden?: boolean;
  /** Left edge of the box; default in the middle. */
  readonly x?: number;
}

export const goodQuality: FaceQuality = {
  widthPx: 120, sharpness: 180, yawDeg: 4, pitchDeg: 2, rollDeg: 1, light: 120, contrast: 50,
}; // prettier-ignore

/** A picture of scene number `scene`: its first pixel says which. */
export function pictureOf(scene: number, size: { width: number; height: number } = { width: 64, height: 36 }): Pixels {
  const pixels = new SharedArrayBuffer(i420Bytes(size.width, size.height));
  new Uint8Array(pixels)[0] = scene;
  return { ...size, pixels };
}

/** The reference vector of a person: any two are 0.9 apart. */
export function vectorOf(who: number, awayBy = 0): Embedding {
  const vector = new Float32Array(128);
  vector[who % 100] = Math.sqrt(0.405);
  vector[100 + (who % 28)] = (vector[100 + (who % 28)] ?? 0) + awayBy;
  return vector;
}

/** Recognition by script: knows from the first pixel which scene it sees. Also codes "pictures" that remember it. */
export class ScriptedInference implements Inference, Pictures {
  readonly recogniser = 'scripted';
  readonly scenes: readonly (readonly ScriptedFace[])[];
  /** Called before every call; may wait, throw, or never come back. */
  before: (call: 'detect' | 'embed' | 'encode' | 'decode' | 'signs') => Promise<void> | void = () => {};
  calls: string[] = [];
  loading: Promise<void> | undefined;

  constructor(scenes: readonly (readonly ScriptedFace[])[]) {
    this.scenes = scenes;
  }

  async detect(picture: Pixels, effort: DetectEffort | Box): Promise<readonly DetectedFace[]> {
    const scene = sceneOf(picture);
    this.calls.push(`detect ${typeof effort === 'string' ? effort : 'part'} ${scene}`);
    await this.before('detect');
    const faces = (this.scenes[scene] ?? []).map((face, number) => ({
      isHidden: face.isHidden,
      found: detectedFace(face, { picture, scene, number }),
    }));
    const part = typeof effort === 'string' ? { x: 0, y: 0, ...picture } : effort;
    return faces
      .filter(({ found }) => isIn(found.box, part))
      .filter(({ isHidden = false }) => !isHidden || effort === 'thorough' || part.width < picture.width)
      .map(({ found }) => found);
  }

  async embed(picture: Pixels, landmarks: Landmarks, others: readonly Pixels[] = []): Promise<Embedding> {
    this.calls.push(`embed ${sceneOf(picture)}${others.length > 0 ? ` with ${others.length} more` : ''}`);
    await this.before('embed');
    const face = this.scenes[landmarks[0] ?? 0]?.[landmarks[1] ?? 0];
    if (face === undefined) throw new Error('no such face in the script');
    return vectorOf(face.who, face.distance ?? 0.3);
  }

  decodeOwn(bytes: Uint8Array): ReturnType<Pictures['decode']> {
    return this.decode(bytes);
  }

  async decode(bytes: Uint8Array): ReturnType<Pictures['decode']> {
    await this.before('decode');
    const [scene, mark] = bytes;
    if (mark !== 0xda || scene === undefined) return { outcome: 'corrupt', message: 'cannot decode the picture' };
    return { outcome: 'decoded', picture: pictureOf(scene) };
  }

  async signsOf(faces: readonly FaceInFrame[]): Promise<readonly PictureSign[]> {
    await this.before('signs');
    return signsOfPicture(faces);
  }

  async encode(picture: Pixels): Promise<Uint8Array> {
    const scene = sceneOf(picture);
    await this.before('encode');
    return Uint8Array.from([scene, 0xda]);
  }
}

function sceneOf(picture: Pixels): number {
  return new Uint8Array(picture.pixels)[0] ?? 0;
}

function isIn(face: Box, part: Box): boolean {
  const [x, y] = [face.x + face.width / 2, face.y + face.height / 2];
  return x >= part.x && x <= part.x + part.width && y >= part.y && y <= part.y + part.height;
}

function detectedFace(
  { quality, x }: ScriptedFace,
  { picture, scene, number }: { picture: Pixels; scene: number; number: number },
): DetectedFace {
  const whole = { ...goodQuality, ...quality };
  const width = Math.min(picture.width / 3, whole.widthPx);
  const box = { x: x ?? (picture.width - width) / 2, y: (picture.height - width) / 2, width, height: width };
  const landmarks = new Float32Array(136);
  landmarks[0] = scene;
  landmarks[1] = number;
  return { box, score: 0.9, landmarks, quality: whole };
}
