import { wordsOf } from '../system/error-words.ts';
import type { Connection } from './connection.ts';
import { migrations, versionOf } from './migrate.ts';
import { readsOf } from './reads.ts';
import type { Decision, StoredFace } from './records.ts';
import { writes } from './writes.ts';

/** Rows that are read of each list, to see whether they can be. */
const rowsSeen = 1000;
/** No id that was ever given begins so. */
const id = 'usable-';
const quality = { widthPx: 1, sharpness: 1, yawDeg: 0, pitchDeg: 0, rollDeg: 0, light: 1, contrast: 1 };

/**
 * Why this release cannot use a database any more; undefined when it can. Reads as the appliance does, and writes what a
 * visit and a household write, all of which is undone. It must be nobody else's: `rememberBackups` was called on it.
 */
export function whyUnusable(db: Connection): string | undefined {
  try {
    versionOf(db, migrations.length);
    const verdict = db.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') return `it is damaged: ${String(verdict)}`;
    if (db.prepare('PRAGMA foreign_key_check').all().length > 0) return 'rows of it point at nothing';
    readAll(db);
    db.transaction(() => {
      writeAll(db);
      throw new Undone();
    })();
  } catch (error) {
    return error instanceof Undone ? undefined : wordsOf(error);
  }
  return undefined;
}

class Undone extends Error {}

function readAll(db: Connection): void {
  const read = readsOf(db);
  for (const person of read.people()) read.facesOf(person.id);
  const recognisers = db.prepare('SELECT DISTINCT recogniser FROM embeddings').pluck().all();
  for (const recogniser of recognisers) if (typeof recogniser === 'string') read.embeddings(recogniser);
  for (const visit of read.visits({ limit: rowsSeen })) read.triggersOf(visit.id);
  read.strangers(rowsSeen);
  read.notificationsPending({ except: [], limit: rowsSeen });
  read.deviceSettings();
  read.counts();
}

/** A person is enrolled, rings, is named, told of, corrected and removed. */
function writeAll(db: Connection): void {
  const [personId, visitId, strangerId, recogniser] = [`${id}person`, `${id}visit`, `${id}stranger`, `${id}recogniser`];
  const face: StoredFace = {
    id: `${id}face`, kind: 'reference', source: 'file', personId, visitId: undefined, picture: id,
    landmarks: new Float32Array([1]), quality, createdMs: 0,
  }; // prettier-ignore
  const vector = new Float32Array([1]);
  const ring = { id: `${id}ring`, visitId, kind: 'ring', channel: id, priority: 'normal', idempotencyKey: id, payload: '{}', dueMs: 0, createdMs: 0 } as const; // prettier-ignore
  writes.addPerson(db, {
    id: personId,
    name: id,
    standing: 'household',
    notify: 'default',
    createdMs: 0,
    mergedInto: undefined,
  });
  writes.addFace(db, { face, recogniser, vector });
  writes.openVisit(db, {
    visit: { id: visitId, source: 'button', startedMs: 0 },
    trigger: { id: `${id}trigger`, visitId, source: 'button', press: 'press', atMs: 0 },
    notifications: [ring],
  });
  writes.saveFrames(db, { visitId, frames: [id] });
  writes.decideVisit(db, {
    visitId, outcome: 'stranger', personId: undefined, strangerId, reason: id, decision, trace: {}, picture: id,
    thumbnail: id, face: undefined, notifications: [], decidedMs: 0,
  }); // prettier-ignore
  writes.notificationSent(db, { id: ring.id, atMs: 0 });
  writes.nameStranger(db, { strangerId, personId, reason: id });
  writes.correctVisit(db, { visitId, personId, outcome: 'known', reason: id });
  writes.setDeviceSetting(db, { key: id, value: 1 });
  writes.removePerson(db, { personId });
}

const decision: Decision = {
  recogniser: id,
  candidates: [],
  thresholds: { known: 0, probably: 0, margin: 0, faceWidthPxMin: 0 },
  quality,
  framesSeen: 1,
  framesWithFace: 1,
  framesUsable: 1,
  agreement: 1,
};
