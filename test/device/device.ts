/** A device: the machine with Doorward on it, as its owner, its visitors and its repairer meet it. */
import assert from 'node:assert/strict';
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decoderWord } from '../../src/machine/picture/decoder-process.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { readCurrent } from '../../src/slot/current-link.ts';
import { placesAt, type Places } from '../../src/slot/places.ts';
import type { TrialHistory } from '../../src/slot/trial-record.ts';
import { TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import { somebodys } from '../appliance/somebodys.ts';
import { get, until } from '../appliance/street.ts';
import { Machine, type MachineOptions, type Outcome } from './machine.ts';
import type { MadeRelease } from './releases.ts';

export const address = 'http://127.0.0.1:8080';
/** Where the machine sees the folder of the workshop. */
export const releasesInside = '/mnt/releases';
const executable = '/opt/doorward/current/doorward';
export const home = '/var/lib/doorward';
const bell = `${home}/bell`;
const readyMsMax = 90_000;
const trialMsMax = 170_000;
const edgeMs = 25;
/** Between two visitors: what they cost is a recognition each. */
const betweenPressesMs = 500;

/** A process, as it is counted inside. */
export interface Inside {
  readonly pid: number;
  readonly parent: number;
  readonly words: string;
}

export class Device extends Machine {
  readonly address = address;
  /** Aborted when it is put away: whoever stands before it goes. */
  readonly closing = new AbortController();
  pressed = 0;
  #button = -1;

  constructor(options: MachineOptions) {
    super(options);
  }

  /** The paths of the installation, as this machine sees them. Only while it is on. */
  get places(): Places {
    return placesAt(this.path('/opt/doorward'), this.path(home));
  }

  /** Boots it, and waits until the bell is ready. */
  async start(): Promise<void> {
    await this.powerOn();
    await this.untilReady();
  }

  async untilReady(): Promise<void> {
    await until(() => this.isReady(), readyMsMax).catch(async (error: unknown) => {
      throw new Error(`it does not become ready: ${String(error)}\n${(await this.journal()).slice(-6000)}`);
    });
  }

  /** Whether it answers at all. */
  isServing(): Promise<boolean> {
    return get(`${address}/health`, undefined).then(() => true, () => false); // prettier-ignore
  }

  isReady(): Promise<boolean> {
    return get(`${address}/ready`, undefined).then(({ status }) => status === 200, () => false); // prettier-ignore
  }

  /** A command of Doorward, as its owner types it. */
  doorward(...words: readonly string[]): Promise<Outcome> {
    return this.try([executable, ...words]);
  }

  /** Pushes a release by the owner's command and follows it to its end. */
  update({ file }: MadeRelease): Promise<Outcome> {
    return this.doorward('update', `${releasesInside}/${basename(file)}`);
  }

  /** Pushes a release and does not wait for what becomes of it. */
  async push({ file }: MadeRelease): Promise<void> {
    const { code, stderr } = await this.doorward('update', '--no-wait', `${releasesInside}/${basename(file)}`);
    assert.equal(code, 0, stderr);
  }

  /** The version that serves, by its own word. */
  async serving(): Promise<string> {
    const answer = await get(`${address}/api/v1/status`, undefined);
    return (JSON.parse(answer.body) as { version: string }).version;
  }

  /** The version in the slot that power-on starts. */
  async committed(): Promise<string> {
    const slot = await readCurrent(nodeStorage, this.places);
    if (slot === undefined) return 'none';
    const manifest = JSON.parse(readFileSync(`${this.places.slot[slot]}/manifest.json`, 'utf8')) as { version: string };
    return manifest.version;
  }

  async history(): Promise<readonly TrialHistory[]> {
    return (await new TrialRecordFile(nodeStorage, this.places).read()).history;
  }

  /** The trial after those that were. */
  async nextTrial(before: number): Promise<TrialHistory> {
    await until(async () => (await this.history()).length > before, trialMsMax);
    const trial = (await this.history())[before];
    assert(trial !== undefined);
    return trial;
  }

  /** The main process of the service as the service manager knows it, counted inside. */
  async mainProcess(): Promise<number> {
    return Number((await this.property('MainPID')).trim());
  }

  async property(name: string, unit = 'doorward.service'): Promise<string> {
    return (await this.run(['systemctl', 'show', '--value', '--property', name, unit])).trim();
  }

  /** Every bell of the service, counted inside: not the process that each has to decode pictures, which comes and goes. */
  async processes(): Promise<readonly number[]> {
    return (await this.#group()).filter(({ words }) => !words.includes(decoderWord)).map(({ pid }) => pid);
  }

  /** Whoever is in the group of the service, and neither its main process nor what decodes pictures for that. */
  async strays(): Promise<readonly Inside[]> {
    const [main, group] = [await this.mainProcess(), await this.#group()];
    return group.filter(({ pid, parent, words }) => pid !== main && !(parent === main && words.includes(decoderWord)));
  }

  async #group(): Promise<readonly Inside[]> {
    const group = await this.property('ControlGroup');
    const ask = 'pids=$(find "$1" -name cgroup.procs -exec cat {} + | paste -sd,); ps -o pid=,ppid=,args= -p "$pids"';
    const { stdout } = await this.try(['sh', '-c', ask, 'sh', `/sys/fs/cgroup${group}`]);
    return stdout.split('\n').flatMap((line) => {
      const [, pid, parent, words = ''] = /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), words }];
    });
  }

  /** Until a release serves under the eyes of its incumbent; returns its process. */
  async untilProbation(): Promise<number> {
    let candidate: number | undefined;
    await until(async () => {
      const answer = await get(`${address}/api/v1/update`, undefined).catch(() => undefined);
      const trial = (JSON.parse(answer?.body ?? '{}') as { trial?: { phase: string } | null }).trial;
      if (trial?.phase !== 'probation') return false; // Shortly after a commit it may still be that of the last release.
      const main = await this.mainProcess();
      candidate = (await this.processes()).find((pid) => pid !== main);
      return candidate !== undefined;
    }, trialMsMax);
    assert(candidate !== undefined);
    return candidate;
  }

  /** The button, pressed and let go. */
  async press(): Promise<void> {
    if (this.#button < 0) this.#button = openSync(this.path(bell), constants.O_RDWR);
    this.pressed += 1;
    for (const edge of [1, 0]) {
      writeSync(this.#button, `${edge}@${nodeClock.uptimeMs()}\n`); // As the kernel tells the edges of a GPIO line.
      await sleep(edgeMs);
    }
  }

  async pressUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.press();
      await sleep(betweenPressesMs);
    }
  }

  /** Presses that have their row in the database. */
  async answered(): Promise<number> {
    const sql = "SELECT count(*) FROM triggers WHERE source = 'button' AND press IN ('press', 'double')";
    return Number((await this.query(somebodys(sql)))[0]);
  }

  /** The lines that the household's database answers. Asked inside: SQLite does not look through /proc. */
  async query(sql: string): Promise<readonly string[]> {
    return (await this.#sqlite('-noheader', sql)).split('\n').filter(Boolean);
  }

  /** The same, as rows; of another database in the home when one is named. */
  async rows(sql: string, database?: string): Promise<readonly unknown[]> {
    const answer = await this.#sqlite('-json', sql, database);
    return answer === '' ? [] : (JSON.parse(answer) as unknown[]);
  }

  #sqlite(form: string, sql: string, database = 'doorward.db'): Promise<string> {
    return this.run(['sqlite3', '-readonly', form, `${home}/${database}`, sql]);
  }

  override async cutPower(): Promise<void> {
    this.#letGo();
    await super.cutPower();
  }

  override async shutDown(): Promise<void> {
    this.#letGo();
    await super.shutDown();
  }

  #letGo(): void {
    if (this.#button >= 0) closeSync(this.#button);
    this.#button = -1;
  }

  override async close(): Promise<void> {
    this.closing.abort();
    await sleep(betweenPressesMs + 2 * edgeMs); // A press under way.
    await super.close();
  }
}
