/**
 * Hostile pictures against a real appliance: what the whole service takes at most, while presses ring within their bound;
 * first quiet, then under attack, in one run. The appliance is the single executable, as a device has it.
 * Usage: node test/hostile/hostile.ts [FOLDER]  (a folder of more pictures)
 */
import { execFileSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { begin } from '../../scripts/entry.ts';
import { makeExecutable } from '../../scripts/package/executable.ts';
import { ownArch } from '../../scripts/package/target.ts';
import { forgetPages } from '../bench/forget-pages.ts';
import { runHostile } from './hostile-house.ts';
import { hostilePictures, type HostilePicture } from './hostile-pictures.ts';

const peakServiceMbMax = 300;
const ringMsP95Max = 150;
const quietPresses = 20;
const hostilePresses = 20;

function picturesIn(folder: string): readonly HostilePicture[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return files.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const [folder] = begin({ usage: 'npm run test:hostile -- [FOLDER OF MORE PICTURES]', words: 1 }).positionals;
const pictures = [...(await hostilePictures()), ...(folder === undefined ? [] : picturesIn(folder))];
const { path: executable } = await makeExecutable({ checkout: join(import.meta.dirname, '..', '..'), arch: ownArch() });
execFileSync(executable, ['version'], { stdio: 'ignore' }); // Unpacks its libraries.
forgetPages([executable, ...globSync(join(dirname(executable), '.doorward', 'lib', '*', '**', '*.{node,so*}'))]);
const command = [executable];
const run = await runHostile({
  command,
  camera: 'demo',
  pictures,
  quietPresses,
  hostilePresses,
  clients: 3,
  tell: console.log,
});
const [quiet, hostile] = [percentile(run.ringMsQuiet, 0.95), percentile(run.ringMsHostile, 0.95)];
const complaints = [
  ...run.faults,
  ...(run.peak.pssMb < peakServiceMbMax
    ? []
    : [`the service took ${run.peak.pssMb.toFixed(0)} MB; at most ${peakServiceMbMax}`]),
  ...(run.bellLost === 0 ? [] : [`${run.bellLost} presses were lost`]),
  ...(hostile <= ringMsP95Max ? [] : [`a press rang after ${hostile.toFixed(0)} ms (p95); at most ${ringMsP95Max}`]),
];
console.log(`answers: ${Object.entries(run.statuses).map(([status, count]) => `${count} x ${status}`).join(', ')}`); // prettier-ignore
console.log(`presses: ${run.presses}, lost ${run.bellLost}; press to ring, p95: ${quiet.toFixed(1)} ms quiet, ${hostile.toFixed(1)} ms under attack`); // prettier-ignore
console.log(`good frames refused: ${run.framesRefused}; visits without a picture: ${run.visitsWithoutFrames}`);
console.log(`memory of all ${run.peak.processes} processes at most: ${run.peak.pssMb.toFixed(0)} MB, shared pages counted once (PSS); ${run.peak.residentMb.toFixed(0)} MB, counted for each (RSS)`); // prettier-ignore
for (const [at, { ownMb, filesMb }] of run.peak.parts.entries())
  console.log(
    `  ${at === 0 ? 'the appliance' : 'what decodes'}: ${ownMb.toFixed(0)} MB of its own, ${filesMb.toFixed(0)} MB of files`,
  );
for (const complaint of complaints) console.error(complaint);
console.log(
  JSON.stringify({
    pictures: run.pictures,
    peakServiceMb: Math.round(run.peak.pssMb),
    bellLost: run.bellLost,
    ringMsP95Quiet: Number(quiet.toFixed(1)),
    ringMsP95Hostile: Number(hostile.toFixed(1)),
  }),
);
process.exitCode = complaints.length === 0 ? 0 : 1;
