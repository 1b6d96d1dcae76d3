/** `npm run demo:update`: three releases of this checkout on a running appliance, in front of visitors who do not stop. */
import { Installation } from '../test/updates/installation.ts';
import { neverReady, unhealthyInProbation, Workshop } from '../test/updates/releases.ts';
import { Crowd } from '../test/updates/crowd.ts';
import { begin } from './entry.ts';

begin({ usage: 'npm run demo:update' });

const trialMsMax = 300_000;

const site = new Installation({ settings: ['update.probationMinutes=0.1', 'gate.helloMsMax=30000'] });
try {
  const workshop = new Workshop(site.folder);
  const { root } = workshop;
  await site.install({ file: (await workshop.build('1.0.0')).file, root });
  const stories = [
    { name: 'good', version: '1.1.0', ...(await workshop.build('1.1.0')) },
    { name: 'never ready', version: '1.2.0', ...(await workshop.build('1.2.0', [neverReady])) },
    { name: 'unhealthy', version: '1.3.0', ...(await workshop.build('1.3.0', [unhealthyInProbation])) },
  ];
  await site.powerOn();
  console.log(`an appliance of 1.0.0 runs at ${site.address}`);
  const rows: Record<string, unknown> = {};
  for (const { name, version, file } of stories) {
    const crowd = new Crowd(site);
    await site.push(file);
    const trial = await site.trialOf(version, trialMsMax);
    const { requests, failures, presses, lost, slowestMs } = await crowd.leave();
    const phase = (wanted: string): number | undefined =>
      trial.phases.find((each) => each.phase === wanted)?.durationMs;
    rows[`${version} ${name}`] = {
      outcome: `${trial.outcome}: ${trial.reason}`,
      'requests sent': requests, failed: failures.length, presses, lost,
      'longest wait ms': Math.round(slowestMs),
      'camera gap ms': rounded(trial.figures['cameraGapMs']),
      'hand-over ms': rounded(phase('hand-over')),
      'revert ms': rounded(trial.figures['revertMs']),
    }; // prettier-ignore
    for (const failure of failures.slice(0, 3)) console.log(failure);
  }
  console.table(rows);
} finally {
  await site.close();
}

function rounded(value: number | undefined): number | string {
  return value === undefined ? '-' : Math.round(value);
}
