import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { rememberBackups } from '../../src/store/backups.ts';
import { openForWriting } from '../../src/store/connection.ts';
import { faultOf } from '../../src/store/fault.ts';
import { migrate, migrations } from '../../src/store/migrate.ts';
import { openStore, type OpenStoreOptions, type OpenStoreResult } from '../../src/store/open.ts';
import type { Decision, NewNotification, Person, StoredFace, Trigger } from '../../src/store/records.ts';
import { readsOf } from '../../src/store/reads.ts';
import type { Store, StoreFault, VisitDecision } from '../../src/store/store.ts';
import type { Input, Result, WriteName } from '../../src/store/write-functions.ts';
import { writes } from '../../src/store/writes.ts';
import { homeAt, type Home } from '../../src/system/home.ts';

export const recogniser = 'face_recognition-test';

/** A home in a temporary folder, removed with the test. */
export function temporaryHome(t: TestContext): Home {
  const root = mkdtempSync(join(tmpdir(), 'doorward-store-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return homeAt(root);
}

/** Opens as the appliance does. */
export function openAt(home: Home, options: Partial<OpenStoreOptions> = {}): Promise<OpenStoreResult> {
  return openStore({ home, disk: nodeDisk, clock: nodeClock, ...options });
}

/** The same, closed with the test. */
export async function open(
  t: TestContext,
  home: Home,
  options: Partial<OpenStoreOptions> = {},
): Promise<OpenStoreResult> {
  const opened = await openAt(home, options);
  if (opened.outcome === 'opened') t.after(() => opened.store.close());
  return opened;
}

/** The reads and writes on a database in memory, without the writer thread: fast. Closed with the test. */
export function storeInMemory(t: TestContext): Store {
  const db = openForWriting(':memory:', 0);
  t.after(() => db.close());
  migrate(db, 0, migrations);
  rememberBackups(db, []);
  const run = <Name extends WriteName>(name: Name, input: Input<Name>): Result<Name> =>
    db.transaction(() => writes[name](db, input))();
  return {
    read: readsOf(db),
    ping: () => Promise.resolve(),
    write: async (name, input) => {
      try {
        return run(name as WriteName, input as never) as never;
      } catch (error) {
        throw faultOf(name, error);
      }
    },
    close: async () => {},
  };
}

/** A store on the disk with its writer thread, closed with the test. */
export async function openedStore(
  t: TestContext,
  home = temporaryHome(t),
  options: Partial<OpenStoreOptions> = {},
): Promise<Store> {
  const opened = await open(t, home, options);
  assert(opened.outcome === 'opened', JSON.stringify(opened));
  return opened.store;
}

/** The fault that a write was rejected with. */
export async function faultOfWrite(write: Promise<unknown>): Promise<StoreFault> {
  return write.then(
    () => assert.fail('the write was accepted'),
    (fault: StoreFault) => fault,
  );
}

export function person(id: string, fields: Partial<Person> = {}): Person {
  return {
    id,
    name: `Name of ${id}`,
    standing: 'household',
    notify: 'default',
    createdMs: 1000,
    mergedInto: undefined,
    ...fields,
  };
}

export const quality = {
  widthPx: 92.5,
  sharpness: 310.25,
  yawDeg: -4.5,
  pitchDeg: 2,
  rollDeg: 11,
  light: 127,
  contrast: 40,
};

/** 128 numbers that differ for every seed and that nothing else in a database looks like. */
export function vector(seed: number): Float32Array {
  return Float32Array.from({ length: 128 }, (_, i) => Math.fround(Math.sin(seed * 131 + i) * 0.1));
}

export function face(id: string, fields: Partial<StoredFace> = {}): StoredFace {
  return {
    id,
    kind: 'reference',
    source: 'file',
    personId: undefined,
    visitId: undefined,
    picture: `people/${id}.jpg`,
    landmarks: Float32Array.from({ length: 136 }, (_, i) => i + 0.5),
    quality,
    createdMs: 1000,
    ...fields,
  };
}

export function addFace(store: Store, seed: number, stored: StoredFace): Promise<undefined> {
  return store.write('addFace', { face: stored, recogniser, vector: vector(seed) });
}

export function trigger(visitId: string, fields: Partial<Trigger> = {}): Trigger {
  return { id: `trigger-of-${visitId}`, visitId, source: 'button', press: 'press', atMs: 5000, ...fields };
}

export function notification(id: string, fields: Partial<NewNotification> = {}): NewNotification {
  return {
    id,
    visitId: undefined,
    kind: 'ring',
    channel: 'log',
    priority: 'normal',
    idempotencyKey: `key-of-${id}`,
    payload: '{}',
    dueMs: 5000,
    createdMs: 5000,
    ...fields,
  };
}

export function openVisit(store: Store, id: string, startedMs = 5000): Promise<undefined> {
  const visit = { id, source: 'button', startedMs } as const;
  return store.write('openVisit', { visit, trigger: trigger(id, { atMs: startedMs }), notifications: [] });
}

export const decision: Decision = {
  recogniser,
  candidates: [],
  thresholds: { known: 0.5, probably: 0.6, margin: 0.05, faceWidthPxMin: 48 },
  quality,
  framesSeen: 5,
  framesWithFace: 4,
  framesUsable: 3,
  agreement: 1,
};

export function decided(visitId: string, fields: Partial<VisitDecision> = {}): VisitDecision {
  return {
    visitId,
    outcome: 'stranger',
    personId: undefined,
    strangerId: undefined,
    reason: 'nobody is near enough',
    decision,
    trace: { stored: 1.5, named: 300 },
    picture: `visits/${visitId}/frame-1.jpg`,
    thumbnail: `visits/${visitId}/thumbnail.jpg`,
    face: undefined,
    notifications: [],
    decidedMs: 6000,
    ...fields,
  };
}

/** Opens and decides a visit that started at 5000 plus the number at the end of its id. */
export async function wholeVisit(store: Store, id: string, fields: Partial<VisitDecision> = {}): Promise<void> {
  await openVisit(store, id, 5000 + Number(/\d+$/.exec(id)?.[0] ?? 0));
  await store.write('decideVisit', decided(id, fields));
}
