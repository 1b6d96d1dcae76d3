import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { migrations } from '../../src/store/migrate.ts';
import type { Store } from '../../src/store/store.ts';
import { homeAt, type Home } from '../../src/system/home.ts';
import { addFace, decided, face, openAt, openVisit, person, storeInMemory } from './samples.ts';

/**
 * What a next release might add. The previous one is this one: it is the only reader of schema version 1 there is, and the
 * first release with a migration of its own keeps it as a fixture.
 */
const nextMigrations = [
  ...migrations,
  `ALTER TABLE people ADD COLUMN nickname TEXT;
   ALTER TABLE visits ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm' CHECK (mood IN ('calm', 'hurried'));
   CREATE TABLE guests (id INTEGER PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE);
   CREATE TRIGGER guest_of_person AFTER INSERT ON people BEGIN INSERT INTO guests (person_id) VALUES (new.id); END;
   CREATE INDEX visits_by_mood ON visits (mood, started_ms);`,
];

/** Each has two connections and its own disk. More: `HISTORIES=60 node --test` with this file. */
const histories = Number(process.env['HISTORIES'] ?? 15);

const who = fc.integer({ min: 0, max: 3 });
const actArbitrary = fc.oneof(
  fc.record({ kind: fc.constant('enrol' as const), who }),
  fc.record({ kind: fc.constant('face' as const), who, face: who }),
  fc.record({ kind: fc.constant('rename' as const), who, name: fc.string({ minLength: 1, maxLength: 20 }) }),
  fc.record({ kind: fc.constant('remove' as const), who }),
  fc.record({ kind: fc.constant('visit' as const), visit: who }),
  fc.record({ kind: fc.constant('decide' as const), visit: who, who, isKnown: fc.boolean() }),
  fc.record({ kind: fc.constant('forget-visit' as const), visit: who }),
  fc.record({ kind: fc.constant('setting' as const), who }),
);
type Act = typeof actArbitrary extends fc.Arbitrary<infer Value> ? Value : never;
/** Who does it: the previous release as it stayed warm, the next one beside it, or the previous one started again. */
const byArbitrary = fc.constantFrom('warm', 'next', 'cold');
const historyArbitrary = fc.array(fc.record({ act: actArbitrary, by: byArbitrary }), { minLength: 1, maxLength: 25 });

/** What is refused is refused by either: then it says why. */
async function perform(store: Store, act: Act): Promise<string> {
  const done = async (): Promise<unknown> => {
    switch (act.kind) {
      case 'enrol': return store.write('addPerson', person(`p${act.who}`));
      case 'face': return addFace(store, act.face, face(`f${act.face}`, { personId: `p${act.who}` }));
      case 'rename': return store.write('renamePerson', { personId: `p${act.who}`, name: act.name });
      case 'remove': return store.write('removePerson', { personId: `p${act.who}` });
      case 'visit': return openVisit(store, `v${act.visit}`, 5000 + act.visit);
      case 'decide': {
        const known = { outcome: 'known', personId: `p${act.who}` } as const;
        const unknown = { strangerId: `s${act.who}` };
        return store.write('decideVisit', decided(`v${act.visit}`, act.isKnown ? known : unknown));
      }
      case 'forget-visit': return store.write('removeVisit', { visitId: `v${act.visit}` });
      case 'setting': return store.write('setDeviceSetting', { key: `k${act.who}`, value: act.who });
    } // prettier-ignore
  };
  return done().then(
    () => 'done',
    (error: { kind?: string }) => `refused: ${error.kind}`,
  );
}

/** Everything that a release reads, but for the size of the file. */
function readAll({ read }: Store): unknown {
  const { databaseBytes: _bytes, ...counts } = read.counts();
  const people = read.people();
  const visits = read.visits({ limit: 100 });
  return {
    counts, people, visits,
    faces: people.map(({ id }) => read.facesOf(id)),
    triggers: visits.map(({ id }) => read.triggersOf(id)),
    strangers: read.strangers(100),
    settings: read.deviceSettings(),
  }; // prettier-ignore
}

async function openRelease(home: Home, steps = migrations): Promise<Store> {
  const opened = await openAt(home, { migrations: steps });
  assert(opened.outcome === 'opened', JSON.stringify(opened));
  return opened.store;
}

test('the previous release reads and writes what the next one migrated, over any history of visits and people', async (t) => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary, async (history) => {
      const home = homeAt(mkdtempSync(join(tmpdir(), 'doorward-previous-')));
      const control = storeInMemory(t); // The previous release, alone in the world.
      let warm = await openRelease(home);
      const next = await openRelease(home, nextMigrations);
      try {
        for (const { act, by } of history) {
          if (by === 'cold') {
            await warm.close();
            warm = await openRelease(home);
          }
          const store = by === 'next' ? next : warm;
          assert.equal(await perform(store, act), await perform(control, act));
          assert.deepEqual(readAll(warm), readAll(control));
          assert.deepEqual(readAll(next), readAll(control));
        }
      } finally {
        await next.close();
        await warm.close();
        rmSync(home.root, { recursive: true, force: true });
      }
    }),
    { numRuns: histories },
  );
});
