/** One trial of one release on one device: what the street saw of it, and what was wrong with how it went. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrialHistory } from '../../src/slot/trial-record.ts';
import { until } from '../appliance/street.ts';
import { Callers, type Tally } from './callers.ts';
import type { Household } from './household.ts';
import { orphansOf } from '../updates/marked-processes.ts';
import { countPresses, Presser } from './presses.ts';
import { missingRows, readRings, readRows } from './rows.ts';
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
/** What was killed may take as long to leave the table of processes. */
const leaveMsMax = 5000;

export interface Conditions {
  readonly weather: Weather;
  readonly isStrained: boolean;
}

/** Pushes the file of the release and waits until its trial is over and everything of it is settled. */
export async function tryRelease(
  household: Household,
  { release, version, file }: { readonly release: ZooRelease; readonly version: string; readonly file: string },
  { weather, isStrained }: Conditions,
): Promise<Tried> {
  const { site } = household;
  const before = readRows(site.home);
  const startedMs = Date.now();
  const presser = new Presser(site, { isPressing: weather === 'load' });
  const callers = weather === 'load' ? new Callers(site.address, site.closing.signal) : undefined;
  await site.push(file);
  const trial = await site.trialOf(version, trialMsMax);
  const seconds = (Date.now() - startedMs) / 1000;
  await presser.leave();
  const tally = await callers?.leave();
  await presser.press(); // Whoever serves now must ring.
  const counted = await settled(household, presser.pressedMs, startedMs);
  const lostRows = missingRows(before, readRows(site.home));
  const requests = requestsOf(tally, release);
  const figures = {
    presses: presser.pressedMs.length,
    pressesLost: counted.lost.length,
    ...requests,
    rowsLost: release.spoils?.includes('rows') === true ? 0 : lostRows.length,
  };
  const wrong = [
    ...endingFaults(release, trial, isStrained),
    ...(await orphanFaults(household)),
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

/** Waits until every press has its row and was told, or for as long as that may take. */
async function settled(
  { site, told }: Household,
  pressedMs: readonly number[],
  sinceMs: number,
): Promise<ReturnType<typeof countPresses> & { readonly untold: readonly string[] }> {
  const look = (): ReturnType<typeof countPresses> & { readonly untold: readonly string[] } => {
    const counted = countPresses(pressedMs, readRings(site.home, sinceMs - 1));
    const rung = new Set(told.map((key) => key.split(':')[2]));
    return { ...counted, untold: counted.found.map(({ id }) => id).filter((id) => !rung.has(id)) };
  };
  await until(() => look().lost.length === 0 && look().untold.length === 0, settleMsMax).catch(() => undefined);
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

/** Whoever is left of a release that is gone. */
async function orphanFaults({ site }: Household): Promise<readonly string[]> {
  const incumbent = (await site.running())?.pid ?? 0;
  const left = (): readonly number[] => orphansOf(site.folder, incumbent);
  await until(() => left().length === 0, leaveMsMax).catch(() => undefined);
  const orphans = left();
  for (const pid of orphans) process.kill(pid, 'SIGKILL');
  return orphans.length === 0 ? [] : [`${orphans.length} processes left behind`];
}
