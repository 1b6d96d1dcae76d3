/**
 * `npm run test:machine [-- NAME]`: a Debian machine with systemd, Doorward installed on it, and everything that can
 * happen to it. The last line is JSON.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireTools } from '../../scripts/image/root-tree.ts';
import { Device, releasesInside } from './device.ts';
import { enrol, furnish, installByHand } from './install-by-hand.ts';
import { plantedExecutable, Workshop, type MadeRelease, type ReleasePlan } from './releases.ts';
import { installedVersion, play, type Scenario, type Scene } from './scenario.ts';
import { killScenarios } from './scenarios/kills.ts';
import { updateScenarios } from './scenarios/updates.ts';
import { buildFolder, machineTree } from './tree.ts';

const scenarios: readonly Scenario[] = [...updateScenarios, ...killScenarios];
const insideMark = 'DOORWARD_TEST_NETWORK';

/** Everything listens in a network of its own, so that the port of the units is free, and nothing can be reached. */
async function enterOwnNetwork(): Promise<number> {
  const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, fileURLToPath(import.meta.url)];
  const child = spawn('unshare', ['--net', ...inside, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [insideMark]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  await once(child, 'exit');
  return child.exitCode ?? 1;
}

interface Stage {
  readonly folder: string;
  readonly tree: string;
  readonly workshop: Workshop;
  /** The device as it leaves the hands of its installer. */
  readonly installed: string;
  readonly release: Scene['release'];
}

function releaseShelf(workshop: Workshop): Scene['release'] {
  const shelf = new Map<string, Promise<MadeRelease>>();
  return (version: string, plan?: ReleasePlan) => {
    const name = JSON.stringify([version, plan]);
    const made = shelf.get(name) ?? workshop.make(version, plan);
    shelf.set(name, made);
    return made;
  };
}

function deviceOn(stage: Omit<Stage, 'installed'>, name: string, layers: readonly string[]): Device {
  const binds = [`${stage.workshop.folder}:${releasesInside}`];
  return new Device({ folder: join(stage.folder, name), layers: [...layers, stage.tree], binds });
}

/** Installs once; the disk of that machine is what every scenario starts from. */
async function prepare(folder: string): Promise<Stage> {
  const tree = await machineTree();
  const workshop = new Workshop(join(folder, 'releases'), await plantedExecutable(buildFolder));
  const stage = { folder, tree, workshop, release: releaseShelf(workshop) };
  const device = deviceOn(stage, 'installed', []);
  await device.powerOn();
  await installByHand(device, workshop, await stage.release(installedVersion));
  await furnish(device);
  await device.run(['systemctl', 'start', 'doorward.socket', 'doorward.service']);
  await device.untilReady();
  await enrol(device);
  await device.shutDown();
  return { ...stage, installed: device.disk };
}

async function playAll(stage: Stage, chosen: readonly Scenario[]): Promise<number> {
  let failed = 0;
  for (const [index, scenario] of chosen.entries()) {
    const device = deviceOn(stage, `scenario-${index}`, [stage.installed]);
    const startedMs = performance.now();
    const verdict = await play(scenario, { device, workshop: stage.workshop, release: stage.release }).then(
      () => 'ok',
      async (error: unknown) => `FAILED: ${error instanceof Error ? error.message : String(error)}\n${(await device.journal().catch(() => '')).slice(-5000)}`, // prettier-ignore
    );
    if (verdict !== 'ok') failed += 1;
    console.log(`${scenario.name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s): ${verdict}`);
    await device.close();
  }
  return failed;
}

async function testMachine(): Promise<number> {
  await requireTools({ 'systemd-nspawn': 'systemd-container', nsenter: 'util-linux', unshare: 'util-linux' });
  mkdirSync(buildFolder, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'doorward-machine-'));
  try {
    const stage = await prepare(folder);
    const wanted = process.argv.slice(2).join(' ');
    const chosen = scenarios.filter(({ name }) => name.includes(wanted));
    const failed = await playAll(stage, chosen);
    console.log(JSON.stringify({ scenarios: chosen.length, failed, securityExposure: 0 }));
    return failed === 0 && chosen.length > 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.env[insideMark] === undefined) {
  // What needs the network is made before it is left.
  await machineTree();
  await plantedExecutable(buildFolder);
  process.exitCode = await enterOwnNetwork();
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.exitCode = await testMachine();
}
