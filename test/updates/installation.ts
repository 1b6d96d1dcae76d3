/** A device on a table: two slots, a home, a button, a camera, and the appliance that power-on starts. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  appendFileSync, closeSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync,
  readFileSync, rmSync, symlinkSync, writeSync,
} from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { findRunning } from '../../src/machine/process/instance-lock.ts';
import { mallocEnvironment, nodeOptions } from '../../src/machine/process/start-options.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { moveCurrent } from '../../src/slot/current-link.ts';
import { placesAt, type Places } from '../../src/slot/places.ts';
import { markUsable } from '../../src/slot/slot-mark.ts';
import type { TrialHistory, TrialRecord } from '../../src/slot/trial-record.ts';
import { TrialRecordFile } from '../../src/slot/trial-record-file.ts';
import type { UpdateStatus } from '../../src/update/notebook.ts';
import { releaseActs } from '../../src/update/release-acts.ts';
import { storedFile } from '../../src/update/stored-file.ts';
import { somebodys } from '../appliance/somebodys.ts';
import { isAlive, until } from '../appliance/street.ts';
import { entryScript } from './bundle.ts';
import { deviceMark } from './marked-processes.ts';
import { insideGroup } from './memory-group.ts';

const checkout = join(import.meta.dirname, '..', '..');
const startMsMax = 120_000;

/** What the gate makes of a machine that is busy with other work is not the matter of most tests. */
export const patientGate = [
  'gate.helloMsMax=1800000', 'gate.heartbeatMsMax=60000', 'gate.doorSilentMsMax=60000', 'gate.threadSilentMsMax=600000', 'gate.pressRowMsMax=30000', 'gate.p99MsMax=60000', 'gate.slowerTimesMax=100',
  'gate.framesSilentMsMax=60000',
]; // prettier-ignore

export interface InstallationOptions {
  /** `section.key=value` */
  readonly settings?: readonly string[];
  /** The control group in which it runs, with all its candidates. */
  readonly group?: string;
}

/** What it has started is in no terminal's group: at Ctrl-C it is put away by hand. */
const standing = new Set<Installation>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const site of standing) site.sweep();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });

export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'doorward-updates-'));
  readonly home = join(this.folder, 'home');
  readonly places: Places = placesAt(join(this.folder, 'install'), this.home);
  readonly log = join(this.folder, 'log.jsonl');
  readonly #pipe = join(this.folder, 'bell');
  readonly #settings: readonly string[];
  readonly #started: number[] = [];
  #button = -1;
  #child: ChildProcess | undefined;
  readonly #group: string | undefined;
  /** Where it listens; the same through all its lives. */
  address = '';
  pressed = 0;

  constructor({ settings = [], group }: InstallationOptions = {}) {
    this.#group = group;
    standing.add(this);
    mkdirSync(this.home, { recursive: true });
    mkdirSync(this.places.slots, { recursive: true });
    symlinkSync(join(checkout, 'node_modules'), join(this.places.root, 'node_modules')); // A checkout carries no libraries.
    execFileSync('mkfifo', [this.#pipe]);
    this.#button = openSync(this.#pipe, constants.O_RDWR); // Both ends: the line is there before and after anybody reads it.
    const pictures = join(this.folder, 'pictures');
    mkdirSync(pictures);
    copyFileSync(join(checkout, '.models', 'demo', 'ada.jpg'), join(pictures, '1.jpg'));
    this.#settings = [
      `button.line=pipe:${this.#pipe}`, 'button.debounceMs=5', `camera.source=folder:${pictures}`,
      'camera.framesPerSecond=10', 'log.level=INFO', ...settings,
    ]; // prettier-ignore
  }

  /** The factory's release in slot a, committed. */
  async install({ file, root }: { readonly file: string; readonly root: Uint8Array }): Promise<void> {
    const source = await storedFile(nodeStorage, file);
    assert(source !== undefined);
    const facts = {
      nowMs: Date.now(), builtMs: 0, architecture: `linux-${process.arch}`, hardware: [], runningVersion: '0.0.0', schemaVersion: 0,
      releaseBytesMax: 1e9,
    }; // prettier-ignore
    const directory = join(this.folder, 'factory-trust');
    const acts = releaseActs({ storage: nodeStorage, directory, carriedRoot: root, facts: async () => facts });
    const verified = await acts.verify(source);
    assert.equal(verified.outcome, 'verified', JSON.stringify(verified));
    assert(verified.outcome === 'verified');
    const { release } = verified;
    assert.equal((await acts.stage(source, release, this.places.slot.a)).outcome, 'staged');
    await markUsable(nodeStorage, this.places, { slot: 'a', version: release.version, digest: release.digest });
    await moveCurrent(nodeStorage, this.places, 'a');
  }

  /** Power-on: what the link names, whatever it is. */
  async powerOn(): Promise<void> {
    const port = this.address === '' ? '0' : new URL(this.address).port;
    const words = ['run', '--home', this.home, `--web.port=${port}`, ...this.#settings.map((text) => `--${text}`)];
    const executable = join(this.places.current, 'doorward');
    const isExecutable = existsSync(executable);
    const sources = [...nodeOptions, join(this.places.current, entryScript), ...words];
    const brought = {
      DOORWARD_MODELS: join(checkout, '.models'),
      NODE_COMPILE_CACHE: join(checkout, 'node_modules', '.cache', 'doorward'),
    };
    const program = isExecutable ? [executable, ...words] : [process.execPath, ...sources];
    const [file = '', ...args] = this.#group === undefined ? program : insideGroup(this.#group, program);
    const log = openSync(this.log, 'a');
    const child = spawn(file, args, {
      stdio: ['ignore', 'ignore', log],
      env: { ...process.env, ...(isExecutable ? {} : brought), ...mallocEnvironment, [deviceMark]: this.folder },
      detached: true,
    });
    closeSync(log);
    child.on('error', () => undefined);
    child.on('exit', (code, signal) => this.note(`${child.pid} has ended: ${signal ?? code}`));
    this.note(`power on: ${child.pid}`);
    this.#child = child;
    this.#started.push(child.pid ?? 0);
    await until(async () => {
      assert.ok(child.exitCode === null && child.signalCode === null, `it does not start: ${this.lastWords()}`);
      const running = await this.running();
      if (running === undefined || running.pid !== child.pid || running.address === '') return false;
      this.address = running.address;
      return true;
    }, startMsMax);
  }

  /** Who has the home; between two of them, nobody. */
  running(): ReturnType<typeof findRunning> {
    return findRunning(this.home);
  }

  /** Hands a release file to the appliance, as `doorward update FILE` does. */
  async push(file: string): Promise<void> {
    const body = readFileSync(file);
    const answer = await fetch(`${this.address}/api/v1/update/files/${basename(file)}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/octet-stream', connection: 'close' },
    });
    assert.equal(answer.status, 201, await answer.text());
  }

  async status(): Promise<Pick<UpdateStatus, 'phase' | 'trial'> | undefined> {
    const answer = await fetch(`${this.address}/api/v1/update`, { headers: { connection: 'close' } });
    return answer.status === 200 ? ((await answer.json()) as Pick<UpdateStatus, 'phase' | 'trial'>) : undefined;
  }

  record(): Promise<TrialRecord> {
    return new TrialRecordFile(nodeStorage, this.places).read();
  }

  async history(): Promise<readonly TrialHistory[]> {
    return (await this.record()).history;
  }

  /** The trial of a release, once it is over and whoever serves has the home. */
  async trialOf(version: string, waitMs: number): Promise<TrialHistory> {
    const find = async (): Promise<TrialHistory | undefined> =>
      (await this.history()).findLast((trial) => trial.version === version);
    await until(async () => (await find()) !== undefined, waitMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.lastWords()}`);
    });
    const trial = await find();
    assert(trial !== undefined);
    await until(async () => (await this.running())?.address === this.address, waitMs);
    return trial;
  }

  /** Until the release serves under the eyes of its incumbent; returns its process. Fails when its trial ends before. */
  async untilProbation(version: string, waitMs: number): Promise<number> {
    let candidate: number | undefined;
    await until(async () => {
      const ended = (await this.history()).findLast((trial) => trial.version === version);
      assert(ended === undefined, `${JSON.stringify(ended)}\n${this.lastWords()}`);
      const trial = (await this.status())?.trial; // Shortly after a commit it is still that of the last release.
      if (trial?.version !== version || trial.phase !== 'probation') return false;
      const incumbent = (await this.running())?.pid;
      candidate = this.processes().find((pid) => pid !== incumbent);
      return candidate !== undefined;
    }, waitMs);
    assert(candidate !== undefined);
    return candidate;
  }

  /** Pressed and let go, 25 ms each: one press every 50 ms. */
  async press(): Promise<void> {
    this.pressed += 1;
    for (const edge of [1, 0]) {
      writeSync(this.#button, `${edge}@${nodeClock.uptimeMs()}\n`); // As the kernel tells the edges of a GPIO line.
      await sleep(25);
    }
  }

  /** Again and again, with so long a pause in between. */
  async pressUntil(signal: AbortSignal, pauseMs = 0): Promise<void> {
    while (!signal.aborted) {
      await this.press();
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Presses that have their row in the database. */
  answered(): number {
    return this.#count("SELECT count(*) FROM triggers WHERE source = 'button' AND press IN ('press', 'double')");
  }

  /** Visits in which the nets have found a face. */
  recognised(): number {
    return this.#count("SELECT count(*) FROM visits WHERE outcome IN ('known', 'probably', 'stranger')");
  }

  #count(sql: string): number {
    const database = new Database(join(this.home, 'doorward.db'), { readonly: true });
    try {
      return Number(database.prepare(somebodys(sql)).pluck().get());
    } finally {
      database.close();
    }
  }

  /** Every process of this installation that lives: the incumbent, and the candidate. */
  processes(): readonly number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.filter((pid) => wordsOf(pid).includes(this.home)).map(Number);
  }

  lastWords(): string {
    const lines = readFileSync(this.log, 'utf8').split('\n');
    return lines.filter((line) => !line.includes('"INFO"')).join('\n').slice(-4000); // prettier-ignore
  }

  /** Beside the words of the appliance. */
  note(text: string): void {
    if (existsSync(this.folder)) appendFileSync(this.log, `${new Date().toISOString()} ${text}\n`);
  }

  /** Aborted when it is put away: whoever stands before it goes. */
  readonly closing = new AbortController();

  /** Whoever runs is killed. */
  async cutPower(): Promise<void> {
    const pids = this.#kill();
    await until(() => pids.every((pid) => !isAlive(pid)));
  }

  #kill(): readonly number[] {
    const pids = this.processes();
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    return pids;
  }

  /** At once, without waiting for anybody. */
  sweep(): void {
    this.#kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await sleep(50); // A press under way.
    await this.cutPower();
    this.#child?.unref();
    if (this.#button >= 0) closeSync(this.#button);
    rmSync(this.folder, { recursive: true, force: true });
    standing.delete(this);
  }
}

/** The words that a process was started with; none when it has ended. */
function wordsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
