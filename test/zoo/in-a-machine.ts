/** The zoo in a Debian machine with systemd: releases are executables, and Doorward was installed by its own command. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { requireTools } from '../../scripts/debian/tools.ts';
import { makeExecutable } from '../../scripts/package/executable.ts';
import { listSnapshots } from '../../src/appliance/snapshots.ts';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import type { TrialHistory } from '../../src/slot/trial-record.ts';
import { until } from '../appliance/street.ts';
import { home, type Device } from '../device/device.ts';
import { deviceOn, packagedExecutable, setTo, setUpEmpty, type Materials } from '../device/installed.ts';
import { copyToChange, Workshop } from '../device/releases.ts';
import { buildFolder, machineTree } from '../device/tree.ts';
import type { Patch } from '../updates/bundle.ts';
import { layPassers, moveIn, shortTimes } from './household.ts';
import { openWebhook } from './webhook.ts';
import { leaveMsMax, type ZooDevice, type ZooFile, type ZooPlace } from './zoo-place.ts';

const service = 'doorward.service';

/** What is kept between runs, and cannot be made without a network. */
export async function gatherZoo(): Promise<Omit<Materials, 'workshop'>> {
  requireTools('systemd-nspawn', 'nsenter', 'unshare', 'ip');
  return { executable: await packagedExecutable(), tree: await machineTree() };
}

/** Installs the incumbent, and has the household move in that every device has: their disk is a layer of the others'. */
export async function zooInMachine(folder: string): Promise<ZooPlace> {
  const gathered = await gatherZoo();
  const workshop = new Workshop(join(folder, 'releases'), gathered.executable);
  const materials: Materials = { ...gathered, workshop };
  const webhook = await openWebhook();
  const sources = join(buildFolder, 'checkout-of-the-zoo');
  copyToChange(sources);
  let opened = 0;
  const boot = async (layers: readonly string[]): Promise<Device> => {
    opened += 1;
    const device = deviceOn(materials, { folder: join(folder, `device-${opened}`), layers });
    await device.powerOn();
    return device;
  };
  const first = await boot([]);
  await setUpEmpty(first, materials);
  layPassers(first.path(`${home}/pictures`));
  await set(first, '60-zoo', ['camera.framesPerSecond=10', ...shortTimes, `notify.webhookUrl=${webhook.address}`]);
  await moveIn(new MachineDevice(first, webhook.told));
  await first.shutDown();
  return {
    make: async (version, patch) => {
      const out = join(folder, `made-${version}`);
      const make = (): Promise<{ path: string }> => makeExecutable({ checkout: sources, arch: 'x64', out, version });
      const { path: executable } = await changed(sources, patch, make);
      const release = await workshop.make(version, { executable });
      rmSync(out, { recursive: true });
      return release;
    },
    discard: (release) => workshop.discard(release),
    open: async (more) => {
      const device = await boot([first.disk]);
      await device.untilReady();
      if (more.length > 0) await set(device, '70-release', more);
      return new MachineDevice(device, webhook.told);
    },
    close: () => {
      webhook.close();
      rmSync(sources, { recursive: true, force: true });
    },
  };
}

/** Does something with the checkout while one place of it is another. */
async function changed<T>(checkout: string, patch: Patch | undefined, act: () => Promise<T>): Promise<T> {
  if (patch === undefined) return act();
  const path = join(checkout, patch.file);
  const text = readFileSync(path, 'utf8');
  assert.equal(text.split(patch.from).length, 2, `cannot change ${patch.file}: it is another file`);
  writeFileSync(
    path,
    text.replace(patch.from, () => patch.to),
  );
  try {
    return await act();
  } finally {
    writeFileSync(path, text);
  }
}

/** Settings of its operator, `section.key=value`, from now on. */
async function set(device: Device, name: string, settings: readonly string[]): Promise<void> {
  const lines = settings.map((setting) => {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/.exec(setting) ?? [];
    return `${key} = ${/^[\d.]+$/.test(value) ? value : JSON.stringify(value)}`;
  });
  await setTo(device, name, lines);
  await device.run(['systemctl', 'restart', service]);
  await device.untilReady();
}

class MachineDevice implements ZooDevice {
  readonly #device: Device;
  readonly address: string;
  readonly closing: AbortController;
  readonly told: readonly string[];

  constructor(device: Device, told: readonly string[]) {
    this.#device = device;
    this.address = device.address;
    this.closing = device.closing;
    this.told = told;
  }

  press(): Promise<void> {
    return this.#device.press();
  }

  push(release: ZooFile): Promise<void> {
    return this.#device.push(release);
  }

  async trialOf(version: string, waitMs: number): Promise<TrialHistory> {
    const device = this.#device;
    const find = async (): Promise<TrialHistory | undefined> =>
      (await device.history()).findLast((trial) => trial.version === version);
    const isOver = async (): Promise<boolean> => {
      const trial = await find();
      if (trial === undefined) return false;
      const [serves, committed] = [await device.serving().catch(() => ''), await device.committed()];
      return serves === committed && (serves === version) === (trial.outcome === 'committed');
    };
    await until(isOver, waitMs).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${(await device.journal()).slice(-4000)}`);
    });
    const trial = await find();
    assert(trial !== undefined);
    return trial;
  }

  rows(sql: string): Promise<readonly unknown[]> {
    return this.#device.rows(sql);
  }

  async snapshotRows(sql: string): Promise<readonly unknown[]> {
    const device = this.#device;
    const [newest] = await listSnapshots(nodeStorage, device.path(`${home}/backups`));
    return newest === undefined ? [] : device.rows(sql, `backups/${basename(newest.path)}`);
  }

  has(path: string): boolean {
    return existsSync(this.#device.path(`${home}/${path}`));
  }

  /** Of the group of the service: by whatever way somebody has left his session and his parents, he is still in it. */
  async remains(): Promise<readonly string[]> {
    const device = this.#device;
    const isAlone = async (): Promise<boolean> => (await device.strays()).length === 0;
    await until(isAlone, leaveMsMax).catch(() => undefined);
    const strays = await device.strays();
    for (const { pid } of strays) await device.try(['kill', '-9', String(pid)]);
    const restarts = await device.property('NRestarts');
    return [
      ...strays.map(({ words }) => `left behind: ${words}`),
      ...(restarts === '0' ? [] : [`the service manager has started it again: ${restarts}`]),
    ];
  }

  close(): Promise<void> {
    return this.#device.close();
  }
}
