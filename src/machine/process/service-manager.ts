import { Socket } from 'node:net';
import { getSystemErrorMessage } from 'node:util';
import type { Clock } from '../../system/clock.ts';
import type { NamedMain, ServiceManager } from '../../system/service-manager.ts';
import { systemAddon, type SystemAddon } from '../executable/system-addon.ts';

/** A manager that is busy with a whole boot may be slow; one that is stuck must not hold an update for ever. */
const acknowledgeMsMax = 10_000;
const statusCharsMax = 500;

export interface ServiceManagerParts {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told when a word cannot be sent, at most once for each reason. */
  complain(message: string): void;
}

/** The one that has started this process, as sd_notify(3) says; in a terminal nobody, who hears nothing. */
export function serviceManager(parts: ServiceManagerParts): ServiceManager {
  const socket = parts.environment['NOTIFY_SOCKET'] ?? '';
  if (socket === '') return nobody;
  const addon = systemAddon();
  if (addon === undefined) {
    parts.complain('cannot talk to the service manager: the addon is not built: node scripts/native.ts');
    return nobody;
  }
  return new Systemd(socket, addon, parts);
}

const nobody: ServiceManager = {
  isListening: false,
  watchdogMs: undefined,
  ready: () => undefined,
  status: () => undefined,
  alive: () => undefined,
  stopping: () => undefined,
  nameMain: () => Promise.resolve({ outcome: 'named' }),
};

class Systemd implements ServiceManager {
  readonly isListening = true;
  readonly watchdogMs: number | undefined;
  readonly #socket: string;
  readonly #addon: SystemAddon;
  readonly #parts: ServiceManagerParts;
  readonly #complained = new Set<number>();
  /** It hears its main process only, and complains of others. */
  #isMain = true;

  constructor(socket: string, addon: SystemAddon, parts: ServiceManagerParts) {
    this.#socket = socket;
    this.#addon = addon;
    this.#parts = parts;
    // Not WATCHDOG_PID: it names the process that was started first, and the watchdog follows the main one.
    const watchdogMs = Number(parts.environment['WATCHDOG_USEC'] ?? '') / 1000;
    this.watchdogMs = watchdogMs > 0 ? watchdogMs : undefined;
  }

  ready(status: string): void {
    this.#tell(`READY=1\n${statusLine(status)}`);
  }

  status(status: string): void {
    this.#tell(statusLine(status));
  }

  alive(): void {
    this.#tell('WATCHDOG=1');
  }

  stopping(): void {
    this.#tell('STOPPING=1');
  }

  async nameMain(pid: number): Promise<NamedMain> {
    const told = this.#addon.notify(this.#socket, `MAINPID=${pid}`);
    this.#isMain = false;
    const pipe = told < 0 ? told : this.#addon.barrier(this.#socket);
    if (pipe < 0) return { outcome: 'failed', reason: `cannot name the main process: ${getSystemErrorMessage(pipe)}` };
    if (await ends(pipe, this.#parts.clock)) return { outcome: 'named' };
    const reason = `the service manager has not acknowledged the main process within ${acknowledgeMsMax} ms`;
    return { outcome: 'failed', reason };
  }

  #tell(state: string): void {
    if (!this.#isMain) return;
    const result = this.#addon.notify(this.#socket, state);
    if (result >= 0 || this.#complained.has(result)) return;
    this.#complained.add(result);
    this.#parts.complain(`cannot tell the service manager: ${getSystemErrorMessage(result)}`);
  }
}

/** A line, whatever is in it: a second line would be another message. */
function statusLine(status: string): string {
  return `STATUS=${status.replaceAll(/\s+/g, ' ').slice(0, statusCharsMax)}`;
}

/** Whether this end of a pipe ends in time: the other one is then held by nobody. */
async function ends(descriptor: number, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
  const pipe = new Socket({ fd: descriptor, readable: true, writable: false });
  const patience = new AbortController();
  const ended = new Promise<boolean>((resolve) => {
    pipe.once('end', () => resolve(true));
    pipe.once('error', () => resolve(false));
    pipe.resume();
  });
  const late = clock.sleep(acknowledgeMsMax, patience.signal).then(() => false);
  const isEnded = await Promise.race([ended, late]);
  patience.abort();
  pipe.destroy();
  return isEnded;
}
