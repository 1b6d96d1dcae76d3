/**
 * `npm run test:machine [-- NAME]`: a Debian machine with systemd, `doorward install` on it, and everything that can
 * happen to it; `-- --updates N` for so many updates in a row in front of a crowd, `-- --share 1/2` for every second
 * scenario, beginning with the first. The last line is JSON.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceOn, gatherMaterials, setUp, type Materials } from './installed.ts';
import { inOwnNetwork } from './own-network.ts';
import type { MadeRelease, ReleasePlan, Workshop } from './releases.ts';
import { play, type Scenario, type Scene } from './scenario.ts';
import { badInputScenarios } from './scenarios/bad-input.ts';
import { installScenarios } from './scenarios/installing.ts';
import { killScenarios } from './scenarios/kills.ts';
import { manyUpdates } from './scenarios/many-updates.ts';
import { updateScenarios } from './scenarios/updates.ts';
import { buildFolder } from './tree.ts';
import { begin, wholeNumber } from '../../scripts/entry.ts';

const exposureMax = 2;
const updatesInEveryRun = 2;
const journalCharsShown = 5000;

function releaseShelf(workshop: Workshop): Scene['release'] {
  const shelf = new Map<string, Promise<MadeRelease>>();
  return (version: string, plan?: ReleasePlan) => {
    const name = JSON.stringify([version, plan]);
    const made = shelf.get(name) ?? workshop.make(version, plan);
    shelf.set(name, made);
    return made;
  };
}

interface Report {
  scenarios: number;
  failed: number;
}

interface Place {
  readonly report: Report;
  /** What the disk of the machine begins as. */
  readonly layers: readonly string[];
}

/** One scenario on a machine of its own. */
async function playOne(scenario: Scenario, scene: Omit<Scene, 'device'>, { report, layers }: Place): Promise<void> {
  const folder = join(scene.materials.workshop.folder, '..', `scenario-${report.scenarios}`);
  const device = deviceOn(scene.materials, { folder, layers });
  const startedMs = performance.now();
  let verdict = 'ok';
  try {
    await play(scenario, { ...scene, device });
  } catch (error) {
    report.failed += 1;
    const words = (await device.journal().catch(() => '')).slice(-journalCharsShown);
    verdict = `FAILED: ${error instanceof Error ? error.message : String(error)}\n${words}`;
  }
  report.scenarios += 1;
  console.log(`${scenario.name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s): ${verdict}`);
  await device.close();
}

/** What `systemd-analyze security` says of the unit as it was installed. */
async function installOnce(materials: Materials, folder: string): Promise<{ layer: string; exposure: number }> {
  const device = deviceOn(materials, { folder: join(folder, 'installed'), layers: [] });
  await device.powerOn();
  await setUp(device, materials);
  const { stdout } = await device.try(['systemd-analyze', 'security', '--no-pager', 'doorward.service']);
  const exposure = Number(/exposure level for doorward\.service: ([\d.]+)/.exec(stdout)?.[1] ?? '10');
  await device.shutDown();
  return { layer: device.disk, exposure };
}

const { values, positionals } = begin({
  usage: 'npm run test:machine -- [NAME…] [--updates N] [--share N/OF]',
  options: { updates: { type: 'string' }, share: { type: 'string', default: '1/1' } },
  words: Infinity,
});
const updatesWanted = wholeNumber(values.updates, updatesInEveryRun);

async function testMachine(): Promise<number> {
  mkdirSync(buildFolder, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'doorward-machine-'));
  try {
    const materials = await gatherMaterials(join(folder, 'releases'));
    const { layer, exposure } = await installOnce(materials, folder);
    const scene = { materials, workshop: materials.workshop, release: releaseShelf(materials.workshop) };
    const report: Report = { scenarios: 0, failed: 0 };
    const many = manyUpdates(updatesWanted);
    const wanted = positionals.join(' ');
    const [share = 1, shares = 1] = values.share.split('/').map(Number);
    const isChosen = ({ name }: Scenario, at: number): boolean => at % shares === share - 1 && name.includes(wanted);
    const all = [...updateScenarios, ...killScenarios, ...badInputScenarios, ...installScenarios, many];
    for (const scenario of values.updates === undefined ? all.filter(isChosen) : [many])
      await playOne(scenario, scene, { report, layers: scenario.isBare === true ? [] : [layer] });
    const { scenarios, failed } = report;
    console.log(JSON.stringify({ scenarios, failed, securityExposure: exposure }));
    return failed === 0 && scenarios > 0 && exposure < exposureMax ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await inOwnNetwork(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-machine-'));
  await gatherMaterials(folder); // What needs the network is made before it is left.
  rmSync(folder, { recursive: true });
}, testMachine);
