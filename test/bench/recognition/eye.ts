import { readFile } from 'node:fs/promises';
import { plainScoring } from '../../../src/face/scoring.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import type { StartedInference } from '../../../src/machine/inference/onnx-inference.ts';
import { studyPicture } from '../../../src/people/study.ts';
import type { Settings } from '../../../src/settings/settings-schema.ts';
import type { Embedding, Scoring } from '../../../src/system/inference.ts';
import type { Pixels } from '../../../src/system/pixels.ts';
import { search, type FaceInView } from '../../../src/visit/detect.ts';

/** On a machine with other work. */
const lookMsMax = 60_000;

export type RecognitionSettings = Settings['recognition'];

/** What one look at a frame gives, through the steps of a visit; also the embedding that the gate would not have. */
export interface Seen extends FaceInView {
  readonly embedding: Embedding;
}

/** What enrolment says of a picture. */
export type Reference =
  | { readonly outcome: 'studied'; readonly embedding: Embedding }
  | { readonly outcome: 'refused'; readonly reason: string };

/** Looks at pictures as the product does, at the door and when people are enrolled. */
export class Eye {
  readonly recognition: RecognitionSettings;
  readonly recogniser: string;
  readonly scoring: Scoring;
  readonly #started: StartedInference;

  constructor(started: StartedInference, recognition: RecognitionSettings) {
    this.#started = started;
    this.recognition = recognition;
    this.recogniser = started.inference.recogniser;
    this.scoring = started.inference.scoring ?? plainScoring;
  }

  /** Undefined for a file that is no picture, or too large. */
  async read(file: string): Promise<Pixels | undefined> {
    const decoded = await this.#started.pictures.decodeOwn(await readFile(file));
    return decoded.outcome === 'decoded' ? decoded.picture : undefined;
  }

  /** The most prominent face of a frame; undefined when none is found. */
  async look(picture: Pixels): Promise<Seen | undefined> {
    const { inference } = this.#started;
    const patienceMs = (): number => lookMsMax;
    const parts = { inference, clock: nodeClock, tell: () => undefined, limits: this.recognition, patienceMs };
    const found = await search(parts, picture);
    if (found.outcome !== 'seen') throw new Error(`cannot look: ${found.reason}`);
    const [face] = found.value;
    return face === undefined ? undefined : { ...face, embedding: await inference.embed(picture, face.face.landmarks) };
  }

  async study(picture: Pixels): Promise<Reference> {
    const { inference, pictures } = this.#started;
    const parts = { inference, pictures: { ...pictures, decode: pictures.decodeOwn }, recognition: this.recognition };
    const studied = await studyPicture(parts, picture);
    return studied.outcome === 'studied'
      ? { outcome: 'studied', embedding: studied.vector }
      : { outcome: 'refused', reason: studied.reason };
  }
}
