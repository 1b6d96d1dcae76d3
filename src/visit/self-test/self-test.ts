import { ownerOf, type Gallery } from '../../people/gallery.ts';
import type { Settings } from '../../settings/settings-schema.ts';
import type { Person, StoredFace, Visit } from '../../store/records.ts';
import type { StoreReads } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';
import { adviceOn, strangersPerNameKey } from './advice.ts';
import type { SelfTestReport } from './report.ts';
import { recommendStrangersPerName, type Cases } from './strangers-per-name.ts';
import {
  nearestPair,
  shownPeople,
  tallyPeople,
  tallyPictures,
  tallySaid,
  tallyStrangers,
  tallyVisits,
} from './tally.ts';
import { tryFace, type Tried } from './try-face.ts';
import { doorOf, truthOf, type PictureCase, type VisitCase } from './truth.ts';
import { verdictOn } from './verdict.ts';

/** Of one self-test; of a household with more, the rest is left out. */
const picturesMax = 2000;
const visitsMax = 1000;
/** Visits that are read at once. */
const pageVisits = 20;
/** A press waits for no more than this; then the thread belongs to the door for as long again. */
const sliceMsMax = 4;
const restMs = 4;
const dayMs = 24 * 60 * 60_000;

export interface SelfTestParts {
  readonly reads: Pick<StoreReads, 'people' | 'facesOf' | 'visits' | 'faceOfVisit' | 'facesTaughtBy' | 'embeddingOf'>;
  readonly gallery: Pick<Gallery, 'recogniser' | 'matchWithout'>;
  readonly clock: Clock;
  readonly recognition: Settings['recognition'];
}

/**
 * How well this household is recognised: every reference picture tried against all others, and the visits of the last days
 * decided again from the one face that is kept of each, without what that visit has taught. What people have said of
 * visits is the truth. Nothing is stored, and no net is asked.
 */
export class SelfTest {
  readonly #parts: SelfTestParts;
  #last: SelfTestReport | undefined;
  #running: Promise<SelfTestReport> | undefined;
  #sliceMs = 0;

  constructor(parts: SelfTestParts) {
    this.#parts = parts;
  }

  /** The last since the start. */
  get last(): SelfTestReport | undefined {
    return this.#last;
  }

  /** Undefined when one is being made. */
  async run(days: number): Promise<SelfTestReport | undefined> {
    if (this.#running !== undefined) return undefined;
    try {
      this.#running = this.#testOfOneRecogniser(days);
      this.#last = await this.#running;
      return this.#last;
    } finally {
      this.#running = undefined;
    }
  }

  /** Another model pack may come into use meanwhile: then once more, because distances of two would stand side by side. */
  async #testOfOneRecogniser(days: number): Promise<SelfTestReport> {
    const report = await this.#test(days);
    return report.recogniser === this.#parts.gallery.recogniser ? report : this.#test(days);
  }

  async #test(days: number): Promise<SelfTestReport> {
    const { clock, gallery, reads, recognition } = this.#parts;
    const { recogniser } = gallery;
    this.#sliceMs = clock.uptimeMs();
    const people = new Map(reads.people().map((person) => [person.id, person]));
    const cases = { pictures: await this.#tryPictures(people), visits: await this.#tryVisits(people, days) };
    const { pictures, visits } = cases;
    const counts = tallyPeople(pictures);
    const said = tallySaid(visits);
    const settings = recommended(cases, recognition);
    const { strangersPerName } = recognition;
    const advice = adviceOn({ ...cases, people: [...counts], settings, strangersPerName });
    const pictureCounts = tallyPictures(pictures, counts);
    return {
      atMs: Math.round(clock.wallMs()), days, recogniser,
      ...verdictOn({ pictures: pictureCounts, said, advice }),
      strangersPerName, pictures: pictureCounts, people: shownPeople(counts), alike: nearestPair(pictures),
      strangers: tallyStrangers(visits), visits: tallyVisits(visits), said, advice, settings,
    }; // prettier-ignore
  }

  async #tryPictures(people: ReadonlyMap<string, Person>): Promise<readonly PictureCase[]> {
    const { reads } = this.#parts;
    const enrolled = new Map<string, StoredFace[]>();
    let count = 0;
    for (const { id } of people.values()) {
      await this.#giveWay();
      const owner = ownerOf(people, id);
      const faces = count < picturesMax ? reads.facesOf(id).filter(({ kind }) => kind === 'reference') : [];
      if (owner !== undefined) enrolled.set(owner.id, [...(enrolled.get(owner.id) ?? []), ...faces]);
      count += faces.length;
    }
    const cases: PictureCase[] = [];
    for (const [personId, faces] of enrolled) {
      const person = { personId, name: people.get(personId)?.name ?? '' };
      for (const face of faces) {
        await this.#giveWay();
        const tried = this.#try(face, [face.id]);
        cases.push({ person, tried: faces.length > 1 ? tried : undefined, isWaiting: tried === undefined });
      }
    }
    return cases;
  }

  async #tryVisits(people: ReadonlyMap<string, Person>, days: number): Promise<readonly VisitCase[]> {
    const { clock, reads } = this.#parts;
    const sinceMs = clock.wallMs() - days * dayMs;
    const cases: VisitCase[] = [];
    for (let beforeMs: number | undefined; cases.length < visitsMax;) {
      const page = reads.visits({ limit: pageVisits, ...(beforeMs === undefined ? {} : { beforeMs }) });
      const ofDays = page.filter(({ phase, startedMs }) => phase === 'decided' && startedMs >= sinceMs);
      for (const visit of ofDays) {
        await this.#giveWay();
        cases.push(this.#caseOf(visit, people));
      }
      beforeMs = page.at(-1)?.startedMs;
      if (page.length < pageVisits || beforeMs === undefined || beforeMs < sinceMs) break;
    }
    return cases;
  }

  #caseOf(visit: Visit, people: ReadonlyMap<string, Person>): VisitCase {
    const { reads } = this.#parts;
    const owner = (personId: string): Person | undefined => ownerOf(people, personId);
    const taught = reads.facesTaughtBy(visit.id);
    const face = reads.faceOfVisit(visit.id);
    return {
      visitId: visit.id,
      truth: truthOf(visit, taught, owner),
      isTaught: taught.some(({ kind }) => kind === 'reference'),
      door: doorOf(visit, owner),
      tried: face === undefined ? undefined : this.#try(face, taught.map(({ id }) => id)), // prettier-ignore
    };
  }

  /** Undefined when this recogniser has not embedded the face yet. */
  #try({ id, quality }: StoredFace, without: readonly string[]): Tried | undefined {
    const { gallery, reads, recognition } = this.#parts;
    const embedding = reads.embeddingOf(id, gallery.recogniser);
    if (embedding === undefined) return undefined;
    const match = gallery.matchWithout(without, embedding);
    return tryFace({ match, quality }, { recognition, recogniser: gallery.recogniser });
  }

  async #giveWay(): Promise<void> {
    const { clock } = this.#parts;
    if (clock.uptimeMs() - this.#sliceMs < sliceMsMax) return;
    await clock.sleep(restMs);
    this.#sliceMs = clock.uptimeMs();
  }
}

/** `recognition.strangersPerKnown` may not be less than the other. */
function recommended(cases: Cases, recognition: Settings['recognition']): SelfTestReport['settings'] {
  const { strangersPerKnown, strangersPerName } = recognition;
  const recommendation = recommendStrangersPerName(cases, strangersPerName);
  if (recommendation === undefined) return {};
  const known = recommendation > strangersPerKnown ? { 'recognition.strangersPerKnown': recommendation } : {};
  return { [strangersPerNameKey]: recommendation, ...known };
}
