import { rememberBackups } from '../../src/store/backups.ts';
import { openForWriting, type Connection } from '../../src/store/connection.ts';
import { faultOf } from '../../src/store/fault.ts';
import { migrate, migrations } from '../../src/store/migrate.ts';
import { readsOf } from '../../src/store/reads.ts';
import type { Store, StoreReads, StoreWrites } from '../../src/store/store.ts';
import type { Input, WriteName } from '../../src/store/write-functions.ts';
import { writes } from '../../src/store/writes.ts';

/** The real SQL in memory and without the writer thread: for schedules that a stepped clock drives. */
export class PlainStore implements Store {
  readonly #db: Connection;
  readonly read: StoreReads;
  /** Called before every write; may throw a StoreFault, wait, or never come back. */
  before: (name: keyof StoreWrites) => Promise<void> | void = () => {};
  /** Called after every write that is durable. */
  after: (name: keyof StoreWrites) => Promise<void> | void = () => {};

  constructor() {
    this.#db = openForWriting(':memory:', 0);
    migrate(this.#db, 0, migrations);
    rememberBackups(this.#db, []);
    this.read = readsOf(this.#db);
  }

  async write<Name extends keyof StoreWrites>(
    name: Name,
    input: StoreWrites[Name]['input'],
  ): Promise<StoreWrites[Name]['result']> {
    await this.before(name);
    const result = this.#run(name, input);
    await this.after(name);
    return result;
  }

  #run<Name extends keyof StoreWrites>(name: Name, input: StoreWrites[Name]['input']): StoreWrites[Name]['result'] {
    try {
      const write = writes[name as WriteName] as (db: Connection, input: unknown) => StoreWrites[Name]['result'];
      return this.#db.transaction(() => write(this.#db, input as Input<WriteName>)).immediate();
    } catch (error) {
      throw faultOf(`write ${name}`, error);
    }
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
