/** A device on a disk whose every write is logged: visits, an update with a migration that is committed, one that is reverted. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeMsMax } from '../../src/visit/ledger.ts';
import type { Device } from '../device/device.ts';
import { deviceOn, setUp, type Materials } from '../device/installed.ts';
import { onDisk } from './judge-disk.ts';
import { openLoggedDisk, type LoggedDisk } from './logged-disk.ts';
import { entriesBefore, readLog, type WriteLog } from './write-log.ts';

/** Two releases of 200 MB, one that arrives, and room to spare. */
const diskBytes = 1_400_000_000;
const lookMs = 20;
/** Somebody is at the door this often. */
const betweenVisitsMs = 1500;

export interface Told {
  readonly visit: string;
  /** Entries of the log when somebody had been told of it. */
  readonly at: number;
}

export interface RecordedLife {
  readonly log: WriteLog;
  /** The disk before the first entry of the log. */
  readonly base: string;
  /** The rest of the machine, below the disk. */
  readonly layer: string;
  readonly told: readonly Told[];
  /** Visits that were announced without their row, because the disk did not answer in time. */
  readonly late: readonly string[];
  /** What the updater was doing, and from which entry of the log on. */
  readonly stretches: readonly { readonly label: string; readonly from: number; readonly to: number }[];
}

/** Where a device finds the parts of this disk. */
export function disksOf(mounted: string): readonly string[] {
  return [`${join(mounted, onDisk.installation)}:/opt/doorward`, `${join(mounted, onDisk.home)}:/var/lib/doorward`];
}

export async function recordLife(materials: Materials, folder: string): Promise<RecordedLife> {
  const at = (name: string): string => join(folder, name);
  const first = await openLoggedDisk(at('first'), { bytes: diskBytes });
  for (const name of Object.values(onDisk)) mkdirSync(join(first.mounted, name));
  const young = deviceOn(materials, { folder: at('young'), layers: [], disks: disksOf(first.mounted) });
  await young.powerOn();
  await setUp(young, materials);
  await young.shutDown();
  await first.close();
  const disk = await openLoggedDisk(at('second'), { image: first.image });
  const device = deviceOn(materials, { folder: at('old'), layers: [young.disk], disks: disksOf(disk.mounted) });
  let life: Life;
  try {
    life = await live(device, disk, materials);
  } finally {
    await device.close();
    await disk.close();
  }
  const log = readLog(disk.log);
  const told = life.told.map(({ visit, place }) => ({ visit, at: entriesBefore(log, place) }));
  const marks = life.marks.map(({ label, place }) => ({ label, from: entriesBefore(log, place) }));
  const stretches = marks.map((mark, index) => ({ ...mark, to: marks[index + 1]?.from ?? log.entries.length }));
  return { log, base: disk.base, layer: young.disk, told, late: life.late, stretches };
}

/** What happened, and where the log was when it had. */
interface Life {
  readonly told: { readonly visit: string; readonly place: number }[];
  readonly late: string[];
  readonly marks: { readonly label: string; readonly place: number }[];
}

/** Lives until both updates are over, and notes what happens when. */
async function live(device: Device, disk: LoggedDisk, { workshop }: Materials): Promise<Life> {
  const life: Life = { told: [], late: [], marks: [] };
  const end = new AbortController();
  await device.start();
  life.marks.push({ label: 'before', place: disk.place() });
  const watching = Promise.all([visitOften(device, disk, { life, signal: end.signal }), watchPhases(device, disk, { life, signal: end.signal })]); // prettier-ignore
  const schema = ['CREATE TABLE planted_notes (text TEXT) STRICT;'];
  const good = await device.update(await workshop.make('2.0.0', { schema }));
  assert.equal(good.code, 0, `the good release was not committed: ${good.stdout}${good.stderr}`);
  const ill = await device.update(await workshop.make('2.1.0', { fault: { at: 'took-over', how: 'is-unhealthy', afterMs: 1000 } })); // prettier-ignore
  assert.equal(ill.code, 1, `the ill release was committed: ${ill.stdout}`);
  await sleep(betweenVisitsMs);
  end.abort();
  await watching;
  return life;
}

interface Watching {
  readonly life: Life;
  readonly signal: AbortSignal;
}

/**
 * Rings through the API; whoever got an answer was told. An unanswered ring is nobody's, and one that the database has
 * kept waiting so long that the bell rang without its row (visit/ledger.ts) may be gone after a cut: it is `late`.
 */
async function visitOften(device: Device, disk: LoggedDisk, { life, signal }: Watching): Promise<void> {
  while (!signal.aborted) {
    const askedMs = performance.now();
    const answer = await fetch(`${device.address}/api/v1/trigger`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: '{"source":"api"}',
    }).catch(() => undefined);
    if (answer?.ok === true) {
      const { visitId } = (await answer.json()) as { visitId: string };
      if (performance.now() - askedMs >= writeMsMax) life.late.push(visitId);
      else life.told.push({ visit: visitId, place: disk.place() });
    }
    await sleep(betweenVisitsMs);
  }
}

/** A new stretch begins whenever the updater does something else, or the link has moved. */
async function watchPhases(device: Device, disk: LoggedDisk, { life, signal }: Watching): Promise<void> {
  let before = '';
  while (!signal.aborted) {
    const answer = await fetch(`${device.address}/api/v1/update`, { headers: { connection: 'close' } }).catch(() => undefined); // prettier-ignore
    const status = (await answer?.json().catch(() => undefined)) as { phase?: string; trial?: { phase?: string } | null } | undefined; // prettier-ignore
    const label = `${status?.phase ?? 'silent'} ${status?.trial?.phase ?? ''}`.trim();
    if (label !== before) life.marks.push({ label, place: disk.place() });
    before = label;
    await sleep(lookMs);
  }
}
