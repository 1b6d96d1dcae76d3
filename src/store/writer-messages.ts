import type { SchemaStep } from './migrate.ts';
import type { StoreFault, StoreFaultKind, StoreWrites } from './store.ts';

/** What the main thread says to the writer thread. Both are of this release: messages are not decoded. */
export type ToWriter = ({ readonly say: 'open' } & OpenOrder) | WriteOrder | PingOrder | { readonly say: 'close' };

export interface OpenOrder {
  readonly database: string;
  /** False when there is no file, or an empty one. */
  readonly exists: boolean;
  /** The copies of the database made so far, relative to the home, and where they lie: below the home. */
  readonly backups: readonly string[];
  readonly home: string;
  readonly backupsFolder: string;
  /** For the name of the copy made before a migration. */
  readonly backupNumber: number;
  readonly busyMs: number;
  readonly migrations: readonly SchemaStep[];
}

/** To be answered in its turn. */
export interface PingOrder {
  readonly say: 'ping';
  readonly id: number;
}

/** A write to run; its name says the type of its input and result. */
export type WriteOrder = {
  [Name in keyof StoreWrites]: {
    readonly say: 'write';
    readonly id: number;
    readonly name: Name;
    readonly input: StoreWrites[Name]['input'];
  };
}[keyof StoreWrites];

/** What the writer thread says. The one who asked knows the `Result`: for the receiver it is `never`. */
export type FromWriter<Result = never> =
  | { readonly say: 'opened'; readonly migrated: Migrated | undefined }
  | { readonly say: 'not-opened'; readonly fault: FaultNote }
  | { readonly say: 'written'; readonly answers: readonly Answer<Result>[] };

export type Answer<Result = never> =
  | { readonly id: number; readonly isDone: true; readonly result: Result }
  | { readonly id: number; readonly isDone: false; readonly fault: FaultNote };

/** The schema versions that opening went from and to, and the copy that was made before. */
export interface Migrated {
  readonly from: number;
  readonly to: number;
  readonly backup: string | undefined;
}

/** A `StoreFault` as it crosses the threads: a class does not. */
export interface FaultNote {
  readonly kind: StoreFaultKind;
  readonly message: string;
  readonly cause: unknown;
}

export function noteOf({ kind, message, cause }: StoreFault): FaultNote {
  return { kind, message, cause };
}
