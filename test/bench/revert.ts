/**
 * `npm run bench:revert -- N`: N releases on trial that die or hang in front of people who do not stop asking and pressing.
 * Measured where these people stand: from the first press or request that the release leaves unanswered to the first answer
 * of the incumbent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { begin, wholeNumber } from '../../scripts/entry.ts';
import { Installation } from '../updates/installation.ts';
import { Passers } from '../updates/passers.ts';
import { Workshop } from '../updates/releases.ts';

const reverts = wholeNumber(begin({ usage: 'npm run bench:revert -- [REVERTS]', words: 1 }).positionals[0], 4);
/** Ends a bench that has failed; a busy machine stays far below it. */
const trialMsMax = 1_800_000;
/** It serves for a while before it ends. */
const servesMs = 1500;

const endings = ['crash', 'hang'] as const;
type Ending = (typeof endings)[number];
/** SIGKILL would be the machine's word that there is no memory, which these callers excuse: such a release is tried again. */
const signals: Readonly<Record<Ending, NodeJS.Signals>> = { crash: 'SIGSEGV', hang: 'SIGSTOP' };
const reasons: Readonly<Record<Ending, string>> = { crash: 'candidate-ended', hang: 'door' };

const site = new Installation({
  settings: ['update.probationMinutes=10', 'update.rehearsalVisits=1', 'gate.helloMsMax=1800000', 'log.level=WARN'],
});
const workshop = new Workshop(site.folder);
const waits: Record<Ending, number[]> = { crash: [], hang: [] };
const lost = { requests: 0, presses: 0 };
const kinds: Record<string, { asked: number; lost: number }> = {};
let wrong = 0;

async function tryRelease(version: string, ending: Ending): Promise<void> {
  const { file } = await workshop.build(version);
  await site.push(file);
  const candidate = await site.untilProbation(version, trialMsMax);
  const passers = new Passers(site);
  await sleep(servesMs);
  const endedMs = performance.now();
  process.kill(candidate, signals[ending]);
  const trial = await site.trialOf(version, trialMsMax);
  await sleep(servesMs);
  const { requests, presses, backMs } = await passers.leave(endedMs);
  workshop.discard(version);
  if (trial.outcome !== 'reverted' || trial.reason !== reasons[ending]) wrong += 1;
  waits[ending].push(backMs);
  for (const [kind, { asked, failures }] of Object.entries(requests)) {
    const known = (kinds[kind] ??= { asked: 0, lost: 0 });
    known.asked += asked;
    known.lost += failures.length;
    lost.requests += failures.length;
    for (const failure of failures.slice(0, 2)) console.log(`${version}: ${kind}: ${failure}`);
  }
  lost.presses += presses.lost;
  console.log(
    `${version} ${ending}: ${trial.reason} (${trial.message}); back after ${Math.round(backMs)} ms; ${presses.pressed} presses, ${presses.lost} lost`,
  );
}

function percentile(values: readonly number[], share: number): number | undefined {
  const value = values.toSorted((one, other) => one - other)[Math.ceil(values.length * share) - 1];
  return value === undefined ? undefined : Math.round(value);
}

try {
  await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
  await site.powerOn();
  for (let trial = 1; trial <= reverts; trial += 1)
    await tryRelease(`1.${trial}.0`, endings[(trial - 1) % endings.length] ?? 'crash');
  console.table(kinds);
  const [crashMsP99, hangMsP99] = [percentile(waits.crash, 0.99), percentile(waits.hang, 0.99)];
  const line = { reverts, crashMsP99, hangMsP99, requestsLost: lost.requests, pressesLost: lost.presses };
  console.log(JSON.stringify(line));
  process.exitCode = lost.requests + lost.presses + wrong === 0 ? 0 : 1;
} finally {
  await site.close();
}
