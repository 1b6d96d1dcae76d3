import type { Connection } from './connection.ts';
import type { StoreWrites } from './store.ts';

export type Input<Name extends keyof StoreWrites> = StoreWrites[Name]['input'];
export type Result<Name extends keyof StoreWrites> = StoreWrites[Name]['result'];

/** Writes that are a transaction; `backup` is none. */
export type WriteName = Exclude<keyof StoreWrites, 'backup'>;

/** Every write as the writer thread runs it, inside a transaction. Each throws `StoreFault` or SQLite's error. */
export type WriteFunctions = {
  readonly [Name in WriteName]: (db: Connection, input: Input<Name>) => Result<Name>;
};
