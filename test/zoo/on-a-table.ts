/** The zoo on a table: releases are bundles of this checkout, and a device is a process with a home. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { listSnapshots } from '../../src/appliance/snapshots.ts';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import type { TrialHistory } from '../../src/slot/trial-record.ts';
import { isAlive, until } from '../appliance/street.ts';
import { Installation } from '../updates/installation.ts';
import { markedProcesses, orphansOf } from '../updates/marked-processes.ts';
import { Workshop } from '../updates/releases.ts';
import { layPassers, moveIn, readyMsMax, shortTimes } from './household.ts';
import { openWebhook, type Webhook } from './webhook.ts';
import { leaveMsMax, type ZooDevice, type ZooFile, type ZooPlace } from './zoo-place.ts';

const incumbentVersion = '1.0.0';

/** Makes the incumbent, and the household that every device has. */
export async function zooOnTable(folder: string): Promise<ZooPlace> {
  const workshop = new Workshop(folder);
  const webhook = await openWebhook();
  const incumbent = (await workshop.build(incumbentVersion)).file;
  const home = mkdtempSync(join(tmpdir(), 'doorward-household-'));
  const open = async (more: readonly string[]): Promise<TableDevice> => {
    const device = new TableDevice(webhook, more);
    cpSync(home, device.site.home, { recursive: true });
    await device.begin({ file: incumbent, root: workshop.root });
    return device;
  };
  const first = await open([]);
  try {
    await moveIn(first);
    await first.switchOff();
    cpSync(first.site.home, home, { recursive: true });
  } finally {
    await first.close();
  }
  return {
    make: async (version, patch) => {
      const { file } = await workshop.build(version, patch === undefined ? [] : [patch]);
      return { version, file };
    },
    discard: ({ version }) => workshop.discard(version),
    open,
    close: () => {
      webhook.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

class TableDevice implements ZooDevice {
  readonly site: Installation;
  readonly closing: AbortController;
  readonly told: readonly string[];

  constructor({ address, told }: Webhook, more: readonly string[]) {
    this.site = new Installation({ settings: [...shortTimes, `notify.webhookUrl=${address}`, ...more] });
    layPassers(join(this.site.folder, 'pictures'));
    this.closing = this.site.closing;
    this.told = told;
  }

  get address(): string {
    return this.site.address;
  }

  async begin(factory: { readonly file: string; readonly root: Uint8Array }): Promise<void> {
    await this.site.install(factory);
    await this.site.powerOn();
    await until(() => fetch(`${this.address}/ready`).then(({ ok }) => ok, () => false), readyMsMax); // prettier-ignore
  }

  press(): Promise<void> {
    return this.site.press();
  }

  push({ file }: ZooFile): Promise<void> {
    return this.site.push(file);
  }

  trialOf(version: string, waitMs: number): Promise<TrialHistory> {
    return this.site.trialOf(version, waitMs);
  }

  rows(sql: string): Promise<readonly unknown[]> {
    return this.#ask(join(this.site.home, 'doorward.db'), sql);
  }

  async snapshotRows(sql: string): Promise<readonly unknown[]> {
    const [newest] = await listSnapshots(nodeStorage, join(this.site.home, 'backups'));
    return newest === undefined ? [] : this.#ask(newest.path, sql);
  }

  async #ask(path: string, sql: string): Promise<readonly unknown[]> {
    const database = new Database(path, { readonly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }

  has(path: string): boolean {
    return existsSync(join(this.site.home, path));
  }

  async remains(): Promise<readonly string[]> {
    const incumbent = (await this.site.running())?.pid ?? 0;
    const left = (): readonly number[] => orphansOf(this.site.folder, incumbent);
    await until(() => left().length === 0, leaveMsMax).catch(() => undefined);
    const orphans = left();
    for (const pid of orphans) process.kill(pid, 'SIGKILL');
    return orphans.length === 0 ? [] : [`${orphans.length} processes left behind`];
  }

  async switchOff(): Promise<void> {
    const pids = this.site.processes();
    for (const pid of pids) process.kill(pid, 'SIGTERM');
    await until(() => pids.every((pid) => !isAlive(pid)), readyMsMax);
  }

  async close(): Promise<void> {
    for (const pid of markedProcesses(this.site.folder)) if (pid !== process.pid) process.kill(pid, 'SIGKILL');
    await this.site.close();
  }
}
