import Type from 'typebox';
import { Check } from 'typebox/value';
import { namedOutcomes, type VisitOutcome, visitOutcomes } from '../../system/outcome.ts';
import { i420Bytes, spareBuffer } from '../../system/pixels.ts';
import type { Pictures } from '../../system/inference.ts';
import type { Disk } from '../../system/disk.ts';
import { recognize } from '../../web/recognition.ts';
import type { Rooms } from '../rooms.ts';

/** Visits of which a picture is shown again: of the known and of all others, one after the other. */
const visitsSeenMax = 200;
const picturesMax = 12;
const blankSide = 320;

export interface OwnPicture {
  /** Which one, for the judge: relative to the home. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What the incumbent shows to itself and to its candidate: pictures of the household's own recent visits. */
export interface OwnPictures {
  /** Undefined when it could not be read. */
  next(): Promise<OwnPicture | undefined>;
  /** Who is on it, as this process says; undefined when it cannot say. */
  look(bytes: Uint8Array): Promise<readonly string[] | undefined>;
}

interface VisitPicture {
  readonly outcome: VisitOutcome | undefined;
  readonly picture: string | undefined;
}

/** Pictures of the visits, newest first, known and others in turn. */
export function chooseFrom(visits: readonly VisitPicture[]): readonly string[] {
  const named = visits.filter(({ outcome }) => namedOutcomes.some((name) => name === outcome));
  const others = visits.filter((visit) => !named.includes(visit));
  const inTurn = Array.from({ length: Math.max(named.length, others.length) }, (_, turn) => [
    named[turn],
    others[turn],
  ]);
  return inTurn.flat().flatMap((visit) => visit?.picture ?? []).slice(0, picturesMax); // prettier-ignore
}

/** The pictures of a household; where nobody has come yet, one on which nobody is. */
export function ownPictures({ ground, home, house, senses }: Rooms, disk: Disk): OwnPictures {
  const { inference, pictures } = senses.recognition;
  const paths = chooseFrom(ground.store.read.visits({ limit: visitsSeenMax }));
  const spare = { picture: spareBuffer(), padded: spareBuffer() };
  let shown = 0;
  return {
    async next() {
      const path = paths[shown % Math.max(1, paths.length)];
      shown += 1;
      if (path === undefined) return { path: 'blank', bytes: await blank(pictures) };
      const bytes = await disk.read(`${home.root}/${path}`);
      return bytes === undefined ? undefined : { path, bytes };
    },
    async look(bytes) {
      try {
        house.gallery.refresh(); // Somebody may have been enrolled over there.
        const decoded = await pictures.decodeOwn(bytes, spare.picture);
        if (decoded.outcome !== 'decoded') return undefined;
        const { settings } = ground.loaded;
        const seen = await recognize({ inference, gallery: house.gallery, settings }, decoded.picture, spare.padded);
        return seen.faces.flatMap(nameOf);
      } catch {
        return undefined; // The nets were let go: there is nothing to compare.
      }
    },
  };
}

const answerSchema = Type.Object({
  faces: Type.Array(
    Type.Object({
      outcome: Type.Enum([...visitOutcomes]),
      personId: Type.Union([Type.String(), Type.Null()]),
    }),
    { maxItems: 1000 },
  ),
});

/** Who is named in the answer of the route that recognises; undefined when it is none. */
export function namesIn(body: Uint8Array): readonly string[] | undefined {
  try {
    const answer: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return Check(answerSchema, answer) ? answer.faces.flatMap(nameOf) : undefined;
  } catch {
    return undefined;
  }
}

function nameOf({
  outcome,
  personId,
}: {
  readonly outcome: string;
  readonly personId: string | null;
}): readonly string[] {
  return personId !== null && namedOutcomes.some((name) => name === outcome) ? [personId] : [];
}

function blank(pictures: Pick<Pictures, 'encode'>): Promise<Uint8Array> {
  const pixels = new SharedArrayBuffer(i420Bytes(blankSide, blankSide));
  new Uint8Array(pixels).fill(128);
  return pictures.encode({ width: blankSide, height: blankSide, pixels }, {});
}
