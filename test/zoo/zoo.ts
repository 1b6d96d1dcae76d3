/**
 * `npm run test:zoo -- [--only NAME]… [--machine] [--quiet|--load] [--strained] [--runs N] [--list]`: releases that are bad
 * in one way each, and good ones that are not as they were, are tried for real, one after the other, by an incumbent of this
 * checkout: every second one with nobody at the door, the others before callers of every kind and somebody who presses. Fails
 * when a bad one is committed or a good one is not, when the reason is none of its own, and when anything is lost.
 *
 * Chosen: `--machine` of this command; rejected: `npm run test:machine -- --zoo`; why: which releases, in which weather, how
 * often and what is said of them is the same on a table and in a machine with systemd, and the scenarios there know none of it.
 * Chosen: the zoo's callers and presser there too; rejected: the crowd of the scenarios; why: it counts presses by their sum,
 * where a doubled row hides a lost press, and asks for one address.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin, Misused, wholeNumber } from '../../scripts/entry.ts';
import { inOwnNetwork } from '../device/own-network.ts';
import { gatherZoo, zooInMachine } from './in-a-machine.ts';
import { zooOnTable } from './on-a-table.ts';
import { zooReleases } from './releases/all.ts';
import type { Tried, Weather } from './trial.ts';
import { Zoo } from './zoo-keeper.ts';
import type { ZooRelease } from './zoo-release.ts';

const usage = 'npm run -s test:zoo -- [--only NAME]... [--machine] [--quiet|--load] [--strained] [--runs N] [--list]';
const { values } = begin({
  usage,
  options: {
    only: { type: 'string', multiple: true },
    machine: { type: 'boolean', default: false },
    quiet: { type: 'boolean' },
    load: { type: 'boolean' },
    strained: { type: 'boolean' },
    runs: { type: 'string' },
    list: { type: 'boolean' },
  },
});
const runs = wholeNumber(values.runs, 1);

/** Every second one, and the others in the next run. */
function weatherOf({ weather }: ZooRelease, index: number, run: number): Weather {
  if (weather !== undefined) return weather;
  if (values.quiet === true) return 'quiet';
  return values.load === true || (index + run) % 2 === 1 ? 'load' : 'quiet';
}

function chosen(): readonly ZooRelease[] {
  const { only } = values;
  if (only === undefined) return zooReleases;
  return only.map((name) => {
    const found = zooReleases.find((release) => release.name === name);
    if (found === undefined) throw new Misused(`there is no ${JSON.stringify(name)} in the zoo`);
    return found;
  });
}

/** One more than there are processors: whoever wants one waits for it. */
function strain(): readonly ChildProcess[] {
  const busy = ['-e', 'for (;;);'];
  return Array.from({ length: availableParallelism() + 1 }, () => spawn(process.execPath, busy, { stdio: 'ignore' }));
}

function tell({ release, trial, seconds, wrong, notes, ...counts }: Tried, weather: Weather): void {
  const { presses, pressesLost, requests, requestsLost } = counts;
  console.log(
    `${wrong.length === 0 ? '✓' : '✗'} ${release.name} (${release.does}), ${weather}: ${trial.outcome}, ${trial.reason} ` +
      `(${trial.message}), ${seconds.toFixed(0)} s; ${presses} presses, ${pressesLost} lost; ${requests} requests, ${requestsLost} lost`,
  );
  for (const line of [...wrong, ...notes]) console.log(`    ${line}`);
}

async function tryAll(releases: readonly ZooRelease[]): Promise<readonly Tried[]> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-zoo-'));
  const tried: Tried[] = [];
  const busy: ChildProcess[] = [];
  let zoo: Zoo | undefined;
  try {
    zoo = new Zoo(await (values.machine ? zooInMachine(folder) : zooOnTable(folder)));
    if (values.strained === true) busy.push(...strain());
    for (let run = 0; run < runs; run += 1) {
      for (const [index, release] of releases.entries()) {
        const weather = weatherOf(release, index, run);
        const one = await zoo.try(release, { weather, isStrained: values.strained === true });
        tell(one, weather);
        tried.push(one);
      }
    }
  } finally {
    for (const child of busy) child.kill('SIGKILL');
    await zoo?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return tried;
}

async function tryChosen(releases: readonly ZooRelease[]): Promise<number> {
  const tried = await tryAll(releases);
  const bad = tried.filter(({ release }) => release.mustEnd !== 'committed');
  const good = tried.filter(({ release }) => release.mustEnd === 'committed');
  const isCommitted = ({ trial }: Tried): boolean => trial.outcome === 'committed';
  const sum = (count: (one: Tried) => number): number => tried.reduce((total, one) => total + count(one), 0);
  const line = {
    bad: bad.length,
    committed: bad.filter(isCommitted).length,
    good: good.length,
    rejected: good.filter((one) => !isCommitted(one)).length,
    pressesLost: sum(({ pressesLost }) => pressesLost),
    requestsLost: sum(({ requestsLost }) => requestsLost),
    visitsLost: sum(({ rowsLost }) => rowsLost),
  };
  console.log(JSON.stringify(line));
  return tried.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

if (values.list === true) {
  for (const { name, does, mustEnd } of zooReleases)
    console.log(`${name}: ${does}; ${mustEnd === 'committed' ? mustEnd : `reverted: ${mustEnd.join(' or ')}`}`);
} else {
  const releases = chosen();
  const work = (): Promise<number> => tryChosen(releases);
  process.exitCode = await (values.machine ? inOwnNetwork(gatherZoo, work) : work());
}
