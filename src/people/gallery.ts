import assert from 'node:assert/strict';

import { VectorTable } from './vector-table.ts';
import { embeddingLength } from '../face/similarity.ts';
import type { NotifyRule, Person, Standing, StoredEmbedding } from '../store/records.ts';
import type { StoreReads } from '../store/store.ts';
import type { Embedding } from '../system/inference.ts';

/** Candidates of one match. The decision needs two; the others are kept for people to see. */
export const candidatesMax = 5;
/**
 * A face this near to one that "is not Ada" is not called Ada, even if a face of Ada is nearer still: it is that face
 * again (the same picture coded again, mirrored or lit differently: 0.03 to 0.15). Wider, a mistaken "not Ada" would
 * hide Ada herself, who is 0.2 to 0.5 from her own pictures.
 */
export const negativeRadius = 0.15;
/** Faces of unnamed strangers that are compared; the newest stay. At 512 bytes each: 10 MB. */
const strangerFacesMax = 20_000;

/** A person who may be the one, by the nearest of the reference faces (those of merged people included). */
export interface FaceCandidate {
  readonly personId: string;
  readonly name: string;
  readonly standing: Standing;
  readonly notify: NotifyRule;
  /** Euclidean. */
  readonly distance: number;
  /** The nearest reference face. */
  readonly faceId: string;
}

export interface FaceMatch {
  /** Nearest first, one for each person, at most `candidatesMax`; nobody who was told apart from this face. */
  readonly candidates: readonly FaceCandidate[];
  /** Who was told apart from this face, at most `candidatesMax`, so that people can be told why a name is missing. */
  readonly denied?: readonly DeniedPerson[];
}

/** Somebody whose own faces may be near, but a face that "is not" this person is nearer. */
export interface DeniedPerson {
  readonly personId: string;
  readonly name: string;
  /** Euclidean, to the nearest reference face. */
  readonly distance: number;
  /** When somebody said so; wall clock. */
  readonly saidMs: number;
}

interface StrangerMatch {
  readonly strangerId: string;
  /** Euclidean, to the stranger's nearest face. */
  readonly distance: number;
}

type GalleryReads = Pick<StoreReads, 'people' | 'embeddings' | 'face'>;

/** The nearest face found so far of one person. */
interface Nearest {
  readonly slot: number;
  readonly row: number;
  readonly squared: number;
}

/**
 * The household's faces in memory, in the terms of one recogniser, searched by looking at every one of them: at 10,000
 * faces that takes less than a millisecond, and an approximate search would sometimes miss the one who lives here.
 *
 * A person is left out when a negative ("this is not Ada") is at least as near as the person's nearest reference face,
 * or nearer than `negativeRadius`. A stranger is as near as the nearest of the faces seen: a centroid told strangers
 * apart no better on real faces, and would move with every face added.
 */
export class Gallery {
  readonly recogniser: string;
  readonly #read: GalleryReads;
  #references = new VectorTable();
  #negatives = new VectorTable();
  #strangers = new VectorTable();
  #people: ReadonlyMap<string, Person> = new Map();
  /** People and strangers are counted through as they turn up: the tables hold these numbers. */
  readonly #slots = new Map<string, number>();
  readonly #ids: string[] = [];
  /** For each slot of a person: the slot of the person it is merged into, or its own; -1 when the person is gone. */
  #owners = new Int32Array(0);

  constructor(read: GalleryReads, recogniser: string) {
    this.#read = read;
    this.recogniser = recogniser;
    this.refresh();
  }

  /** Reference faces of all people. */
  get size(): number {
    return this.#references.size;
  }

  /** Reads everything again. For acts that change many faces; a single face is added by `add`. */
  refresh(): void {
    this.#slots.clear();
    this.#ids.length = 0;
    this.#references = new VectorTable();
    this.#negatives = new VectorTable();
    this.#strangers = new VectorTable();
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
  match(query: Embedding): FaceMatch {
    assert.equal(query.length, embeddingLength);
    // What a reference face must beat: the nearest negative of the person, then the person's own nearest face.
    const limits = this.#limitsByNegatives(query);
    const nearest: Nearest[] = [];
    let limitOfAll = Number.POSITIVE_INFINITY;
    const references = this.#references;
    const owners = this.#owners;
    const rows = references.size;
    for (let row = 0; row < rows; row += 1) {
      const slot = owners[references.slotAt(row)] ?? -1;
      if (slot < 0) continue;
      const limit = Math.min(limits[slot] ?? 0, limitOfAll);
      const squared = references.squaredDistanceBelow(row, query, limit);
      if (squared >= limit) continue;
      limits[slot] = squared;
      insert(nearest, { slot, row, squared });
      limitOfAll = nearest[candidatesMax - 1]?.squared ?? Number.POSITIVE_INFINITY;
    }
    const denied = this.#deniedBy(query, new Set(nearest.map(({ slot }) => slot)));
    return { candidates: nearest.map((found) => this.#candidate(found)), denied };
  }

  /** Those whom a negative left out, nearest first. */
  #deniedBy(query: Embedding, found: ReadonlySet<number>): readonly DeniedPerson[] {
    const nearest = new Map<number, { readonly row: number; readonly squared: number }>();
    for (let row = 0; row < this.#negatives.size; row += 1) {
      const slot = this.#owners[this.#negatives.slotAt(row)] ?? -1;
      if (slot < 0 || found.has(slot)) continue;
      const squared = this.#negatives.squaredDistanceBelow(row, query, nearest.get(slot)?.squared ?? Infinity);
      if (squared < (nearest.get(slot)?.squared ?? Infinity)) nearest.set(slot, { row, squared });
    }
    const denied = [...nearest].flatMap(([slot, { row, squared }]) => {
      const person = this.#people.get(this.#ids[slot] ?? '');
      const distance = person === undefined ? undefined : this.distanceTo(person.id, query);
      if (person === undefined || distance === undefined) return [];
      const isLeftOut = squared < negativeRadius ** 2 || squared <= distance ** 2;
      return isLeftOut ? [{ personId: person.id, name: person.name, distance, row }] : [];
    });
    denied.sort((one, other) => one.distance - other.distance);
    return denied.slice(0, candidatesMax).flatMap(({ row, ...person }) => {
      const said = this.#read.face(this.#negatives.faceIdAt(row));
      return said === undefined ? [] : [{ ...person, saidMs: said.createdMs }];
    });
  }

  /** Distance to the person's nearest reference face, merges included, negatives left out; undefined without one. */
  distanceTo(personId: string, query: Embedding): number | undefined {
    const owner = this.#ownerOf(personId);
    const slot = owner === undefined ? -1 : this.#slotOf(owner.id);
    let limit = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.#references.size; row += 1) {
      if (this.#owners[this.#references.slotAt(row)] !== slot) continue;
      limit = Math.min(limit, this.#references.squaredDistanceBelow(row, query, limit));
    }
    return limit === Number.POSITIVE_INFINITY ? undefined : Math.sqrt(limit);
  }

  /** The negatives for which this face would not be given the person's name. */
  negativesAgainst(personId: string, query: Embedding): readonly string[] {
    const owner = this.#ownerOf(personId);
    const slot = owner === undefined ? -1 : this.#slotOf(owner.id);
    const reach = Math.max(negativeRadius, this.distanceTo(personId, query) ?? Number.POSITIVE_INFINITY) ** 2;
    const rows = Array.from({ length: this.#negatives.size }, (_, row) => row);
    return rows
      .filter((row) => this.#owners[this.#negatives.slotAt(row)] === slot)
      .filter((row) => this.#negatives.squaredDistanceBelow(row, query, Number.POSITIVE_INFINITY) <= reach)
      .map((row) => this.#negatives.faceIdAt(row));
  }

  /** The unnamed stranger whose nearest face is nearest to this one; undefined when there is none. */
  nearestStranger(query: Embedding): StrangerMatch | undefined {
    assert.equal(query.length, embeddingLength);
    let limit = Number.POSITIVE_INFINITY;
    let strangerId: string | undefined;
    for (let row = 0; row < this.#strangers.size; row += 1) {
      const squared = this.#strangers.squaredDistanceBelow(row, query, limit);
      if (squared >= limit) continue;
      limit = squared;
      strangerId = this.#ids[this.#strangers.slotAt(row)];
    }
    return strangerId === undefined ? undefined : { strangerId, distance: Math.sqrt(limit) };
  }

  #limitsByNegatives(query: Embedding): Float64Array {
    const limits = new Float64Array(this.#owners.length).fill(Number.POSITIVE_INFINITY);
    for (let row = 0; row < this.#negatives.size; row += 1) {
      const slot = this.#owners[this.#negatives.slotAt(row)] ?? -1;
      if (slot < 0) continue;
      const limit = limits[slot] ?? 0;
      const squared = this.#negatives.squaredDistanceBelow(row, query, limit);
      if (squared < limit) limits[slot] = squared < negativeRadius ** 2 ? 0 : squared;
    }
    return limits;
  }

  #put(embedding: StoredEmbedding): void {
    if (embedding.recogniser !== this.recogniser) return;
    const { kind, faceId, vector } = embedding;
    if (kind === 'visit') {
      if (embedding.strangerId === undefined) return;
      const oldest = this.#strangers.size < strangerFacesMax ? undefined : this.#strangers.oldestFaceId();
      if (oldest !== undefined) this.#strangers.remove(oldest);
      this.#strangers.put(faceId, this.#slotOf(embedding.strangerId), vector);
      return;
    }
    if (embedding.personId === undefined) return;
    const table = kind === 'reference' ? this.#references : this.#negatives;
    table.put(faceId, this.#slotOf(embedding.personId), vector);
  }

  #slotOf(id: string): number {
    const slot = this.#slots.get(id) ?? this.#ids.push(id) - 1;
    this.#slots.set(id, slot);
    return slot;
  }

  #ownerOf(personId: string): Person | undefined {
    return ownerOf(this.#people, personId);
  }

  #candidate({ slot, row, squared }: Nearest): FaceCandidate {
    const person = this.#people.get(this.#ids[slot] ?? '');
    assert(person !== undefined);
    const { id: personId, name, standing, notify } = person;
    return { personId, name, standing, notify, distance: Math.sqrt(squared), faceId: this.#references.faceIdAt(row) };
  }
}

/** The person that somebody counts as: follows merges to their end. Undefined when there is no such person. */
export function ownerOf(people: ReadonlyMap<string, Person>, personId: string): Person | undefined {
  let person = people.get(personId);
  for (let steps = 0; person?.mergedInto !== undefined && steps < people.size; steps += 1)
    person = people.get(person.mergedInto);
  return person;
}

/** Keeps the list sorted, with one entry for each slot and no more than `candidatesMax`. */
function insert(nearest: Nearest[], found: Nearest): void {
  const same = nearest.findIndex(({ slot }) => slot === found.slot);
  if (same >= 0) nearest.splice(same, 1);
  const place = nearest.findIndex(({ squared }) => squared > found.squared);
  nearest.splice(place < 0 ? nearest.length : place, 0, found);
  if (nearest.length > candidatesMax) nearest.pop();
}
