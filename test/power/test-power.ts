/**
 * `npm run test:power -- N [SEED]`: a device on a disk whose writes are logged lives through a commit, a migration and a
 * revert; then the mains fail at 20 N moments, each with what the last flush had not saved dropped, reordered or torn.
 * Every such disk is judged, and N of them are booted and must serve, name a face and take the next update. The same log
 * is judged once more as of a disk that ignores flushes, which has to be caught. The last line is JSON.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatherMaterials, type Materials } from '../device/installed.ts';
import { inOwnNetwork } from '../device/own-network.ts';
import { lastVersion } from '../device/scenario.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { bootState } from './boot-state.ts';
import { judgeDisk, type Complaint, type NextRelease } from './judge-disk.ts';
import { recordLife, type RecordedLife } from './recorded-life.ts';
import { chooseStates, judgeStates, type State } from './states.ts';
import type { WriteLog } from './write-log.ts';
import { begin, wholeNumber } from '../../scripts/entry.ts';

const killsDefault = 10;
const statesPerKill = 20;
const controlStates = 6;
/** Disks, logs and releases: memory is quicker than a disk, where there is so much of it. */
const workBytes = 8_000_000_000;

interface Figures {
  kills: number;
  diskStates: number;
  unbootable: number;
  unupdatable: number;
  dataLost: number;
}

interface Laboratory {
  readonly materials: Materials;
  readonly life: RecordedLife;
  readonly log: WriteLog;
  readonly folder: string;
  readonly next: NextRelease;
}

function workFolder(): string {
  const memory = '/dev/shm';
  const { bavail, bsize } = statfsSync(memory);
  return mkdtempSync(join(bavail * bsize > workBytes ? memory : tmpdir(), 'doorward-power-'));
}

function add(figures: Figures, complaints: readonly Complaint[]): void {
  for (const kind of new Set(complaints.map((complaint) => complaint.kind))) figures[kind] += 1;
}

function visitsBefore({ told }: RecordedLife, at: number): readonly string[] {
  return told.filter((one) => one.at <= at).map(({ visit }) => visit);
}

/** Judges so many states, and boots every twentieth. */
async function cutOften(laboratory: Laboratory, count: number, random: SeededRandom): Promise<Figures> {
  const { life, log, folder, next, materials } = laboratory;
  const figures: Figures = { kills: 0, diskStates: 0, unbootable: 0, unupdatable: 0, dataLost: 0 };
  const states = chooseStates(life.stretches, count, random);
  const booted = new Set(states.filter((_state, index) => index % statesPerKill === 0));
  await judgeStates({
    log,
    base: life.base,
    folder,
    states,
    judge: async (mounted, state) => {
      const visits = visitsBefore(life, state.at);
      if (!booted.has(state)) return judgeDisk(mounted, { visits, hasRecord: false, next });
      figures.kills += 1;
      return bootState({ materials, mounted, layer: life.layer, folder: join(folder, 'booted'), visits });
    },
    onJudged: (state, complaints) => {
      figures.diskStates += 1;
      add(figures, complaints);
      tell(state, complaints, booted.has(state));
    },
  });
  return figures;
}

function tell({ at, label, loss }: State, complaints: readonly Complaint[], isBooted: boolean): void {
  const what = `${label}, entry ${at}, ${loss === undefined ? 'in order' : 'with losses'}`;
  if (isBooted || complaints.length > 0)
    console.log(`${isBooted ? 'booted: ' : ''}${what}: ${complaints.map(({ kind, why }) => `${kind}: ${why}`).join('; ') || 'ok'}`); // prettier-ignore
}

/** The same writes on a disk that only says that it has flushed. */
async function isLiarCaught({ life, log, folder, next }: Laboratory, random: SeededRandom): Promise<boolean> {
  const deaf = { ...log, entries: log.entries.map((entry) => ({ ...entry, isFlush: false })) };
  let caught = 0;
  await judgeStates({
    log: deaf,
    base: life.base,
    folder,
    states: chooseStates(life.stretches.slice(-1), controlStates, random).map((state) => ({ ...state, loss: random })),
    judge: (mounted, { at }) => judgeDisk(mounted, { visits: visitsBefore(life, at), hasRecord: false, next }),
    onJudged: (_state, complaints) => void (caught += complaints.length > 0 ? 1 : 0),
  });
  console.log(`a disk that ignores flushes: caught in ${caught} of ${controlStates} states`);
  return caught > 0;
}

const { positionals } = begin({ usage: 'npm run test:power -- [KILLS] [SEED]', words: 2 });
const kills = wholeNumber(positionals[0], killsDefault);
const random = new SeededRandom(wholeNumber(positionals[1], 1, 0));

async function testPower(): Promise<number> {
  const folder = workFolder();
  try {
    const materials = await gatherMaterials(join(folder, 'releases'));
    const life = await recordLife(materials, folder);
    const { log } = life;
    const flushes = log.entries.filter(({ isFlush }) => isFlush).length;
    console.log(`recorded: ${log.entries.length} writes and flushes (${flushes}), ${life.told.length} visits, ${life.stretches.length} stretches`); // prettier-ignore
    if (life.late.length > 0) console.log(`announced without their row, the disk was too slow: ${life.late.length}`);
    const states = join(folder, 'states');
    mkdirSync(join(states, 'next'), { recursive: true });
    await materials.workshop.make(lastVersion); // For those that are booted.
    const next = await smallNext(materials, join(states, 'next'));
    const laboratory = { materials, life, log, folder: states, next };
    const isCaught = await isLiarCaught(laboratory, random);
    if (!isCaught) throw new Error('the judge is blind: a disk that ignores flushes was not caught');
    const figures = await cutOften(laboratory, kills * statesPerKill, random);
    console.log(JSON.stringify(figures));
    return figures.unbootable + figures.unupdatable + figures.dataLost === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The next update of a disk that is only judged: small, and signed for this device. */
async function smallNext({ workshop }: Materials, folder: string): Promise<NextRelease> {
  const { file, version } = await workshop.make('8.0.0', { script: '#!/bin/sh\n' });
  renameSync(file, join(folder, `doorward-${version}.release`));
  return { folder, version };
}

process.exitCode = await inOwnNetwork(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-power-'));
  await gatherMaterials(folder); // What needs the network is made before it is left.
  rmSync(folder, { recursive: true });
}, testPower);
