import type { Clock } from '../system/clock.ts';
import { DiskFault, type Disk, type DiskEntry } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import { copyNumber } from './copy-number.ts';
import { openForReading, readerBusyMs, writerBusyMs } from './connection.ts';
import { faultOf } from './fault.ts';
import { migrations, type SchemaStep } from './migrate.ts';
import { readsOf } from './reads.ts';
import type { Store, StoreFault, StoreFaultKind } from './store.ts';
import type { Migrated, OpenOrder } from './writer-messages.ts';
import { beginWriter, startWriter, type Writer, type WriterThread } from './writer.ts';

/** Copies made before migrations that are kept, newest first. */
const migrationBackupsMax = 3;
const migrationBackup = /^doorward-v\d+-(?<madeMs>\d+)\.db$/;

const outcomes: Readonly<Record<StoreFaultKind, OpenFailure>> = {
  full: 'full',
  locked: 'locked',
  'read-only': 'read-only',
  corrupt: 'corrupt',
  'too-new': 'too-new',
  constraint: 'failed',
  closed: 'failed',
  other: 'failed',
};

export interface OpenStoreOptions {
  readonly home: Home;
  readonly disk: Disk;
  readonly clock: Clock;
  /** How long to wait for another process that holds the database; default 5 seconds. */
  readonly busyMs?: number;
  /** When it was begun already. */
  readonly writer?: WriterThread;
  /** The schema's steps, when not those of this release: an upgrade can be tried before it exists. */
  readonly migrations?: readonly SchemaStep[];
}

export type OpenStoreResult =
  | { readonly outcome: 'opened'; readonly store: Store; readonly migrated: Migrated | undefined }
  | { readonly outcome: OpenFailure; readonly message: string };

/** `failed`: none of the others, for instance the disk does not answer. */
type OpenFailure = 'too-new' | 'locked' | 'read-only' | 'corrupt' | 'full' | 'failed';

/**
 * Makes the home where it is missing, opens the database, brings its schema up to date after copying it, and empties the
 * write-ahead log. A database that cannot be opened is left as it was.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenStoreResult> {
  const { home, disk } = options;
  const thread = options.writer ?? beginWriter();
  try {
    await disk.makeDirectory(home.root);
    await disk.makeDirectory(home.backups);
    await thinOutBackups(home, disk);
    const started = await startWriter(thread, await orderOf(options));
    if (started.outcome === 'opened') return await withReader(home, started);
    return { outcome: await outcomeOfFault(options, started.fault), message: started.fault.message };
  } catch (error) {
    await thread.worker.terminate();
    if (error instanceof DiskFault) return { outcome: outcomeOfDisk(error), message: error.message };
    throw error;
  }
}

async function orderOf({ home, disk, clock, ...options }: OpenStoreOptions): Promise<OpenOrder> {
  const files = await disk.list(home.root);
  const backups = await disk.list(home.backups);
  const folder = home.backups.slice(home.root.length + 1);
  return {
    database: home.database,
    exists: files.some(({ name, bytes }) => `${home.root}/${name}` === home.database && bytes > 0),
    home: home.root,
    backups: backups.filter(({ kind }) => kind === 'file').map(({ name }) => `${folder}/${name}`),
    backupsFolder: home.backups,
    backupNumber: copyNumber(clock.wallMs(), backups.map(({ name }) => name), migrationBackup), // prettier-ignore
    busyMs: options.busyMs ?? writerBusyMs,
    migrations: options.migrations ?? migrations,
  };
}

async function thinOutBackups(home: Home, disk: Disk): Promise<void> {
  const madeMs = (entry: DiskEntry): number => Number(migrationBackup.exec(entry.name)?.groups?.['madeMs']);
  const backups = (await disk.list(home.backups)).filter(({ name }) => migrationBackup.test(name));
  const surplus = backups.toSorted((one, other) => madeMs(other) - madeMs(one)).slice(migrationBackupsMax);
  for (const { name } of surplus) await disk.remove(`${home.backups}/${name}`);
}

async function withReader(
  home: Home,
  { writer, migrated }: { writer: Writer; migrated: Migrated | undefined },
): Promise<OpenStoreResult> {
  try {
    const db = openForReading(home.database, readerBusyMs);
    const store: Store = {
      read: readsOf(db),
      write: (name, input) => writer.write(name, input),
      ping: () => writer.ping(),
      close: async () => {
        db.close(); // First: the last connection to close empties the write-ahead log, and only the writer may.
        await writer.close();
      },
    };
    return { outcome: 'opened', store, migrated };
  } catch (error) {
    await writer.close();
    const { kind, message } = faultOf(`read the database ${home.database}`, error);
    return { outcome: outcomes[kind], message };
  }
}

/** SQLite says "unable to open" of many things: the disk knows which. */
async function outcomeOfFault({ home, disk }: OpenStoreOptions, { kind }: StoreFault): Promise<OpenFailure> {
  if (kind !== 'other') return outcomes[kind];
  const probe = `${home.database}.probe`;
  await disk.write(probe, 'x');
  await disk.remove(probe);
  return 'failed';
}

function outcomeOfDisk({ kind }: DiskFault): OpenFailure {
  if (kind === 'other') return 'failed';
  return kind === 'full' ? 'full' : 'read-only';
}
