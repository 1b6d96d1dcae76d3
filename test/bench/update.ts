/**
 * `npm run bench:update -- N`: N updates in a row to good releases in front of visitors who do not stop, and in between
 * releases that are reverted: by a check of their own, by a word of the operator, by their death, and because they hang.
 */
import { Crowd } from '../updates/crowd.ts';
import { Installation } from '../updates/installation.ts';
import { until } from '../appliance/street.ts';
import { measureStaging } from '../release/large-release.ts';
import { unhealthyInProbation, Workshop } from '../updates/releases.ts';
import type { TrialHistory } from '../../src/slot/trial-record.ts';
import { begin, wholeNumber } from '../../scripts/entry.ts';

const updates = wholeNumber(begin({ usage: 'npm run bench:update -- [UPDATES]', words: 1 }).positionals[0], 20);
/** Ends a bench that has failed; a busy machine stays far below it. */
const trialMsMax = 1_800_000;
/** Of the release whose staging is measured: as large as one with its libraries and models. */
const stagingBytes = 100_000_000;
/** Somebody presses four times a second, and is looked at each time: two processors are the candidate's as well. */
const pressPauseMs = 200;
/** Of so many trials four are reverted, each in its own way. */
const turns = 16;

type Ending = 'good' | 'unhealthy' | 'word' | 'death' | 'hang';
const endings: Readonly<Record<number, Ending>> = { 3: 'death', 7: 'unhealthy', 11: 'hang', 15: 'word' };

const site = new Installation({
  settings: ['update.probationMinutes=0.05', 'update.rehearsalVisits=1', 'gate.helloMsMax=1800000', 'log.level=WARN'],
});
const workshop = new Workshop(site.folder);
const figures = { updates: 0, requests: 0, failed: 0, presses: 0, lost: 0 };
const measured: Record<string, number[]> = {};

function measure(name: string, value: number | undefined): void {
  if (value !== undefined) (measured[name] ??= []).push(value);
}

/** One trial of one release, and what the street saw of it. */
async function tryRelease(version: string, ending: Ending): Promise<TrialHistory> {
  const { file } = await workshop.build(version, ending === 'unhealthy' ? [unhealthyInProbation] : []);
  // Requests that a process has in its hands end with it when it is killed; presses must not.
  const crowd = new Crowd(site, { asks: ending !== 'death' && ending !== 'hang', pressPauseMs });
  const before = (await site.history()).length;
  await site.push(file);
  await meddle(version, ending);
  const trial = await site.trialOf(version, trialMsMax);
  const report = await crowd.leave();
  workshop.discard(version);
  figures.requests += report.requests;
  figures.failed += report.failures.length;
  figures.presses += report.presses;
  figures.lost += report.lost;
  for (const failure of report.failures.slice(0, 3)) console.log(`${version}: ${failure}`);
  if (trial.outcome === 'committed') figures.updates += 1;
  measure('cameraGapMs', trial.figures['cameraGapMs']);
  measure('cameraStartMs', trial.figures['cameraStartMs']);
  measure('camera gap beyond its start', gapBeyondStart(trial.figures));
  measure('rehearsalMs', trial.phases.find(({ phase }) => phase === 'rehearsal')?.durationMs);
  // The longest that anybody has waited while the door changed hands.
  if (trial.outcome === 'committed') measure('takeOverMs', report.slowestMs);
  if (trial.outcome === 'reverted' && ending !== 'death') measure(`revertMs ${ending}`, trial.figures['revertMs']);
  const { outcome, reason, message } = trial;
  const counts = `${report.requests} requests, ${report.failures.length} failed, ${report.presses} presses, ${report.lost} lost`;
  console.log(`${version} ${ending} ${outcome}: ${reason} (${message}); ${counts}; trial ${before + 1}`);
  return trial;
}

function gapBeyondStart({ cameraGapMs, cameraStartMs }: TrialHistory['figures']): number | undefined {
  return cameraGapMs === undefined || cameraStartMs === undefined
    ? undefined
    : Math.max(0, cameraGapMs - cameraStartMs);
}

/** What happens beside a trial. */
async function meddle(version: string, ending: Ending): Promise<void> {
  if (ending === 'good' || ending === 'unhealthy') return;
  const candidate = await site.untilProbation(version, trialMsMax);
  if (ending === 'hang') return void process.kill(candidate, 'SIGSTOP');
  if (ending === 'word') {
    await fetch(`${site.address}/api/v1/update/revert`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ reason: 'the bench' }),
    });
    return;
  }
  process.kill(candidate, 'SIGKILL');
  const killedMs = performance.now();
  await until(() => fetch(`${site.address}/ready`, { headers: { connection: 'close' } }).then(({ ok }) => ok, () => false), trialMsMax); // prettier-ignore
  measure('revertMs death', performance.now() - killedMs);
}

function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.ceil(sorted.length * share) - 1];
  return value === undefined ? undefined : Math.round(value);
}

try {
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  for (let trials = 1; figures.updates < updates && trials <= updates * 2; trials += 1)
    await tryRelease(`1.${trials}.0`, endings[trials % turns] ?? 'good');
  const { unpackedBytes, writtenBytes, stagingMemoryMb } = await measureStaging(site.folder, stagingBytes);
  const reverts = Object.entries(measured).flatMap(([name, values]) => (name.startsWith('revertMs') ? values : []));
  console.table(
    Object.fromEntries(
      Object.entries({ ...measured, 'revertMs, all': reverts }).map(([name, values]) => [
        name,
        { times: values.length, p50: percentile(values, 0.5), p99: percentile(values, 0.99) },
      ]),
    ),
  );
  const line = {
    ...figures,
    cameraGapMsP99: percentile(measured['cameraGapMs'] ?? [], 0.99),
    cameraGapBeyondStartMsP99: percentile(measured['camera gap beyond its start'] ?? [], 0.99),
    takeOverMsP99: percentile(measured['takeOverMs'] ?? [], 0.99),
    revertMsP99: percentile(reverts, 0.99),
    stagedBytesWritten: writtenBytes,
    releaseBytes: unpackedBytes,
    stagingMemoryMb,
  };
  console.log(JSON.stringify(line));
  process.exitCode = figures.updates === updates && figures.failed === 0 && figures.lost === 0 ? 0 : 1;
} finally {
  await site.close();
}
