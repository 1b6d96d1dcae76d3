import { Gallery } from '../../../src/people/gallery.ts';
import type { Embedding } from '../../../src/system/inference.ts';
import { decide } from '../../../src/visit/decide.ts';
import { match } from '../../../src/visit/embed.ts';
import { fakeEmbedding, fakePerson } from '../../fakes/gallery-faces.ts';
import type { Eye, Seen } from './eye.ts';

/** Names of people, with their references. */
export type Enrolled = ReadonlyMap<string, readonly Embedding[]>;

export type Named = {
  readonly outcome: 'known' | 'probably' | 'stranger' | 'refused' | 'no-face';
  /** Who it is taken for. */
  readonly name: string | undefined;
  /** Who is nearest, named or not, and how much nearer than the next. */
  readonly nearest?: string;
  readonly gap?: number;
  /** How sure the product says it is that the nearest is the one, 0 to 1. */
  readonly sure?: number;
};

/** A household in memory, and the product's decision about a single picture. */
export class BenchHousehold {
  readonly #gallery: Gallery;
  readonly #eye: Eye;

  constructor(eye: Eye, enrolled: Enrolled) {
    this.#eye = eye;
    const people = [...enrolled.keys()].map((id) => fakePerson({ id }));
    const embeddings = [...enrolled].flatMap(([personId, vectors]) =>
      vectors.map((vector, at) =>
        fakeEmbedding({ personId, faceId: `${personId} ${at}`, recogniser: eye.recogniser, vector }),
      ),
    );
    this.#gallery = new Gallery({ people: () => people, embeddings: () => embeddings, face: () => undefined }, eye);
  }

  /** What the door says; with `isGateOpen` what it would say of a face that it refuses. */
  nameOf(seen: Seen | undefined, isGateOpen = false): Named {
    if (seen === undefined) return { outcome: 'no-face', name: undefined };
    if (seen.complaint !== undefined && !isGateOpen) return { outcome: 'refused', name: undefined };
    const sighting = match(this.#gallery, 0, [{ ...seen, complaint: undefined }]);
    const { recognition, recogniser } = this.#eye;
    const { outcome, person, confidence } = decide([sighting], { recognition, recogniser, isPicture: true });
    const [first, second] = sighting.faces[0]?.candidates ?? [];
    if (first === undefined) return { outcome, name: person?.name };
    const gap = (second?.distance ?? Infinity) - first.distance;
    return { outcome, name: person?.name, nearest: first.name, gap, sure: confidence };
  }
}
