import type { Gallery } from '../people/gallery.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { RecordedVisit, Store } from '../store/store.ts';
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

/**
 * Until the signal, every hour: removes what is older, more, or larger than the settings allow. Age is the time that the
 * bell has run since a visit was first seen here.
 *
 * Chosen: time lived, on the monotonic clock; rejected: the wall clock, even a plausible or a synchronised one; why: a
 * visit carries the time of a clock that may have been wrong, and is judged by one that may be wrong now: one start in
 * another year would remove every visit. A bell that was switched off keeps its visits for longer.
 */
export async function runRetention(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  const { clock, log, store } = parts;
  let sinceMs = clock.uptimeMs();
  let orphans: ReadonlySet<string> = new Set();
  const live = async (): Promise<number> => {
    const nowMs = clock.uptimeMs();
    const { livedMs } = await store.write('addTimeLived', { durationMs: nowMs - sinceMs });
    sinceMs = nowMs;
    return livedMs;
  };
  while (!signal.aborted) {
    try {
      orphans = (await sweep(parts, await live(), orphans)).orphans;
    } catch (error) {
      log.error('cannot sweep old visits', { error });
    }
    await clock.sleep(sweepIntervalMs, signal);
  }
  await live().catch((error: unknown) => log.warn('the time that the bell has run is not kept', { error }));
}

/** What one sweep did. */
export interface Swept {
  readonly visits: number;
  /** Folders without a row that were left for the next sweep. */
  readonly orphans: ReadonlySet<string>;
}

/** One sweep. Rows go first, their files after: a file without a row is swept later, a row without its file is a lie. */
export async function sweep(
  parts: RetentionParts,
  livedMs: number,
  orphansBefore: ReadonlySet<string>,
): Promise<Swept> {
  const { settings, store } = parts;
  await markSeen(parts, livedMs);
  const seenBeforeMs = Math.round(livedMs - settings.days * dayMs);
  let visits = await retain(parts, { seenBeforeMs });
  const upTo = await tooLarge(parts);
  if (upTo !== undefined) visits += await retain(parts, { seenBeforeMs, upTo });
  if (visits > 0) parts.gallery.refresh(); // Faces of removed visits are no strangers any more.
  for (let batch = 0; batch < notificationBatchesMax; batch += 1) {
    const pruned = await store.write('pruneNotifications', { seenBeforeMs });
    if (pruned.notifications === 0) break;
  }
  await removeLeftovers(parts);
  return { visits, orphans: await removeOrphans(parts, orphansBefore) };
}

async function markSeen({ store }: RetentionParts, livedMs: number): Promise<void> {
  for (let page = 0; page < pagesMax; page += 1) {
    const { rows } = await store.write('markSeen', { livedMs });
    if (rows === 0) return;
  }
}

async function retain(
  { settings, store }: RetentionParts,
  limits: { readonly seenBeforeMs: number; readonly upTo?: RecordedVisit },
): Promise<number> {
  let visits = 0;
  for (let page = 0; page < pagesMax; page += 1) {
    const removed = await store.write('retainVisits', { ...limits, visitsMax: settings.visitsMax });
    if (removed.visits === 0) break;
    visits += removed.visits;
  }
  return visits;
}

/** The last recorded visit that must go so that the pictures of the rest fit; undefined when all fit. */
async function tooLarge(parts: RetentionParts): Promise<RecordedVisit | undefined> {
  const { settings, store } = parts;
  let bytes = 0;
  let before: RecordedVisit | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const visits = store.read.visitsRecorded(pageMax, before);
    for (const visit of visits) {
      bytes += await bytesOf(parts, visit.id);
      if (bytes > settings.bytesMax) return visit;
    }
    before = visits.at(-1);
    if (before === undefined || visits.length < pageMax) return undefined;
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

/**
 * Folders of visits that no row knows: emptied just now, or of a visit that was never written. The row of a young one may
 * wait for the disk: it goes when it was there at the sweep before too, whatever the clock says of its age.
 */
async function removeOrphans(parts: RetentionParts, before: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const { disk, home, store } = parts;
  const left = new Set<string>();
  for (const { kind, name } of await disk.list(home.visits)) {
    if (kind !== 'directory' || parts.isUnderWay(name) || store.read.visit(name) !== undefined) continue;
    const files = await disk.list(`${home.visits}/${name}`);
    if (files.length === 0 || before.has(name)) await disk.remove(`${home.visits}/${name}`);
    else left.add(name);
  }
  return left;
}
