import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { DiskFault, replaceFile } from '../../system/disk.ts';
import { nodeClock } from '../node/node-clock.ts';
import { nodeDisk } from '../node/node-disk.ts';
import { wordsOf } from '../../system/error-words.ts';

/** SQLITE_BUSY: somebody else holds the lock (sqlite.org/rescode.html). */
const busyCode = 5;

/** A command that looks whether somebody runs holds the lock for an instant; longer than that it is an appliance. */
const patienceMs = 1000;
const retryDelayMs = 25;
/** From the letting go of one that leaves to the word of its heir where that listens: so long commands wait for it. */
const inheritMsMax = 3000;

/** The appliance that runs in a home, as `running.json` tells it. */
export interface Running {
  readonly pid: number;
  /** Where it listens, `http://127.0.0.1:8080`; empty while it starts. */
  readonly address: string;
  /** Of the household; empty: the machine's. Releases before did not tell. */
  readonly timeZone?: string;
  /** Wall time of its start. */
  readonly startedMs: number;
  /** Proves to the appliance that a command was given by the owner of the home. Empty while it starts. */
  readonly token: string;
  /** A unix socket by which commands come in. */
  readonly socket?: string;
  /** That process has been left the home, and has not said yet where it listens. */
  readonly isHeir?: boolean;
}

/** The right to run in a home. Ends with `release` or with the process, however that dies. */
export interface InstanceLock {
  /** Tells commands where this appliance listens. */
  announce(where: Pick<Running, 'address' | 'token' | 'timeZone' | 'socket'>): Promise<void>;
  /** `heir`: the process that is to take it next; commands that come meanwhile wait for its word. */
  letGo(heir?: number): Promise<void>;
}

export type LockResult =
  | { readonly outcome: 'acquired'; readonly lock: InstanceLock }
  | { readonly outcome: 'held'; readonly by: Running | undefined; readonly message: string }
  | { readonly outcome: 'unusable'; readonly message: string };

/**
 * Takes the home for this process. The lock is the kernel's (fcntl, by way of an empty SQLite file, since Node offers
 * no lock of its own): it goes when the process goes, SIGKILL included; two that start at once cannot both have it; it
 * knows no pid that could be used again, no path too long, and no network or pid namespace, so that containers which
 * share a home see each other. A unix socket fails at the namespace or the path, a file with a pid at the others.
 */
export async function acquireInstanceLock(home: string): Promise<LockResult> {
  const deadlineMs = nodeClock.uptimeMs() + patienceMs;
  try {
    await nodeDisk.makeDirectory(home);
    for (;;) {
      const held = tryLock(home, 'BEGIN EXCLUSIVE');
      if (held !== undefined) return { outcome: 'acquired', lock: await takeOver(home, held) };
      if (nodeClock.uptimeMs() >= deadlineMs) break;
      await nodeClock.sleep(retryDelayMs);
    }
  } catch (error) {
    const why = wordsOf(error);
    return { outcome: 'unusable', message: `cannot lock ${home}: ${why}: make it a folder that doorward may write` };
  }
  const by = await readRunning(home);
  return { outcome: 'held', by, message: `cannot run in ${home}: ${nameOf(by)} runs there: stop it, or choose --home` };
}

/** The appliance that runs in the home now, or undefined. What a killed one left behind is not believed. */
export async function findRunning(home: string): Promise<Running | undefined> {
  const deadlineMs = nodeClock.uptimeMs() + inheritMsMax;
  for (;;) {
    const running = await readRunning(home);
    if (running === undefined) return undefined;
    const isComing = running.isHeir === true && isThere(running.pid) && nodeClock.uptimeMs() < deadlineMs;
    if (!isComing) return isHeld(home) ? running : undefined;
    await nodeClock.sleep(retryDelayMs);
  }
}

/** What the appliance that runs in the home has told its commands to show; undefined when it has not yet told. */
export async function tokenOfRunning(home: string): Promise<string | undefined> {
  const { token = '' } = (await readRunning(home)) ?? {};
  return token === '' ? undefined : token;
}

function isHeld(home: string): boolean {
  try {
    const shared = tryLock(home, 'BEGIN; SELECT * FROM sqlite_schema'); // Commands may look at the same time.
    shared?.close();
    return shared === undefined;
  } catch {
    return false; // No lock file that this user may open: then there is no appliance to talk to either.
  }
}

/** Of this or of another user. */
function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

function tryLock(home: string, statement: string): DatabaseSync | undefined {
  // Nobody else may open this file in this process: closing any descriptor of it would drop the kernel's lock.
  const file = new DatabaseSync(`${home}/instance.lock`, { timeout: 0 });
  try {
    file.exec(`PRAGMA journal_mode = MEMORY; ${statement}`); // A journal would need room on the disk.
    return file;
  } catch (error) {
    file.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busyCode) return undefined;
    throw error;
  }
}

async function takeOver(home: string, held: DatabaseSync): Promise<InstanceLock> {
  const path = `${home}/running.json`;
  const before = await readRunning(home);
  const self: Running = { pid: process.pid, address: '', startedMs: nodeClock.wallMs(), token: '' };
  /** A full disk must not stop the bell: it runs, only the commands will not find it, and no predecessor's place either. */
  const tell = async (running: Running): Promise<void> => {
    try {
      await replaceFile(nodeDisk, path, `${JSON.stringify(running)}\n`);
    } catch (error) {
      if (!(error instanceof DiskFault) || error.kind !== 'full') throw error;
      await rm(path, { force: true });
    }
  };
  try {
    const isHeir = before?.isHeir === true && before.pid === process.pid;
    await tell(isHeir ? { ...self, isHeir } : self);
  } catch (error) {
    held.close();
    throw error;
  }
  const close = (): void => {
    if (held.isOpen) held.close();
  };
  process.once('exit', close); // Also keeps the lock from being collected as garbage, which would open it.
  return {
    announce: (where) => tell({ ...self, ...where }),
    async letGo(heir) {
      if (heir === undefined) await rm(path, { force: true });
      else await tell({ ...self, pid: heir, isHeir: true });
      close();
      process.removeListener('exit', close);
    },
  };
}

async function readRunning(home: string): Promise<Running | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(`${home}/running.json`, 'utf8'));
    return isRunning(found) ? found : undefined;
  } catch {
    return undefined; // Missing, or not ours: either way nobody is named.
  }
}

function isRunning(value: unknown): value is Running {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string, type: string): boolean => typeof Reflect.get(value, name) === type;
  return has('pid', 'number') && has('address', 'string') && has('startedMs', 'number') && has('token', 'string');
}

function nameOf(running: Running | undefined): string {
  if (running === undefined) return 'another doorward';
  const where = running.address === '' ? '' : ` at ${running.address}`;
  return `the doorward with pid ${running.pid}${where}`;
}
