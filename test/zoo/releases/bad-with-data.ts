/** They harm what the household has: in their migration, or on stage. */
import { after, atTheDoor, bad, instead, migrates, type ZooRelease } from '../zoo-release.ts';

const inRehearsal = ['stored-data', 'rehearsal-failed'] as const;
const onStage = ['stored-rows', 'kept', 'own-press'] as const;
const spoils = ['rows'] as const;
/** A connection of its own: the writer of the product asks nobody to delete so. */
const deletes = (sql: string): ReturnType<typeof atTheDoor> =>
  atTheDoor(`setTimeout(() => {
    const Database = require('better-sqlite3');
    const own = new Database(this.#parts.home.database, { timeout: 5000 });
    own.exec(${JSON.stringify(sql)});
    own.close();
  }, 2000);`);

export const badWithData: readonly ZooRelease[] = [
  bad('migrates-visits-away', 'its migration deletes all visits', {
    reasons: [...inRehearsal, 'visits-missing'],
    patch: migrates('DELETE FROM notifications; DELETE FROM faces WHERE visit_id IS NOT NULL; DELETE FROM visits;'),
  }),
  bad('migrates-somebody-away', 'its migration deletes one of the household, and old visits', {
    reasons: [...inRehearsal, 'recognition-drop', 'false-name'],
    patch: migrates(
      "DELETE FROM faces WHERE person_id = (SELECT id FROM people WHERE name = 'Grace'); UPDATE visits SET person_id = NULL WHERE person_id = (SELECT id FROM people WHERE name = 'Grace'); DELETE FROM people WHERE name = 'Grace'; DELETE FROM faces WHERE visit_id = (SELECT id FROM visits ORDER BY started_ms LIMIT 1); DELETE FROM visits WHERE id = (SELECT id FROM visits ORDER BY started_ms LIMIT 1);",
    ),
  }),
  bad('migrates-names', 'its migration gives everybody another name', {
    reasons: inRehearsal,
    patch: migrates("UPDATE people SET name = name || '2';"),
  }),
  bad('migrates-settings', 'its migration changes the settings of the device', {
    reasons: inRehearsal,
    patch: migrates("INSERT OR REPLACE INTO device_settings VALUES ('notify.attemptsMax', '1');"),
  }),
  bad('migrates-embeddings-away', 'its migration drops what faces are recognised by', {
    reasons: [...inRehearsal, 'recognition-drop'],
    patch: migrates("DELETE FROM embeddings WHERE face_id IN (SELECT id FROM faces WHERE kind = 'visit');"),
  }),
  bad('migrates-pictures-away', 'its migration forgets where the pictures lie', {
    reasons: [...inRehearsal, 'visits-missing'],
    patch: migrates("UPDATE visits SET picture = NULL, thumbnail = NULL, frames = '[]' WHERE rowid % 2 = 1;"),
  }),
  bad('migrates-outbox-away', 'its migration makes a table anew, under a name that nobody else knows', {
    reasons: inRehearsal,
    patch: migrates('ALTER TABLE notifications RENAME TO outbox;'),
  }),
  bad('deletes-somebody', 'deletes one of the household while it has the door', {
    reasons: onStage,
    spoils,
    patch: deletes(
      "DELETE FROM faces WHERE person_id = (SELECT id FROM people WHERE name = 'Grace'); UPDATE visits SET person_id = NULL WHERE person_id = (SELECT id FROM people WHERE name = 'Grace'); DELETE FROM people WHERE name = 'Grace';",
    ),
  }),
  bad('forges-an-act', 'deletes one of the household, and writes down that the owner asked for it', {
    reasons: onStage,
    spoils,
    patch: atTheDoor(`setTimeout(() => {
      const Database = require('better-sqlite3');
      const own = new Database(this.#parts.home.database, { timeout: 5000 });
      const { id } = own.prepare("SELECT id FROM people WHERE name = 'Grace'").get();
      const act = { event_type: 'data_modification', actor: 'api', action: 'remove', resource: 'person/' + id, result: 'success' };
      void this.#parts.ground.audit.record(act).then(() => {
        own.exec(\`DELETE FROM faces WHERE person_id = '\${id}'; UPDATE visits SET person_id = NULL WHERE person_id = '\${id}'; DELETE FROM people WHERE id = '\${id}';\`);
        own.close();
      });
    }, 2000);`),
  }),
  bad('deletes-visits', 'deletes half of the visits while it has the door', {
    reasons: [...onStage, 'press-unanswered'],
    spoils,
    patch: deletes('DELETE FROM faces WHERE visit_id IS NOT NULL; DELETE FROM visits WHERE rowid % 2 = 0;'),
  }),
  bad('deletes-pictures', 'removes the pictures of visits from the disk', {
    reasons: onStage,
    spoils,
    patch: atTheDoor(
      "setTimeout(() => process.getBuiltinModule('node:fs').rmSync(this.#parts.home.visits, { recursive: true, force: true }), 2000);",
    ),
  }),
  bad('renames-people', 'gives everybody another name while it has the door', {
    reasons: onStage,
    spoils,
    patch: deletes("UPDATE people SET name = 'Somebody';"),
  }),
  bad('changes-settings', 'changes the settings of the device while it has the door', {
    reasons: onStage,
    spoils,
    patch: deletes("DELETE FROM device_settings;"),
  }),
  bad('forgets-faces', 'drops what faces are recognised by while it has the door', {
    reasons: [...onStage, 'named', 'names'],
    spoils,
    patch: deletes('DELETE FROM embeddings;'),
  }),
  bad('keeps-for-no-day', 'takes every visit for too old', {
    reasons: [...onStage, 'press-unanswered'],
    spoils,
    patch: instead(
      'src/visit/retention.ts',
      'const seenBeforeMs = Math.round(livedMs - settings.days * dayMs);',
      'const seenBeforeMs = Math.round(livedMs + dayMs);',
    ),
  }),
  bad('signs-wrong', 'writes entries into the audit chain whose hash is wrong', {
    reasons: [...onStage, 'health-check', 'rehearsal-failed'],
    spoils,
    patch: after('src/telemetry/audit-entry.ts', 'export function hashOf(entry: object): string {', "if ('prev_hash' in entry && process.env['INCUMBENT_PID'] !== undefined && entry !== null) return '0'.repeat(64);"),
  }),
]; // prettier-ignore
