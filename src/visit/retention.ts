import type { Gallery } from '../people/gallery.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { Log } from '../system/log.ts';
import { wordsOf } from '../system/error-words.ts';

const sweepIntervalMs = 60 * 60_000;
const dayMs = 24 * 60 * 60_000;
/** Rows read, files removed, and batches of them, in one sweep; the next sweep goes on. */
const pageMax = 200;
const pagesMax = 1000;
const notificationBatchesMax = 100;
/** A folder without a row may belong to a visit whose row waits for the disk; after this long it does not. */
const orphanMs = 60 * 60_000;

export interface RetentionParts {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly home: Home;
  readonly log: Log;
  readonly store: Store;
  readonly settings: Settings['retention'];
  readonly gallery: Pick<Gallery, 'refresh'>;
  /** Whether the files of this visit are needed although the database may not know it. */
  isUnderWay(visitId: string): boolean;
}

/** Every hour until the signal: removes what is older, more, or larger than the settings allow. */
export async function runRetention(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sweep(parts).catch((error: unknown) => parts.log.error('cannot sweep old visits', { error }));
    await parts.clock.sleep(sweepIntervalMs, signal);
  }
}

/** One sweep. Rows go first, their files after: a file without a row is swept later, a row without its file is a lie. */
export async function sweep(parts: RetentionParts): Promise<{ readonly visits: number }> {
  const { clock, settings, store } = parts;
  const oldestMs = Math.round(clock.wallMs() - settings.days * dayMs);
  let visits = await retain(parts, oldestMs);
  const tooLargeMs = await bytesCutMs(parts);
  if (tooLargeMs !== undefined) visits += await retain(parts, tooLargeMs);
  if (visits > 0) parts.gallery.refresh(); // Faces of removed visits are no strangers any more.
  for (let batch = 0; batch < notificationBatchesMax; batch += 1) {
    const pruned = await store.write('pruneNotifications', { beforeMs: oldestMs });
    if (pruned.notifications === 0) break;
  }
  await removeLeftovers(parts);
  await removeOrphans(parts);
  return { visits };
}

async function retain({ settings, store }: RetentionParts, beforeMs: number): Promise<number> {
  let visits = 0;
  for (let page = 0; page < pagesMax; page += 1) {
    const removed = await store.write('retainVisits', { beforeMs, visitsMax: settings.visitsMax });
    if (removed.visits === 0) break;
    visits += removed.visits;
  }
  return visits;
}

/** The start of the newest visit that must go so that the pictures of the rest fit; undefined when all fit. */
async function bytesCutMs(parts: RetentionParts): Promise<number | undefined> {
  const { settings, store } = parts;
  let bytes = 0;
  let beforeMs: number | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const visits = store.read.visits({ limit: pageMax, ...(beforeMs === undefined ? {} : { beforeMs }) });
    for (const visit of visits) {
      bytes += await bytesOf(parts, visit.id);
      if (bytes > settings.bytesMax) return visit.startedMs + 1;
      beforeMs = visit.startedMs;
    }
    if (visits.length < pageMax) return undefined;
  }
  return undefined;
}

async function bytesOf({ disk, home }: RetentionParts, visitId: string): Promise<number> {
  const files = await disk.list(`${home.visits}/${visitId}`);
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

/** Files that removed rows have left behind, of this sweep and of those that were interrupted. */
async function removeLeftovers({ disk, home, log, store }: RetentionParts): Promise<void> {
  for (let page = 0; page < pagesMax; page += 1) {
    const files = store.read.leftoverFiles(pageMax);
    if (files.length === 0) return;
    const removed: string[] = [];
    for (const file of files) {
      try {
        await disk.remove(`${home.root}/${file}`);
        removed.push(file);
      } catch (error) {
        log.warn('cannot remove a file of a removed visit', { file, reason: wordsOf(error) });
      }
    }
    await store.write('filesRemoved', { files: removed });
    if (removed.length < files.length) return;
  }
}

/** Folders of visits that no row knows: emptied just now, or of a visit that was never written. */
async function removeOrphans(parts: RetentionParts): Promise<void> {
  const { clock, disk, home, store } = parts;
  for (const entry of await disk.list(home.visits)) {
    if (entry.kind !== 'directory' || parts.isUnderWay(entry.name) || store.read.visit(entry.name) !== undefined)
      continue;
    const files = await disk.list(`${home.visits}/${entry.name}`);
    const isOld = clock.wallMs() - entry.modifiedMs > orphanMs;
    if (files.length === 0 || isOld) await disk.remove(`${home.visits}/${entry.name}`);
  }
}
