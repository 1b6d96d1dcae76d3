/**
 * A machine to break: Debian 13 with systemd as PID 1 in a container, on layers of folders, so that every scenario starts
 * from the same state within seconds. It shares the network of the test, which stands in a network of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const bootMsMax = 120_000;
const commandMsMax = 180_000;
const lookMs = 20;
const outputCharsMax = 400_000;

/**
 * $1 names the cgroup, $2 the overlay's options, $3 where it is mounted; the rest goes to systemd-nspawn. The host may have
 * old cgroups: the container gets a view of the new ones alone, and a share of the processors that is its own, or what is
 * least important in it (a rehearsal) would come after everything else that runs here.
 */
const enclosure = `
set -eu
if [ -e /sys/fs/cgroup/cpu/cpu.shares ]; then
  mkdir -p "/sys/fs/cgroup/cpu/$1"
  echo 4096 > "/sys/fs/cgroup/cpu/$1/cpu.shares"
  echo $$ > "/sys/fs/cgroup/cpu/$1/cgroup.procs"
fi
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$1"
echo $$ > "/sys/fs/cgroup/$1/cgroup.procs"
mount -t overlay overlay -o "$2" "$3"
root=$3
shift 3
exec systemd-nspawn --quiet --directory="$root" --register=no --keep-unit --boot --console=pipe "$@"
`;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface MachineOptions {
  /** Where its changes are kept, in `disk`; and its mount point. */
  readonly folder: string;
  /** Folders below the changes, the topmost first. Never written to. */
  readonly layers: readonly string[];
  /** Folders of this machine that it sees: `/here:/there`. */
  readonly binds?: readonly string[];
  /** The same, and it may write there. */
  readonly disks?: readonly string[];
}

export class Machine {
  readonly #folder: string;
  readonly #layers: readonly string[];
  readonly #binds: readonly string[];
  readonly #group: string;
  #container: ChildProcess | undefined;
  #leader = 0;
  #console = '';

  constructor({ folder, layers, binds = [], disks = [] }: MachineOptions) {
    this.#folder = folder;
    this.#layers = layers;
    this.#binds = [...binds.map((bind) => `--bind-ro=${bind}`), ...disks.map((disk) => `--bind=${disk}`)];
    this.#group = `doorward-machine-${process.pid}-${folder.replaceAll(/[^a-zA-Z0-9]/g, '-').slice(-40)}`;
    for (const name of ['disk', 'work', 'root']) mkdirSync(join(folder, name), { recursive: true });
  }

  /** What it has changed, as a layer for others. Only when it is off. */
  get disk(): string {
    return join(this.#folder, 'disk');
  }

  /** Process 1 of the container, as this machine counts; 0 while it is off. */
  get leader(): number {
    return this.#leader;
  }

  /** Boots, until the service manager says that it is done (`running`, or `degraded` when a unit has failed). */
  async powerOn(): Promise<string> {
    const options = `lowerdir=${this.#layers.join(':')},upperdir=${this.disk},workdir=${join(this.#folder, 'work')}`;
    const words = ['--resolv-conf=off', '--timezone=off', '--link-journal=no', `--machine=doorward-${process.pid}`, '--hostname=doorward', '--setenv=SYSTEMD_LOG_COLOR=0']; // prettier-ignore
    const shell = [
      'sh',
      '-c',
      enclosure,
      'enclosure',
      this.#group,
      options,
      join(this.#folder, 'root'),
      ...words,
      ...this.#binds,
    ];
    const container = spawn('unshare', ['--mount', '--propagation', 'private', ...shell], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#console = '';
    for (const stream of [container.stdout, container.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#console = (this.#console + text).slice(-outputCharsMax);
      });
    this.#container = container;
    process.once('exit', this.#kill); // A test that breaks leaves no machine behind.
    const deadlineMs = performance.now() + bootMsMax;
    for (;;) {
      if (performance.now() > deadlineMs || container.exitCode !== null)
        throw new Error(`the machine does not boot:\n${this.#console}`);
      this.#leader = leaderOf(container.pid ?? 0);
      if (this.#leader > 0) {
        const { stdout } = await this.try(['systemctl', 'is-system-running']);
        if (/^(running|degraded)/.test(stdout)) return stdout.trim();
      }
      await sleep(lookMs);
    }
  }

  /** Runs a command inside, as root, and reports its outcome. */
  try(words: readonly string[], input?: Uint8Array | string): Promise<Outcome> {
    const namespaces = ['-t', String(this.#leader), '-m', '-u', '-i', '-p', '-C', '--'];
    const environment = ['/usr/bin/env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', 'LANG=C.UTF-8', 'HOME=/root']; // prettier-ignore
    return new Promise((resolve) => {
      const child = spawn('nsenter', [...namespaces, ...environment, ...words], {
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: commandMsMax,
        killSignal: 'SIGKILL',
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.stdin.on('error', () => undefined); // It may end without having read everything.
      child.on('error', (error) => resolve({ code: 127, stdout, stderr: String(error) }));
      child.on('close', (code) => resolve({ code: code ?? 137, stdout, stderr }));
      child.stdin.end(input);
    });
  }

  /** Runs a command inside that has to work; returns what it printed. */
  async run(words: readonly string[], input?: Uint8Array | string): Promise<string> {
    const { code, stdout, stderr } = await this.try(words, input);
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}:\n${stdout.slice(-2000)}${stderr.slice(-4000)}`); // prettier-ignore
    return stdout;
  }

  /** A file inside, as a path of this machine. Only while it is on. */
  path(inside: string): string {
    return join(`/proc/${this.#leader}/root`, inside);
  }

  /** What the journal says since it was booted, oldest first; of one unit or of all. */
  async journal(unit?: string): Promise<string> {
    const which = unit === undefined ? [] : ['--unit', unit];
    return (await this.try(['journalctl', '--boot', '--no-pager', '--output=cat', ...which])).stdout;
  }

  /** All its processes are killed at once. What was written but not synced is still there: see power/ for that. */
  async cutPower(): Promise<void> {
    const container = this.#container;
    if (container === undefined) return;
    this.#kill();
    await ended(container);
    this.#leave();
  }

  readonly #kill = (): void => {
    if (this.#leader > 0) process.kill(this.#leader, 'SIGKILL');
    else this.#container?.kill('SIGKILL');
  };

  async shutDown(): Promise<void> {
    const container = this.#container;
    if (container === undefined) return;
    await this.try(['systemctl', 'poweroff']);
    await ended(container);
    this.#leave();
  }

  #leave(): void {
    process.off('exit', this.#kill);
    this.#container = undefined;
    this.#leader = 0;
    for (const root of ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/cpu', '/sys/fs/cgroup'])
      removeGroups(join(root, this.#group));
  }

  async close(): Promise<void> {
    await this.cutPower();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const deadlineMs = performance.now() + bootMsMax;
  while (child.exitCode === null && child.signalCode === null) {
    if (performance.now() > deadlineMs) child.kill('SIGKILL');
    await sleep(lookMs);
  }
}

/** The first process inside: the only child of systemd-nspawn that has process number 1 in a namespace of its own. */
function leaderOf(nspawn: number): number {
  try {
    const children = readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').split(' ').filter(Boolean);
    for (const child of children) {
      const numbers = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1]?.split('\t') ?? [];
      const isSystemd = readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'systemd';
      if (numbers.at(-1) === '1' && numbers.length > 1 && isSystemd) return Number(child);
    }
  } catch {
    // It is just being born.
  }
  return 0;
}

function removeGroups(directory: string): void {
  if (!existsSync(join(directory, 'cgroup.procs'))) return;
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(join(directory, entry.name));
  try {
    rmdirSync(directory);
  } catch {
    // A process of it is still being buried: an empty group is left behind, which harms nobody.
  }
}
