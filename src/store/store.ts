/**
 * store/ - SQLite. Writes run on the writer thread, one transaction each; reads on a read-only connection.
 * Called by visit, people and web through this interface.
 * Never: search or decide. Vectors are kept here and compared in people/.
 *
 * - Chosen: a database says from which release on it can be read; rejected: refusing anything newer; why: a reverted
 *   update must find its data.
 */
import type { AccessReads, AccessWrites } from './access-records.ts';
import type {
  Decision, NewNotification, Notification, NotifyRule, Person, Standing, StoredEmbedding, StoredFace, Stranger,
  Trigger, Visit, VisitTrace,
} from './records.ts'; // prettier-ignore
import type { AuditAnchor } from '../system/audit.ts';
import type { VisitOutcome } from '../system/outcome.ts';
import type { Decided } from './visit-columns.ts';
import type { Embedding } from '../system/inference.ts';

export interface Store {
  readonly read: StoreReads;
  /** Runs one write as one durable transaction; resolves after the fsync. Rejects with `StoreFault`. */
  write<Name extends keyof StoreWrites>(
    name: Name,
    input: StoreWrites[Name]['input'],
  ): Promise<StoreWrites[Name]['result']>;
  /** Resolves when the writer thread answers, behind the writes that wait; rejects when it has ended. */
  ping(): Promise<void>;
  /** Waits for the writes under way, then closes both connections. */
  close(): Promise<void>;
}

export type StoreFaultKind =
  | 'full'
  | 'locked'
  | 'read-only'
  | 'constraint'
  | 'corrupt'
  | 'too-new'
  | 'closed'
  | 'other';

/** Why a write, or opening the database, failed; the message says where and what to do. */
export class StoreFault extends Error {
  readonly kind: StoreFaultKind;
  constructor(message: string, kind: StoreFaultKind, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreFault';
    this.kind = kind;
  }
}

/** Reads are short, indexed and bounded: they run on the main thread. */
export interface StoreReads extends AccessReads {
  /** Every person, merged ones included, by name. */
  people(): readonly Person[];
  person(id: string): Person | undefined;
  /** Reference and negative faces of a person (merges not resolved), in the order of recording: no clock decides it. */
  facesOf(personId: string): readonly StoredFace[];
  face(id: string): StoredFace | undefined;
  faceOfVisit(visitId: string): StoredFace | undefined;
  /** Reference and negative faces that came from this visit: what people have said of it by teaching. */
  facesTaughtBy(visitId: string): readonly StoredFace[];
  /** What this recogniser made of a face; undefined when it has not embedded it yet. */
  embeddingOf(faceId: string, recogniser: string): Embedding | undefined;
  /** Every embedding of this recogniser. */
  embeddings(recogniser: string): readonly StoredEmbedding[];
  /** Faces that this recogniser has not embedded yet, those that people were taught by first, then oldest first. */
  facesWithout(recogniser: string, limit: number): readonly StoredFace[];
  /** How many faces there are, and how many of them this recogniser has embedded; `taught`: what people were taught by. */
  facesKnownTo(recogniser: string, which: 'all' | 'taught'): { readonly faces: number; readonly embedded: number };
  visit(id: string): Visit | undefined;
  /** Newest first; at most 1,000. */
  visits(query: VisitQuery): readonly Visit[];
  /** Last recorded first, of those recorded before `before`: an order that no clock decides. At most 1,000. */
  visitsRecorded(limit: number, before?: RecordedVisit): readonly RecordedVisit[];
  triggersOf(visitId: string): readonly Trigger[];
  /** Visits a restart has to finish, oldest first. */
  unfinishedVisits(): readonly Visit[];
  trigger(id: string): Trigger | undefined;
  /** Where the newest trigger stands, in the order in which they were stored. */
  triggerPlace(): number;
  /** Presses of a button that were stored after that place and that no incumbent makes itself, oldest first; at most 100. */
  pressesAfter(place: number): readonly Trigger[];
  /** Whether an incumbent makes this press itself (`addOwnPress`). */
  isOwnPress(triggerId: string): boolean;
  /** Those without a name first, then by when they were last seen, newest first. */
  strangers(limit: number): readonly Stranger[];
  stranger(id: string): Stranger | undefined;
  /** Oldest first, whenever they are due: their times are of the wall clock. */
  notificationsPending(asked: { readonly except: readonly string[]; readonly limit: number }): readonly Notification[];
  notificationsOf(visitId: string): readonly Notification[];
  deviceSettings(): Readonly<Record<string, unknown>>;
  auditAnchor(): AuditAnchor | undefined;
  /** Something was written here before: people, visits, or that the bell has run. */
  hasLived(): boolean;
  /** Files of removed rows that nobody has yet reported as removed, relative to the home (`filesRemoved`). */
  leftoverFiles(limit: number): readonly string[];
  counts(): StoreCounts;
  /** People, reference faces and settings, each with what its row says. */
  inventory(): Inventory;
  /** Visits in the order of `visitsRecorded`; due when they have been seen for longer than `keptMs`. */
  visitsInventory(asked: InventoryQuery): readonly InventoriedVisit[];
  /** As it is now: a candidate may have added to it since this process opened the database. */
  schema(): SchemaState;
}

/** The schema of a database: its version, and the lowest that a release must know to read and write it. */
export interface SchemaState {
  readonly version: number;
  readonly readableFrom: number;
}

/** A row by its id, and what it says in a text that can be compared. */
export interface InventoriedRow {
  readonly id: string;
  readonly says: string;
}

export interface Inventory {
  readonly people: readonly (InventoriedRow & { readonly mergedInto: string | undefined })[];
  readonly references: readonly InventoriedRow[];
  /** Of reference faces, by any recogniser: `FACE RECOGNISER`. */
  readonly embeddings: readonly InventoriedRow[];
  readonly settings: readonly InventoriedRow[];
  /** Who may log in, with their roles. */
  readonly users: readonly InventoriedRow[];
}

export interface InventoryQuery {
  readonly keptMs: number;
  readonly limit: number;
  readonly before?: RecordedVisit | undefined;
}

export interface InventoriedVisit extends RecordedVisit {
  /** Merges not resolved. */
  readonly personId: string | undefined;
  /** The retention may remove it any time. */
  readonly isDue: boolean;
}

/** A visit and its place in the order of recording. */
export interface RecordedVisit {
  readonly id: string;
  readonly place: number;
}

export interface VisitQuery {
  readonly limit: number;
  /** Only the visit of this id, or those whose ids begin with it. */
  readonly idBeginning?: string;
  /** Only visits that started before. */
  readonly beforeMs?: number;
  readonly outcome?: VisitOutcome;
  /** The person's visits and those of everybody merged into it. */
  readonly personId?: string;
  readonly strangerId?: string;
}

export interface StoreCounts {
  /** Merged ones are not counted, nor are strangers with a name. */
  readonly people: number;
  readonly referenceFaces: number;
  readonly visits: number;
  readonly unfinishedVisits: number;
  readonly strangers: number;
  readonly pendingNotifications: number;
  readonly databaseBytes: number;
}

/** Every write, by name: what it takes and what it gives back. */
export interface StoreWrites extends AccessWrites {
  /** Promise 1: the visit, its first trigger and the "ring" notifications, in one transaction. */
  openVisit: {
    input: {
      visit: { id: string; source: Visit['source']; startedMs: number };
      trigger: Trigger;
      notifications: readonly NewNotification[];
    };
    result: undefined;
  };
  /** Another press while the visit is going on. */
  addTrigger: { input: { trigger: Trigger; notifications: readonly NewNotification[] }; result: undefined };
  saveFrames: { input: { visitId: string; frames: readonly string[] }; result: undefined };
  decideVisit: { input: VisitDecision; result: undefined };
  /** Adds to the trace, or replaces, the points given. */
  saveTrace: { input: { visitId: string; trace: VisitTrace }; result: undefined };
  /**
   * A person says who it was (or, with `null`, that the name is wrong). The reason is replaced, and the visit leaves
   * its stranger. Refused (`constraint`) while the visit is undecided.
   */
  correctVisit: {
    input: { visitId: string; personId: string | null; outcome: VisitOutcome; reason: string };
    result: undefined;
  };
  /**
   * Before an incumbent makes this press itself: a visit that no other has begun is in no list and no count, `visit` apart,
   * and its notifications are for nobody of the household.
   */
  addOwnPress: { input: { triggerId: string }; result: undefined };
  /** Deletes the visits of own presses, and their marks but for the newest: a late press must not become somebody's. */
  removeOwnVisits: { input: { marksKept: number }; result: { files: readonly string[] } };
  /** Returns the paths (relative to the home) whose files may now be removed. */
  removeVisit: { input: { visitId: string }; result: { files: readonly string[] } };
  addPerson: { input: Person; result: undefined };
  renamePerson: { input: { personId: string; name: string }; result: undefined };
  setPersonRules: { input: { personId: string; standing: Standing; notify: NotifyRule }; result: undefined };
  mergePerson: { input: { personId: string; into: string }; result: undefined };
  unmergePerson: { input: { personId: string }; result: undefined };
  /**
   * Deletes the person, everybody merged into it, their faces, vectors, strangers and visits, and their names wherever
   * another visit mentions them; overwrites what is deleted (secure_delete, empty WAL). The files returned include the
   * backups that hold the person.
   */
  removePerson: { input: { personId: string }; result: Removal };
  addFace: { input: { face: StoredFace; recogniser: string; vector: Embedding }; result: undefined };
  removeFace: { input: { faceId: string }; result: { files: readonly string[] } };
  addEmbedding: { input: { faceId: string; recogniser: string; vector: Embedding }; result: undefined };
  createStranger: { input: { strangerId: string; createdMs: number }; result: undefined };
  /** Naming a stranger tags its past visits: they become the person's. */
  nameStranger: { input: { strangerId: string; personId: string; reason: string }; result: { visits: number } };
  notificationSent: { input: { id: string; atMs: number }; result: undefined };
  /** With `dueMs` it is tried again then; without, it has failed for good. */
  notificationFailed: { input: { id: string; error: string; dueMs: number | undefined }; result: undefined };
  notificationSuppressed: { input: { id: string; reason: string }; result: undefined };
  /** Deletes what is finished (sent, failed, suppressed) and was seen before (time lived); at most 1,000 a call. */
  pruneNotifications: { input: { seenBeforeMs: number }; result: { notifications: number } };
  addNotifications: { input: { notifications: readonly NewNotification[] }; result: undefined };
  setDeviceSetting: { input: { key: string; value: unknown }; result: undefined };
  removeDeviceSetting: { input: { key: string }; result: undefined };
  keepAuditAnchor: { input: AuditAnchor; result: undefined };
  /**
   * Deletes decided visits seen before `seenBeforeMs` (time lived), or recorded no later than `upTo`, and then the oldest
   * until the rest is at most `visitsMax`; at most 200 a call, so that a ring does not wait: call again until `visits` is
   * 0. The oldest is the one recorded first, whatever its clock said. A visit with a pending notification stays.
   */
  retainVisits: {
    input: { seenBeforeMs: number; visitsMax: number; upTo?: RecordedVisit };
    result: { files: readonly string[]; visits: number };
  };
  /** Gives the time that the bell has run in all its lives; `durationMs` is added. */
  addTimeLived: { input: { durationMs: number }; result: { livedMs: number } };
  /** Visits and notifications that nobody has seen yet are seen now; call again until `rows` is 0. */
  markSeen: { input: { livedMs: number }; result: { rows: number } };
  /** The caller has removed these files (see `leftoverFiles`). */
  filesRemoved: { input: { files: readonly string[] }; result: undefined };
  /** A copy of the whole database as it is now (SQLite's online backup). */
  backup: { input: { path: string }; result: { bytes: number } };
}

export interface VisitDecision extends Decided {
  readonly visitId: string;
  readonly outcome: VisitOutcome;
  readonly personId: string | undefined;
  /** An existing or a new stranger; a new one is created in the same transaction. */
  readonly strangerId: string | undefined;
  readonly reason: string;
  readonly decision: Decision;
  readonly trace: VisitTrace;
  readonly picture: string | undefined;
  readonly thumbnail: string | undefined;
  readonly face: { readonly face: StoredFace; readonly recogniser: string; readonly vector: Embedding } | undefined;
  readonly notifications: readonly NewNotification[];
  /** Wall clock. */
  readonly decidedMs: number;
}

export interface Removal {
  readonly people: number;
  readonly faces: number;
  readonly embeddings: number;
  readonly visits: number;
  readonly triggers: number;
  readonly notifications: number;
  readonly strangers: number;
  /** Copies of the database that held the person, among `files`. */
  readonly backups: number;
  /** Relative to the home; the caller removes the files. */
  readonly files: readonly string[];
}
