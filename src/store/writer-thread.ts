import assert from 'node:assert/strict';
import { parentPort, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';

import { backUp, rememberBackups } from './backups.ts';
import { type Connection, emptyWriteAheadLog, keepPrivate, openForReading, openForWriting } from './connection.ts';
import { faultOf } from './fault.ts';
import { migrate, requireSound, versionOf } from './migrate.ts';
import type { Input, Result, WriteName } from './write-functions.ts';
import { noteOf, type Answer, type FromWriter, type Migrated, type OpenOrder, type ToWriter, type WriteOrder } from './writer-messages.ts'; // prettier-ignore
import { forgettingWrites, writes } from './writes.ts';

type BackupOrder = Extract<WriteOrder, { name: 'backup' }>;
type TransactionOrder = Exclude<WriteOrder, BackupOrder>;

/** Writes that share one fsync at most. */
const groupMax = 64;

/** The thread that owns the one writing connection: an SD card's fsync can take a second, and only this thread waits. */
class WriterThread {
  readonly #port: MessagePort;
  #db: Connection | undefined;
  #home = '';
  /** The write-ahead log still holds what was to be forgotten. */
  #isLogToEmpty = false;
  #backups: Promise<void> = Promise.resolve();

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** Runs a message and those that wait behind it: writes that stand together share one fsync. */
  async take(first: ToWriter): Promise<void> {
    const group: TransactionOrder[] = [];
    for (const message of [first, ...this.#waiting(groupMax - 1)]) {
      if (message.say === 'write' && message.name !== 'backup') {
        group.push(message);
        continue;
      }
      this.#writeGroup(group.splice(0));
      if (message.say === 'open') await this.#open(message);
      else if (message.say === 'ping')
        this.#say({ say: 'written', answers: [{ id: message.id, isDone: true, result: undefined }] });
      else if (message.say === 'close') await this.#close();
      else this.#backups = this.#backups.then(() => this.#backUp(message));
    }
    this.#writeGroup(group);
  }

  #waiting(countMax: number): readonly ToWriter[] {
    const messages: ToWriter[] = [];
    while (messages.length < countMax) {
      const next = receiveMessageOnPort(this.#port);
      if (next === undefined) break;
      messages.push(next.message);
    }
    return messages;
  }

  async #open(order: OpenOrder): Promise<void> {
    try {
      const version = order.exists ? versionAt(order) : 0;
      this.#home = order.home;
      this.#db = openForWriting(order.database, order.busyMs);
      const migrated = await prepare(this.#db, version, order);
      this.#say({ say: 'opened', migrated });
    } catch (error) {
      this.#db?.close();
      this.#say({ say: 'not-opened', fault: noteOf(faultOf(`open the database ${order.database}`, error)) });
      this.#port.close();
    }
  }

  /** One transaction and one fsync for the group, and a savepoint for each write: each is stored whole or refused alone. */
  #writeGroup(orders: readonly TransactionOrder[]): void {
    if (orders.length === 0) return;
    const answers = this.#answersTo(this.#opened(), orders);
    if (orders.some(({ name }) => forgettingWrites.has(name))) this.#isLogToEmpty = true;
    if (this.#isLogToEmpty) this.#emptyLog();
    this.#say({ say: 'written', answers });
  }

  #answersTo(db: Connection, orders: readonly TransactionOrder[]): readonly Answer<unknown>[] {
    try {
      return db.transaction(() => orders.map((order) => answerTo(db, order))).immediate();
    } catch (error) {
      const fault = faultOf('write to the database', error);
      // A full disk undoes the whole group. What fits may still be stored.
      if (orders.length > 1 && fault.kind !== 'locked') return orders.flatMap((order) => this.#answersTo(db, [order]));
      return orders.map(({ id }) => ({ id, isDone: false, fault: noteOf(fault) }));
    }
  }

  #emptyLog(): void {
    try {
      this.#isLogToEmpty = !emptyWriteAheadLog(this.#opened());
    } catch {
      this.#isLogToEmpty = true; // What was removed is stored as removed. Tried again after the next write.
    }
  }

  async #backUp({ id, input }: BackupOrder): Promise<void> {
    try {
      const result = await backUp(this.#opened(), input.path, this.#home);
      this.#say({ say: 'written', answers: [{ id, isDone: true, result }] });
    } catch (error) {
      const fault = noteOf(faultOf(`copy the database to ${input.path}`, error));
      this.#say({ say: 'written', answers: [{ id, isDone: false, fault }] });
    }
  }

  async #close(): Promise<void> {
    await this.#backups;
    this.#db?.close();
    this.#port.close();
  }

  #opened(): Connection {
    assert(this.#db !== undefined, 'the database is opened before it is written to');
    return this.#db;
  }

  #say(message: FromWriter<unknown>): void {
    this.#port.postMessage(message);
  }
}

/** Looks at an existing database without changing a byte of it. */
function versionAt({ database, migrations, busyMs }: OpenOrder): number {
  const db = openForReading(database, busyMs);
  try {
    return versionOf(db, migrations.length);
  } finally {
    db.close();
  }
}

/** Makes a database that has just been opened ready for writes. */
async function prepare(db: Connection, version: number, order: OpenOrder): Promise<Migrated | undefined> {
  db.exec('BEGIN IMMEDIATE; COMMIT'); // A lock or a read-only disk shows now, not at the first ring.
  emptyWriteAheadLog(db); // A power cut may have come between a removal and this.
  const migrated = await bringUpToDate(db, version, order);
  rememberBackups(db, order.backups);
  for (const backup of order.backups) keepPrivate(`${order.home}/${backup}`); // Older releases let others read them.
  return migrated;
}

/** A database that is not new is checked and copied before. */
async function bringUpToDate(db: Connection, version: number, order: OpenOrder): Promise<Migrated | undefined> {
  const to = order.migrations.length;
  if (version >= to) return undefined;
  let backup: string | undefined;
  if (version > 0) {
    requireSound(db);
    backup = `${order.backupsFolder}/doorward-v${version}-${order.backupNumber}.db`;
    await backUp(db, backup, order.home);
  }
  migrate(db, version, order.migrations);
  return { from: version, to, backup };
}

function answerTo(db: Connection, order: TransactionOrder): Answer<unknown> {
  try {
    return { id: order.id, isDone: true, result: db.transaction(() => run(db, order))() };
  } catch (error) {
    if (!db.inTransaction) throw error; // SQLite has undone the whole group.
    return { id: order.id, isDone: false, fault: noteOf(faultOf(order.name, error)) };
  }
}

interface Asked<Name extends WriteName> {
  readonly name: Name;
  readonly input: Input<Name>;
}

function run<Name extends WriteName>(db: Connection, { name, input }: Asked<Name>): Result<Name> {
  return writes[name](db, input);
}

assert(parentPort !== null, 'this file is the entry of the writer thread');
const thread = new WriterThread(parentPort);
parentPort.on('message', (message: ToWriter) => void thread.take(message));
