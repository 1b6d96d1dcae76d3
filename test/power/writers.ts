/** Writers of a disk: the real code that stages, marks, commits and records, and the same with a promise left out. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { signRelease } from '../../src/release/sign-release.ts';
import { buildRelease } from '../../src/release/write-release.ts';
import { moveCurrent } from '../../src/slot/current-link.ts';
import { placesAt } from '../../src/slot/places.ts';
import { markUnusable, markUsable } from '../../src/slot/slot-mark.ts';
import { TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import { emptyRecord } from '../../src/slot/trial-record.ts';
import type { Storage } from '../../src/system/storage.ts';
import { releaseActs } from '../../src/update/release-acts.ts';
import { storedFile } from '../../src/update/stored-file.ts';
import { makeRoot, signerNamed } from '../release/workshop.ts';
import { onDisk, type NextRelease } from './judge-disk.ts';

export type Habit = 'good' | 'never syncs' | 'has a lazy database' | 'marks before it has written';

const signer = signerNamed('the writer');
const root = makeRoot(undefined, { roots: [signer], releases: [signer] });
const contentBytes = 300_000;
const visitsEach = 6;
const createdMs = Date.parse('2026-11-20T18:00:00Z');

/** A small release, signed; the same version has the same content. */
export async function smallRelease(folder: string, version: string): Promise<string> {
  const file = join(folder, `doorward-${version}.release`);
  if (existsSync(file)) return file;
  const directory = join(folder, `content-${version}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'doorward'), Buffer.alloc(contentBytes, version));
  const description = {
    name: 'doorward', version, architecture: 'any', hardware: [], follows: '0.0.0', schema: { lowest: 0, highest: 99 },
    entry: ['doorward'], goldenFaces: [], createdMs,
  }; // prettier-ignore
  const expires = '2036-11-20T00:00:00Z';
  const built = await buildRelease({ storage: nodeStorage, directory, description, roots: [root], expires, level: 1, file }); // prettier-ignore
  assert.equal(built.outcome, 'built', JSON.stringify(built));
  assert.equal((await signRelease({ storage: nodeStorage, file, signer })).outcome, 'signed');
  rmSync(directory, { recursive: true });
  return file;
}

/** In a folder of its own, where a device finds it. */
export async function nextSmallRelease(folder: string): Promise<NextRelease> {
  const next = join(folder, 'next');
  mkdirSync(next, { recursive: true });
  await smallRelease(next, '9.0.0');
  return { folder: next, version: '9.0.0' };
}

export class Writer {
  readonly #habit: Habit;
  readonly #folder: string;
  readonly #storage: Storage;
  readonly #home: string;
  readonly #installation: string;
  readonly #database: Database.Database;
  #visits = 0;

  constructor(habit: Habit, mounted: string, folder: string) {
    this.#habit = habit;
    this.#folder = folder;
    this.#home = join(mounted, onDisk.home);
    this.#installation = join(mounted, onDisk.installation);
    const nothing = async (): Promise<void> => undefined;
    this.#storage = habit === 'never syncs' ? { ...nodeStorage, sync: nothing, syncDirectory: nothing } : nodeStorage;
    for (const path of [this.#home, join(this.#installation, 'slots')]) mkdirSync(path, { recursive: true });
    this.#database = new Database(join(this.#home, 'doorward.db'));
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma(`synchronous = ${habit === 'has a lazy database' ? 'OFF' : 'FULL'}`);
    this.#database.exec('CREATE TABLE IF NOT EXISTS visits (id TEXT PRIMARY KEY) STRICT');
  }

  /** Writes visits down, and tells of each of them when it is safe. */
  async receive(tell: (visit: string) => void): Promise<void> {
    for (let count = 0; count < visitsEach; count += 1) {
      this.#visits += 1;
      const visit = `visit-${this.#visits}`;
      this.#database.prepare('INSERT INTO visits VALUES (?)').run(visit);
      tell(visit);
      await sleep(1); // So that writes of one visit and of the next can meet in the log.
    }
  }

  /** Puts a release into a slot, and the link upon it. */
  async commit(slot: 'a' | 'b', version: string): Promise<void> {
    const storage = this.#storage;
    const places = placesAt(this.#installation, this.#home);
    const source = await storedFile(nodeStorage, await smallRelease(this.#folder, version));
    assert(source !== undefined);
    const facts = {
      nowMs: createdMs, builtMs: 0, architecture: 'any', hardware: [], runningVersion: '0.0.0', schemaVersion: 1,
      releaseBytesMax: 1e9,
    }; // prettier-ignore
    const acts = releaseActs({ storage, directory: places.trust, carriedRoot: root, facts: async () => facts });
    const verified = await acts.verify(source);
    assert(verified.outcome === 'verified', JSON.stringify(verified));
    const { release } = verified;
    const use = (): Promise<void> => markUsable(storage, places, { slot, version, digest: release.digest });
    if (this.#habit === 'marks before it has written') await use();
    else await markUnusable(storage, places, slot);
    assert.equal((await acts.stage(source, release, places.slot[slot])).outcome, 'staged');
    await use();
    await moveCurrent(storage, places, slot);
    await new TrialRecordFile(storage, places).write({ ...emptyRecord, newestCommitted: { version, digest: '', signed: 0 } }); // prettier-ignore
  }

  close(): void {
    this.#database.close();
  }
}
