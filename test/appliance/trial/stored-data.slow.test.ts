import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import type { Patch } from '../../updates/bundle.ts';
import { Installation, patientGate } from '../../updates/installation.ts';
import { migratesBy, Workshop } from '../../updates/releases.ts';
import { until } from '../street.ts';

/** Ends a test that has failed; a busy machine stays far below it. */
const trialMsMax = 400_000;
const demo = join(import.meta.dirname, '..', '..', '..', '.models', 'demo');
const tables = ['people', 'faces', 'embeddings', 'visits', 'triggers', 'strangers', 'device_settings', 'mentions'];

/** The youngest person and the oldest visit, in an order that keeps the foreign keys. */
const deletion = `DELETE FROM faces WHERE person_id = (SELECT id FROM people ORDER BY rowid DESC LIMIT 1);
   UPDATE visits SET person_id = NULL WHERE person_id = (SELECT id FROM people ORDER BY rowid DESC LIMIT 1);
   DELETE FROM people WHERE rowid = (SELECT max(rowid) FROM people);
   DELETE FROM faces WHERE visit_id = (SELECT id FROM visits ORDER BY rowid LIMIT 1);
   DELETE FROM visits WHERE rowid = (SELECT min(rowid) FROM visits);`;
const deletesSome = migratesBy(deletion);
/** It behaves in its rehearsal, and deletes when it has the door. */
const deletesOnStage: Patch = {
  file: 'src/store/time-lived.ts',
  from: "  const mark = (table: 'visits' | 'notifications'): number =>",
  to: `  if (db.prepare('SELECT count(*) FROM people').pluck().get() === 2) db.exec(${JSON.stringify(deletion)});\n  const mark = (table: 'visits' | 'notifications'): number =>`,
};
/** It removes the household's pictures from the folder in which it rehearses. */
const deletesPictures: Patch = {
  file: 'src/appliance/trial/candidate-rehearsal.ts',
  from: "const decisions: Rehearsed['decisions'] = [];\n  const { clock, disk } = parts;",
  to: `const decisions: Rehearsed['decisions'] = [];\n  const { clock, disk } = parts;
    const crops = homeAt(directory).people;
    for (const { name } of await disk.list(crops)) await disk.remove(crops + '/' + name);`,
};
const adds = migratesBy(
  `ALTER TABLE visits ADD COLUMN light_lux REAL; UPDATE visits SET light_lux = 1; CREATE TABLE guests (id TEXT PRIMARY KEY);`,
);

/** Everything that the household has, read by the test itself. */
function ledgerOf(site: Installation): unknown {
  const db = new Database(join(site.home, 'doorward.db'), { readonly: true });
  try {
    const rows = tables.map((table) => [table, rowsOf(db, table)]);
    const people = join(site.home, 'people');
    const pictures = readdirSync(people).map((name) => [name, readFileSync(join(people, name)).toString('base64')]);
    return { rows: Object.fromEntries(rows), pictures };
  } finally {
    db.close();
  }
}

/** But for what a bell at rest goes on writing: when a row was first seen, and how long it took to be told. */
function rowsOf(db: Database.Database, table: string): readonly unknown[] {
  const rows = db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all() as readonly Record<string, unknown>[];
  return rows.map(({ seen_ms: _seenMs, trace: _trace, ...row }) => row);
}

/** A person of the household, known from one picture. On a busy machine what decodes pictures may not be there yet. */
async function enrol({ address }: Installation, name: string): Promise<void> {
  const picture = new Uint8Array(readFileSync(join(demo, `${name}-enrolment.jpg`)));
  const ask = async (): Promise<number> => {
    const body = new FormData();
    body.append('name', name);
    body.append('picture', new Blob([picture]), 'picture.jpg');
    return (await fetch(`${address}/api/v1/people`, { method: 'POST', body })).status;
  };
  await until(async () => (await ask()) === 201, trialMsMax);
}

/** A household of two, who have rung three times. */
async function household(t: TestContext): Promise<{ site: Installation; workshop: Workshop }> {
  const settings = ['update.rehearsalVisits=2', 'update.probationMinutes=0.1', ...patientGate];
  const site = new Installation({ settings });
  t.after(() => site.close());
  const workshop = new Workshop(site.folder);
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  for (const name of ['ada', 'grace']) await enrol(site, name);
  for (const visits of [1, 2, 3]) {
    await site.press();
    await until(() => site.recognised() === visits, trialMsMax);
  }
  return { site, workshop };
}

test('a release that deletes when it has the door goes, and what it has deleted is told', async (t) => {
  const { site, workshop } = await household(t);
  await site.push((await workshop.build('1.1.0', [deletesOnStage])).file);
  const trial = await site.trialOf('1.1.0', trialMsMax);
  assert.deepEqual([trial.outcome, trial.reason], ['reverted', 'stored-rows'], trial.message);
  assert.match(trial.message, /2 people became 1/);
  assert.match(trial.message, /3 visits became 2/);
});

test('a release whose migration or rehearsal takes something of the household away never comes near it; one that adds is committed', async (t) => {
  const { site, workshop } = await household(t);
  const before = ledgerOf(site);
  await site.push((await workshop.build('1.1.0', [deletesSome])).file);
  const deleting = await site.trialOf('1.1.0', trialMsMax);
  assert.deepEqual([deleting.outcome, deleting.reason], ['reverted', 'stored-data'], deleting.message);
  assert.match(deleting.message, /2 people became 1/);
  assert.match(deleting.message, /visits became/);
  assert.deepEqual(ledgerOf(site), before);
  await site.push((await workshop.build('1.2.0', [deletesPictures])).file);
  const blind = await site.trialOf('1.2.0', trialMsMax);
  assert.deepEqual([blind.outcome, blind.reason], ['reverted', 'stored-data'], blind.message);
  assert.match(blind.message, /pictures became/);
  assert.deepEqual(ledgerOf(site), before, 'its pictures were copies');
  await site.push((await workshop.build('1.3.0', [adds])).file);
  const adding = await site.trialOf('1.3.0', trialMsMax);
  assert.equal(adding.outcome, 'committed', adding.message);
});
