import assert from 'node:assert/strict';

import {
  candidatesMax,
  type DeniedPerson,
  type FaceCandidate,
  type FaceMatch,
  insert,
  type Nearest,
} from './face-match.ts';
import { VectorTable } from './vector-table.ts';
import { crowdOf } from '../face/chance.ts';
import { distance } from '../face/similarity.ts';
import { plainScoring, prepareFace, type PreparedFace } from '../face/scoring.ts';
import type { Person, StoredEmbedding } from '../store/records.ts';
import type { StoreReads } from '../store/store.ts';
import type { Embedding, Inference, Scoring } from '../system/inference.ts';

/**
 * A face this near to one that "is not Ada" is not called Ada, even if a face of Ada is nearer still: it is that face
 * again (the same picture coded again, mirrored or lit differently: 0.03 to 0.15). Wider, a mistaken "not Ada" would
 * hide Ada herself, who is 0.2 to 0.5 from her own pictures.
 */
export const negativeRadius = 0.15;
/** Faces of unnamed strangers that are compared; the newest stay. At 768 bytes each: 15 MB. */
const strangerFacesMax = 20_000;

interface StrangerMatch {
  readonly strangerId: string;
  /** By `Scoring`, to the stranger's nearest face. */
  readonly distance: number;
}

type GalleryReads = Pick<StoreReads, 'people' | 'embeddings' | 'face'>;

/**
 * The household's faces in memory, in the terms of one recogniser, searched by looking at every one of them: at 10,000
 * faces that takes less than a millisecond, and an approximate search would sometimes miss the one who lives here.
 *
 * A person is left out when a negative ("this is not Ada") is at least as near as the person's nearest reference face,
 * or nearer than `negativeRadius`. A stranger is as near as the nearest of the faces seen: a centroid told strangers
 * apart no better on real faces, and would move with every face added.
 */
export class Gallery {
  recogniser: string;
  scoring: Scoring;
  readonly #read: GalleryReads;
  #references: VectorTable;
  #negatives: VectorTable;
  #strangers: VectorTable;
  #people: ReadonlyMap<string, Person> = new Map();
  /** People and strangers are counted through as they turn up: the tables hold these numbers. */
  readonly #slots = new Map<string, number>();
  readonly #ids: string[] = [];
  /** For each slot of a person: the slot of the person it is merged into, or its own; -1 when the person is gone. */
  #owners = new Int32Array(0);

  constructor(read: GalleryReads, { recogniser, scoring = plainScoring }: Pick<Inference, 'recogniser' | 'scoring'>) {
    this.#read = read;
    this.recogniser = recogniser;
    this.scoring = scoring;
    this.#references = new VectorTable(scoring.numbers);
    this.#negatives = new VectorTable(scoring.numbers);
    this.#strangers = new VectorTable(scoring.numbers);
    this.refresh();
  }

  /** Reference faces of all people. */
  get size(): number {
    return this.#references.size;
  }

  /** In the terms of another recogniser from now on. */
  changeTo({ recogniser, scoring = plainScoring }: Pick<Inference, 'recogniser' | 'scoring'>): void {
    this.recogniser = recogniser;
    this.scoring = scoring;
    this.refresh();
  }

  /** Reads everything again. For acts that change many faces; a single face is added by `add`. */
  refresh(): void {
    this.#slots.clear();
    this.#ids.length = 0;
    this.#references = new VectorTable(this.scoring.numbers);
    this.#negatives = new VectorTable(this.scoring.numbers);
    this.#strangers = new VectorTable(this.scoring.numbers);
    for (const embedding of this.#read.embeddings(this.recogniser)) this.#put(embedding);
    this.refreshPeople();
  }

  /** Reads the people again (names, rules, merges), not the faces. */
  refreshPeople(): void {
    this.#people = new Map(this.#read.people().map((person) => [person.id, person]));
    for (const id of this.#people.keys()) this.#slotOf(id);
    this.#owners = Int32Array.from(this.#ids, (id) => {
      const owner = this.#ownerOf(id);
      return owner === undefined ? -1 : this.#slotOf(owner.id);
    });
  }

  /** Adds one face, or replaces its embedding. One of another recogniser is left out: the two cannot be compared. */
  add(embedding: StoredEmbedding): void {
    this.#put(embedding);
    if (embedding.personId !== undefined && this.#slotOf(embedding.personId) >= this.#owners.length)
      this.refreshPeople();
  }

  /** Forgets one face of any kind; an unknown one is fine. */
  forget(faceId: string): void {
    for (const table of [this.#references, this.#negatives, this.#strangers]) table.remove(faceId);
  }

  /** Who this face may be. */
  match(embedding: Embedding): FaceMatch {
    const query = this.#prepare(embedding);
    // What a reference face must beat: the nearest negative of the person, then the person's own nearest face.
    const limits = this.#limitsByNegatives(query);
    const nearest: Nearest[] = [];
    let limitOfAll = Number.POSITIVE_INFINITY;
    const references = this.#references;
    const owners = this.#owners;
    const rows = references.size;
    const counts = new Int32Array(owners.length);
    for (let row = 0; row < rows; row += 1) {
      const slot = owners[references.slotAt(row)] ?? -1;
      if (slot < 0) continue;
      counts[slot] = (counts[slot] ?? 0) + 1;
      const limit = Math.min(limits[slot] ?? 0, limitOfAll);
      const apart = references.apartnessBelow(row, query, limit);
      if (apart >= limit) continue;
      limits[slot] = apart;
      insert(nearest, { slot, row, apart });
      limitOfAll = nearest[candidatesMax - 1]?.apart ?? Number.POSITIVE_INFINITY;
    }
    const denied = this.#deniedBy(query, new Set(nearest.map(({ slot }) => slot)));
    const people = counts.reduce((sum, count) => sum + Math.min(1, count), 0);
    const candidates = nearest.map((found) => this.#candidate(found, crowdOf(people, counts[found.slot] ?? 1)));
    return { candidates, denied };
  }

  /** Who this face would be, had nobody taught these faces: references and negatives. They are there again afterwards. */
  matchWithout(faceIds: readonly string[], embedding: Embedding): FaceMatch {
    const taken = [this.#references, this.#negatives].flatMap((table) =>
      faceIds.map((faceId) => ({ table, faceId, kept: table.take(faceId) })),
    );
    try {
      return this.match(embedding);
    } finally {
      for (const { table, faceId, kept } of taken) if (kept !== undefined) table.put(faceId, kept.slot, kept.face);
    }
  }

  /** Those whom a negative left out, nearest first. */
  #deniedBy(query: PreparedFace, found: ReadonlySet<number>): readonly DeniedPerson[] {
    const nearest = new Map<number, { readonly row: number; readonly apart: number }>();
    for (let row = 0; row < this.#negatives.size; row += 1) {
      const slot = this.#owners[this.#negatives.slotAt(row)] ?? -1;
      if (slot < 0 || found.has(slot)) continue;
      const apart = this.#negatives.apartnessBelow(row, query, nearest.get(slot)?.apart ?? Infinity);
      if (apart < (nearest.get(slot)?.apart ?? Infinity)) nearest.set(slot, { row, apart });
    }
    const denied = [...nearest].flatMap(([slot, { row, apart }]) => {
      const person = this.#people.get(this.#ids[slot] ?? '');
      const nearestOwn = person === undefined ? undefined : this.#apartFrom(person.id, query);
      if (person === undefined || nearestOwn === undefined) return [];
      const isLeftOut = this.#isSameAsNegative(row, query) || apart <= nearestOwn;
      return isLeftOut ? [{ personId: person.id, name: person.name, distance: Math.max(0, nearestOwn), row }] : [];
    });
    denied.sort((one, other) => one.distance - other.distance);
    return denied.slice(0, candidatesMax).flatMap(({ row, ...person }) => {
      const said = this.#read.face(this.#negatives.faceIdAt(row));
      return said === undefined ? [] : [{ ...person, saidMs: said.createdMs }];
    });
  }

  /**
   * How unlike the person's most similar reference picture is, merges included, negatives left out: the distance of the
   * vectors as they are, which is 0 for the same picture. Undefined without one.
   */
  unlikenessTo(personId: string, embedding: Embedding): number | undefined {
    const query = this.#prepare(embedding);
    const slot = this.#slotOfOwner(personId);
    const rows = Array.from({ length: this.#references.size }, (_, row) => row).filter(
      (row) => this.#owners[this.#references.slotAt(row)] === slot,
    );
    return rows.length === 0 ? undefined : Math.min(...rows.map((row) => this.#references.plainDistance(row, query)));
  }

  /** The same of two faces that are not in the gallery. */
  unlikeness(one: Embedding, other: Embedding): number {
    return distance(this.#prepare(one).vector, this.#prepare(other).vector);
  }

  /** How far the person's nearest reference face is, merges included, negatives left out; undefined without one. */
  #apartFrom(personId: string, query: PreparedFace): number | undefined {
    const slot = this.#slotOfOwner(personId);
    let limit = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.#references.size; row += 1) {
      if (this.#owners[this.#references.slotAt(row)] !== slot) continue;
      limit = Math.min(limit, this.#references.apartnessBelow(row, query, limit));
    }
    return limit === Number.POSITIVE_INFINITY ? undefined : limit;
  }

  /** The negatives for which this face would not be given the person's name. */
  negativesAgainst(personId: string, embedding: Embedding): readonly string[] {
    const query = this.#prepare(embedding);
    const slot = this.#slotOfOwner(personId);
    const own = this.#apartFrom(personId, query) ?? Number.POSITIVE_INFINITY;
    const rows = Array.from({ length: this.#negatives.size }, (_, row) => row);
    return rows
      .filter((row) => this.#owners[this.#negatives.slotAt(row)] === slot)
      .filter(
        (row) => this.#isSameAsNegative(row, query) || this.#negatives.apartnessBelow(row, query, Infinity) <= own,
      )
      .map((row) => this.#negatives.faceIdAt(row));
  }

  /** The unnamed stranger whose nearest face is nearest to this one; undefined when there is none. */
  nearestStranger(embedding: Embedding): StrangerMatch | undefined {
    const query = this.#prepare(embedding);
    let limit = Number.POSITIVE_INFINITY;
    let strangerId: string | undefined;
    for (let row = 0; row < this.#strangers.size; row += 1) {
      const apart = this.#strangers.apartnessBelow(row, query, limit);
      if (apart >= limit) continue;
      limit = apart;
      strangerId = this.#ids[this.#strangers.slotAt(row)];
    }
    return strangerId === undefined ? undefined : { strangerId, distance: Math.max(0, limit) };
  }

  #limitsByNegatives(query: PreparedFace): Float64Array {
    const limits = new Float64Array(this.#owners.length).fill(Number.POSITIVE_INFINITY);
    for (let row = 0; row < this.#negatives.size; row += 1) {
      const slot = this.#owners[this.#negatives.slotAt(row)] ?? -1;
      if (slot < 0) continue;
      if (this.#isSameAsNegative(row, query)) limits[slot] = Number.NEGATIVE_INFINITY;
      const limit = limits[slot] ?? 0;
      limits[slot] = Math.min(limit, this.#negatives.apartnessBelow(row, query, limit));
    }
    return limits;
  }

  /** Whether a negative is this face once more. */
  #isSameAsNegative(row: number, query: PreparedFace): boolean {
    return this.#negatives.plainDistance(row, query) < negativeRadius;
  }

  #prepare(embedding: Embedding): PreparedFace {
    assert.equal(embedding.length, this.scoring.numbers);
    return prepareFace(this.scoring, embedding);
  }

  #slotOfOwner(personId: string): number {
    const owner = this.#ownerOf(personId);
    return owner === undefined ? -1 : this.#slotOf(owner.id);
  }

  #put(embedding: StoredEmbedding): void {
    if (embedding.recogniser !== this.recogniser) return;
    const { kind, faceId, vector } = embedding;
    if (kind === 'visit') {
      if (embedding.strangerId === undefined) return;
      const oldest = this.#strangers.size < strangerFacesMax ? undefined : this.#strangers.oldestFaceId();
      if (oldest !== undefined) this.#strangers.remove(oldest);
      this.#strangers.put(faceId, this.#slotOf(embedding.strangerId), this.#prepare(vector));
      return;
    }
    if (embedding.personId === undefined) return;
    const table = kind === 'reference' ? this.#references : this.#negatives;
    table.put(faceId, this.#slotOf(embedding.personId), this.#prepare(vector));
  }

  #slotOf(id: string): number {
    const slot = this.#slots.get(id) ?? this.#ids.push(id) - 1;
    this.#slots.set(id, slot);
    return slot;
  }

  #ownerOf(personId: string): Person | undefined {
    return ownerOf(this.#people, personId);
  }

  #candidate({ slot, row, apart }: Nearest, crowd: number): FaceCandidate {
    const person = this.#people.get(this.#ids[slot] ?? '');
    assert(person !== undefined);
    const { id: personId, name, standing, notify } = person;
    return { personId, name, standing, notify, distance: Math.max(0, apart), crowd, faceId: this.#references.faceIdAt(row) }; // prettier-ignore
  }
}

/** The person that somebody counts as: follows merges to their end. Undefined when there is no such person. */
export function ownerOf(people: ReadonlyMap<string, Person>, personId: string): Person | undefined {
  let person = people.get(personId);
  for (let steps = 0; person?.mergedInto !== undefined && steps < people.size; steps += 1)
    person = people.get(person.mergedInto);
  return person;
}
