/**
 * `npm run bench:update -- N`: N updates in a row to good releases in front of visitors who do not stop, and in between
 * releases that are reverted: by a check of their own, by a word of the operator, and by their death.
 */
import { Crowd, type CrowdReport } from '../updates/crowd.ts';
import { Installation } from '../updates/installation.ts';
import { get, until } from '../appliance/street.ts';
import { measureStaging } from '../release/large-release.ts';
import { unhealthyInProbation, Workshop } from '../updates/releases.ts';

const updates = Number(process.argv[2] ?? 20);
const trialMsMax = 60_000;
/** Of the release whose staging is measured: as large as one with its libraries and models. */
const stagingBytes = 100_000_000;
/** One trial in so many is reverted. */
const revertEvery = 5;
/** And one in twice as many dies. */
const dyingTurn = 3;

const site = new Installation({
  settings: ['update.probationMinutes=0.05', 'update.rehearsalVisits=3', 'log.level=WARN'],
});
const workshop = new Workshop(site.folder);
const figures = { updates: 0, requests: 0, failed: 0, presses: 0, lost: 0 };
const measured = { takeOverMs: [] as number[], cameraGapMs: [] as number[], revertMs: [] as number[] };

/** One trial of one release, and what the street saw of it; `meddle` goes on beside. */
async function tryRelease(file: string, meddle: () => Promise<void> = async () => {}): Promise<void> {
  const before = (await site.history()).length;
  const crowd = new Crowd(site);
  await site.push(file);
  await meddle();
  const trial = await site.nextTrial(before, trialMsMax);
  const report: CrowdReport = await crowd.leave();
  figures.requests += report.requests;
  figures.failed += report.failures.length;
  figures.presses += report.presses;
  figures.lost += report.lost;
  for (const failure of report.failures.slice(0, 3)) console.log(`${trial.version}: ${failure}`);
  const { cameraGapMs, revertMs } = trial.figures;
  measured.takeOverMs.push(report.slowestMs); // The longest that anybody has waited while the door changed hands.
  if (cameraGapMs !== undefined) measured.cameraGapMs.push(cameraGapMs);
  if (revertMs !== undefined) measured.revertMs.push(revertMs);
  if (trial.outcome === 'committed') figures.updates += 1;
  console.log(
    `${trial.version} ${trial.outcome}: ${trial.reason} (${trial.message}); ${report.requests} requests, ${report.presses} presses`,
  );
}

/** Its owner does not like it. */
async function revertByWord(): Promise<void> {
  await site.untilProbation(trialMsMax);
  await fetch(`${site.address}/api/v1/update/revert`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ reason: 'the bench' }),
  });
}

/** It dies in probation; who comes in that moment waits for the incumbent. What it had in its hands dies with it, so nobody presses. */
async function tryDying(file: string): Promise<void> {
  const before = (await site.history()).length;
  await site.push(file);
  const candidate = await site.untilProbation(trialMsMax);
  process.kill(candidate, 'SIGKILL');
  const killedMs = performance.now();
  await until(() => get(`${site.address}/ready`, undefined).then(({ status }) => status === 200, () => false)); // prettier-ignore
  measured.revertMs.push(performance.now() - killedMs);
  const trial = await site.nextTrial(before, trialMsMax);
  console.log(`${trial.version} ${trial.outcome}: ${trial.reason}`);
}

function p99(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.ceil(sorted.length * 0.99) - 1];
  return value === undefined ? undefined : Math.round(value);
}

try {
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  let trials = 0;
  while (figures.updates < updates && trials < updates * 2) {
    trials += 1;
    const version = `1.${trials}.0`;
    const turn = trials % (revertEvery * 2);
    const isBad = turn === revertEvery;
    const { file } = await workshop.build(version, isBad ? [unhealthyInProbation] : []);
    if (turn === dyingTurn) await tryDying(file);
    else await tryRelease(file, turn === 0 ? revertByWord : undefined);
    workshop.discard(version);
  }
  const { unpackedBytes, writtenBytes, stagingMemoryMb } = await measureStaging(site.folder, stagingBytes);
  const line = {
    ...figures,
    cameraGapMsP99: p99(measured.cameraGapMs),
    takeOverMsP99: p99(measured.takeOverMs),
    revertMsP99: p99(measured.revertMs),
    stagedBytesWritten: writtenBytes,
    releaseBytes: unpackedBytes,
    stagingMemoryMb,
  };
  console.log(JSON.stringify(line));
  process.exitCode = figures.failed === 0 && figures.lost === 0 ? 0 : 1;
} finally {
  await site.close();
}
