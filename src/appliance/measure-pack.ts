import { median } from '../face/consensus.ts';
import { Gallery, ownerOf } from '../people/gallery.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { StoredEmbedding } from '../store/records.ts';
import type { StoreReads } from '../store/store.ts';
import type { Inference } from '../system/inference.ts';
import { tryFace, type Tried } from '../visit/self-test/try-face.ts';
import type { PackFigures } from '../web/parts.ts';

/** Faces of each kind that are looked up; of more, as many at equal steps. */
const facesMax = 500;

export interface MeasureParts {
  readonly read: Pick<StoreReads, 'people' | 'embeddings' | 'face'>;
  readonly recognition: Settings['recognition'];
  /** Awaited after each face: the bell goes first. */
  readonly rest: () => Promise<void>;
}

type Terms = Pick<Inference, 'recogniser' | 'scoring'>;

/**
 * How well a pack knows this household, by what it has embedded: each picture of a person is taken out, looked up among the
 * others as a self-test does (`tryFace`), and put back; each face of a stranger is looked up.
 */
export async function measurePack(parts: MeasureParts, terms: Terms): Promise<Omit<PackFigures, 'embedMs'>> {
  const { read, recognition, rest } = parts;
  const gallery = new Gallery(read, terms);
  /** Undefined when the face was removed meanwhile. */
  const lookUp = ({ faceId, vector }: StoredEmbedding, without: readonly string[] = []): Tried | undefined => {
    const quality = read.face(faceId)?.quality;
    if (quality === undefined) return undefined;
    const match = gallery.matchWithout(without, vector);
    return tryFace({ match, quality }, { recognition, recogniser: gallery.recogniser });
  };
  const people = new Map(read.people().map((person) => [person.id, person]));
  const all = read.embeddings(terms.recogniser);
  const references = all.filter(({ kind, personId }) => kind === 'reference' && personId !== undefined);
  const figures = { pictures: 0, known: 0, probably: 0, missed: 0, wrong: 0, strangers: 0, strangersNamed: 0 };
  const own: number[] = [];
  const others: number[] = [];
  for (const reference of atSteps(references)) {
    const owner = ownerOf(people, reference.personId ?? '')?.id;
    const tried = lookUp(reference, [reference.faceId]);
    if (tried === undefined) continue;
    const { outcome, person, near } = tried;
    const nearestOwn = near.find(({ personId }) => personId === owner);
    const nearestOther = near.find(({ personId }) => personId !== owner);
    if (nearestOwn !== undefined) own.push(nearestOwn.distance);
    if (nearestOther !== undefined) others.push(nearestOther.distance);
    figures.pictures += 1;
    if (person !== undefined && person.personId !== owner) figures.wrong += 1;
    else if (outcome === 'known' || outcome === 'probably') figures[outcome] += 1;
    else if (nearestOwn !== undefined) figures.missed += 1; // One who has no other picture cannot be named.
    await rest();
  }
  const strangers: number[] = [];
  for (const stranger of atSteps(all.filter(({ strangerId }) => strangerId !== undefined))) {
    const tried = lookUp(stranger);
    if (tried === undefined) continue;
    figures.strangers += 1;
    if (tried.person !== undefined) figures.strangersNamed += 1;
    if (tried.near[0] !== undefined) strangers.push(tried.near[0].distance);
    await rest();
  }
  return {
    ...figures,
    samePerson: median(own) ?? null,
    otherPerson: median(others) ?? null,
    nearestOther: others.length === 0 ? null : Math.min(...others),
    nearestStranger: strangers.length === 0 ? null : Math.min(...strangers),
  };
}

function atSteps<Face>(faces: readonly Face[]): readonly Face[] {
  const step = Math.max(1, faces.length / facesMax);
  return Array.from({ length: Math.min(faces.length, facesMax) }, (_, at) => faces[Math.floor(at * step)]).filter(
    (face) => face !== undefined,
  );
}

/** Fewer pictures than this tell little. */
const picturesMin = 10;

/** Which of the two serves this household better, in one sentence. */
export function verdictOn(used: PackFigures & { name: string }, other: PackFigures & { name: string }): string {
  const tested = (side: PackFigures): number => side.known + side.probably + side.missed + side.wrong;
  const mistakes = (side: PackFigures): number => side.wrong + side.strangersNamed;
  const [before, after] = [mistakes(used), mistakes(other)];
  if (after > before)
    return `${other.name} gives ${after} wrong names where ${used.name} gives ${before}: keep ${used.name}`;
  if (before > after)
    return `${other.name} gives ${after} wrong names where ${used.name} gives ${before}: use ${other.name}`;
  if (Math.min(tested(used), tested(other)) < picturesMin)
    return `too few pictures to tell: enrol ${picturesMin} or more, several of each person`;
  const [misses, missesThen] = [used.missed, other.missed];
  if (missesThen < misses) return `${other.name} misses ${missesThen} of ${tested(other)} pictures, ${used.name} ${misses}, and neither gives more wrong names: use ${other.name}`; // prettier-ignore
  if (missesThen > misses) return `${other.name} misses ${missesThen} of ${tested(other)} pictures, ${used.name} ${misses}: keep ${used.name}`; // prettier-ignore
  return `both do equally well here: keep ${used.name}`;
}
