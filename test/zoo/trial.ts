/** One trial of one release on one device: what the street saw of it, and what was wrong with how it went. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrialHistory } from '../../src/slot/trial-record.ts';
import { until } from '../appliance/street.ts';
import { Callers, type Tally } from './callers.ts';
import { countPresses, Presser, type Counted } from './presses.ts';
import { missingRows, readRings, readRows } from './rows.ts';
import type { ZooDevice, ZooFile } from './zoo-place.ts';
import type { ZooRelease } from './zoo-release.ts';

export type Weather = 'quiet' | 'load';

export interface Tried {
  readonly release: ZooRelease;
  readonly trial: TrialHistory;
  readonly seconds: number;
  readonly presses: number;
  readonly pressesLost: number;
  readonly requests: number;
  readonly requestsLost: number;
  readonly rowsLost: number;
  /** What must not have been, in words. */
  readonly wrong: readonly string[];
  /** Things to know that are no fault. */
  readonly notes: readonly string[];
}

/** Ends a trial that hangs; one on a strained machine stays below it. */
const trialMsMax = 15 * 60_000;
/** After the trial every press has its row, and everybody is told, within this. */
const settleMsMax = 20_000;

export interface Conditions {
  readonly weather: Weather;
  readonly isStrained: boolean;
}

/** Pushes the file of the release and waits until its trial is over and everything of it is settled. */
export async function tryRelease(
  device: ZooDevice,
  { release, version, file }: ZooFile & { readonly release: ZooRelease },
  { weather, isStrained }: Conditions,
): Promise<Tried> {
  const before = await readRows(device);
  const startedMs = Date.now();
  const presser = new Presser(device, { isPressing: weather === 'load' });
  const callers = weather === 'load' ? new Callers(device.address, device.closing.signal) : undefined;
  await device.push({ version, file });
  const trial = await device.trialOf(version, trialMsMax);
  const seconds = (Date.now() - startedMs) / 1000;
  await presser.leave();
  const tally = await callers?.leave();
  await presser.press(); // Whoever serves now must ring.
  const counted = await settled(device, { release, pressedMs: presser.pressedMs, sinceMs: startedMs });
  const lostRows = missingRows(before, await readRows(device));
  const requests = requestsOf(tally, release);
  const figures = {
    presses: presser.pressedMs.length,
    pressesLost: counted.lost.length,
    ...requests,
    rowsLost: release.spoils?.includes('rows') === true ? 0 : lostRows.length,
  };
  const wrong = [
    ...endingFaults(release, trial, isStrained),
    ...(await device.remains()),
    ...(counted.doubled.length > 0 && !spoils(release, 'rings') ? [`${counted.doubled.length} rings of nobody`] : []),
    ...(counted.untold.length > 0 && !spoils(release, 'rings') ? [`${counted.untold.length} rings told to nobody`] : []),
    ...(figures.pressesLost > 0 ? [`${figures.pressesLost} presses lost`] : []),
    ...(figures.requestsLost > 0 ? [`${figures.requestsLost} requests lost: ${callers?.complaints.slice(0, 3).join('; ')}`] : []),
    ...(figures.rowsLost > 0 ? [`${figures.rowsLost} rows lost: ${lostRows.slice(0, 3).join(', ')}`] : []),
  ]; // prettier-ignore
  const notes = lostRows.length > figures.rowsLost ? [`${lostRows.length} rows gone until a restore`] : [];
  return { release, trial, seconds, ...figures, wrong, notes };
}

function spoils({ spoils: spoilt = [] }: ZooRelease, what: 'answers' | 'rows' | 'rings'): boolean {
  return spoilt.includes(what);
}

function requestsOf(tally: Tally | undefined, release: ZooRelease): { requests: number; requestsLost: number } {
  const counts = Object.values(tally ?? {});
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const isOwnDoing = spoils(release, 'answers');
  return {
    requests: sum(counts.map(({ well, failed, unanswered }) => well + failed + unanswered)),
    requestsLost: sum(counts.map(({ failed, unanswered }) => (isOwnDoing ? 0 : failed + unanswered))),
  };
}

interface Settled extends Counted {
  /** Rings that nobody was told of. */
  readonly untold: readonly string[];
}

/** Waits until every press has its row and was told, or for as long as that may take. */
async function settled(
  device: ZooDevice,
  {
    release,
    pressedMs,
    sinceMs,
  }: { readonly release: ZooRelease; readonly pressedMs: readonly number[]; readonly sinceMs: number },
): Promise<Settled> {
  // What it has deleted comes back with the snapshot; a press that is younger must have rung again.
  const isBack = spoils(release, 'rows');
  const back = isBack ? await readRings({ rows: (sql) => device.snapshotRows(sql) }, sinceMs - 1) : [];
  const look = async (): Promise<Settled> => {
    const now = await readRings(device, sinceMs - 1);
    const rings = [...new Map([...back, ...now].map((ring) => [ring.id, ring])).values()];
    const counted = countPresses(
      pressedMs,
      rings.toSorted((one, other) => one.atMs - other.atMs),
    );
    const rung = new Set(device.told.map((key) => key.split(':')[2]));
    return { ...counted, untold: counted.found.map(({ id }) => id).filter((id) => !rung.has(id)) };
  };
  const isSettled = async (): Promise<boolean> => {
    const { lost, untold } = await look();
    return lost.length === 0 && untold.length === 0;
  };
  await until(isSettled, settleMsMax).catch(() => undefined);
  await sleep(300); // A ring too many comes late.
  return look();
}

function endingFaults({ mustEnd }: ZooRelease, trial: TrialHistory, isStrained: boolean): readonly string[] {
  const { outcome, reason } = trial;
  if (mustEnd === 'committed') return outcome === 'committed' ? [] : [`a good one is ${outcome}`];
  if (outcome === 'committed') return ['a bad one is committed'];
  const isReason = mustEnd.includes(reason) || (isStrained && reason === 'machine-strained');
  return outcome !== 'reverted' && !isStrained ? [`it is ${outcome}`] : isReason ? [] : [`"${reason}" is no reason of it`];
} // prettier-ignore
