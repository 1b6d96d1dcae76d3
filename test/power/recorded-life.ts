/** A device on a disk whose every write is logged: visits, an update with a migration that is committed, one that is reverted. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Device } from '../device/device.ts';
import { deviceOn, setUp, type Materials } from '../device/installed.ts';
import { onDisk } from './judge-disk.ts';
import { openLoggedDisk, type LoggedDisk } from './logged-disk.ts';

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
  readonly log: string;
  /** The disk before the first entry of the log. */
  readonly base: string;
  /** The rest of the machine, below the disk. */
  readonly layer: string;
  readonly told: readonly Told[];
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
  try {
    const life = await live(device, disk, materials);
    return { log: disk.log, base: disk.base, layer: young.disk, ...life };
  } finally {
    await device.close();
    await disk.close();
  }
}

/** Lives until both updates are over, and notes what happens when. */
async function live(
  device: Device,
  disk: LoggedDisk,
  { workshop }: Materials,
): Promise<Pick<RecordedLife, 'told' | 'stretches'>> {
  // prettier-ignore
  const told: Told[] = [];
  const marks: { readonly label: string; readonly from: number }[] = [];
  const end = new AbortController();
  await device.start();
  marks.push({ label: 'before', from: disk.entries() });
  const watching = Promise.all([visitOften(device, disk, { told, signal: end.signal }), watchPhases(device, disk, { marks, signal: end.signal })]); // prettier-ignore
  const schema = ['CREATE TABLE planted_notes (text TEXT) STRICT;'];
  const good = await device.update(await workshop.make('2.0.0', { schema }));
  assert.equal(good.code, 0, `the good release was not committed: ${good.stdout}${good.stderr}`);
  const ill = await device.update(await workshop.make('2.1.0', { fault: { at: 'took-over', how: 'is-unhealthy', afterMs: 1000 } })); // prettier-ignore
  assert.equal(ill.code, 1, `the ill release was committed: ${ill.stdout}`);
  await sleep(betweenVisitsMs);
  end.abort();
  await watching;
  const last = disk.entries();
  const stretches = marks.map(({ label, from }, index) => ({ label, from, to: marks[index + 1]?.from ?? last }));
  return { told, stretches };
}

interface Watching {
  readonly signal: AbortSignal;
}

/** Rings through the API; whoever got an answer was told. An unanswered ring is nobody's. */
async function visitOften(
  device: Device,
  disk: LoggedDisk,
  { told, signal }: Watching & { told: Told[] },
): Promise<void> {
  // prettier-ignore
  while (!signal.aborted) {
    const answer = await fetch(`${device.address}/api/v1/trigger`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: '{"source":"api"}',
    }).catch(() => undefined);
    if (answer?.ok === true) {
      const { visitId } = (await answer.json()) as { visitId: string };
      told.push({ visit: visitId, at: disk.entries() });
    }
    await sleep(betweenVisitsMs);
  }
}

/** A new stretch begins whenever the updater does something else, or the link has moved. */
async function watchPhases(
  device: Device,
  disk: LoggedDisk,
  { marks, signal }: Watching & { marks: { label: string; from: number }[] },
): Promise<void> {
  // prettier-ignore
  let before = '';
  while (!signal.aborted) {
    const answer = await fetch(`${device.address}/api/v1/update`, { headers: { connection: 'close' } }).catch(() => undefined); // prettier-ignore
    const status = (await answer?.json().catch(() => undefined)) as { phase?: string; trial?: { phase?: string } | null } | undefined; // prettier-ignore
    const label = `${status?.phase ?? 'silent'} ${status?.trial?.phase ?? ''}`.trim();
    if (label !== before) marks.push({ label, from: disk.entries() });
    before = label;
    await sleep(lookMs);
  }
}
