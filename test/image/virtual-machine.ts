/**
 * A machine without hardware, on a disk of its own: started, reached from outside the way its owner would (SSH with the
 * preset key, and the page through a tunnel), snapshotted, and pulled from the mains. Needs the kept tools of
 * scripts/image (QEMU of Debian's backports) and ssh.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { type NewerTools } from '../../scripts/image/tools.ts';
import { Monitor } from './monitor.ts';

const execute = promisify(execFile);
const lookMs = 50;
const commandMsMax = 180_000;
const outputBytesMax = 16 * 1024 * 1024;
const consoleCharsShown = 4000;
const sshPort = 22;
const processors = 2;

export interface VirtualMachineParts {
  readonly tools: NewerTools;
  readonly architecture: 'arm64' | 'amd64';
  /** Raw or qcow2, by its name. Written to: give it a copy or an overlay. */
  readonly disk: string;
  readonly kernel: string;
  readonly initramfs: string;
  readonly commandLine: string;
  /** For the console, sockets and what ssh keeps. Short: sockets have names of 108 characters at most. */
  readonly folder: string;
  /** The private key whose public half is preset in the image. */
  readonly sshKey: string;
  readonly memoryMb?: number;
  /** Starts from a snapshot that was saved before, instead of booting. */
  readonly snapshot?: string;
  /** More devices, or another way to attach the disk than `disk` alone (give `-device virtio-blk-pci` here then). */
  readonly devices?: readonly string[];
  readonly attachesDisk?: boolean;
}

export class VirtualMachine {
  readonly monitor: Monitor;
  readonly #parts: VirtualMachineParts;
  readonly #process: ChildProcess;
  readonly #tunnels: ChildProcess[] = [];
  #sshHostPort = 0;
  #errors = '';

  private constructor(parts: VirtualMachineParts) {
    this.#parts = parts;
    closeSync(openSync(this.consolePath, 'w'));
    const command = parts.tools.command(emulator(parts), qemuArguments(parts, this.consolePath));
    // It ends with whoever started it, or it would go on and take a processor from everything after it.
    this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-consoleCharsShown);
    });
    this.monitor = new Monitor(join(parts.folder, 'monitor'));
  }

  static async start(parts: VirtualMachineParts): Promise<VirtualMachine> {
    const machine = new VirtualMachine(parts);
    await machine.monitor.connect(() => machine.assertAlive());
    machine.#sshHostPort = await machine.#forwardedPort();
    return machine;
  }

  get consolePath(): string {
    return join(this.#parts.folder, 'console.log');
  }

  get console(): string {
    return readFileSync(this.consolePath, 'utf8');
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  assertAlive(): void {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null)
      throw new Error(`the virtual machine has ended:\n${this.#errors}\n${this.console.slice(-consoleCharsShown)}`);
  }

  /** Asks until the answer is not undefined; fails with the end of the console when it takes too long. */
  async until<T>(what: string, msMax: number, ask: () => Promise<T | undefined>): Promise<T> {
    const deadlineMs = performance.now() + msMax;
    for (;;) {
      this.assertAlive();
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (performance.now() > deadlineMs)
        throw new Error(`${what}: not within ${msMax / 1000} s:\n${this.console.slice(-consoleCharsShown)}`);
      await sleep(lookMs);
    }
  }

  /** Runs a command inside, as root, through the door that a preset key opens. */
  async run(command: string): Promise<string> {
    const { stdout } = await execute('ssh', [...this.#sshOptions(), 'root@127.0.0.1', command], {
      timeout: commandMsMax,
      maxBuffer: outputBytesMax,
    });
    return stdout;
  }

  async tryRun(command: string): Promise<string | undefined> {
    return await this.run(command).catch(() => undefined);
  }

  /** A port of this machine that leads to one of the loopback inside, as the README tells people to reach the page. */
  async tunnel(insidePort: number): Promise<string> {
    const port = await freePort();
    const forward = ['-N', '-o', 'ExitOnForwardFailure=yes', '-L', `127.0.0.1:${port}:127.0.0.1:${insidePort}`];
    const child = spawn('ssh', [...this.#sshOptions(), ...forward, 'root@127.0.0.1'], { stdio: 'ignore' });
    this.#tunnels.push(child);
    return `http://127.0.0.1:${port}`;
  }

  /** Seconds of processor time that the emulator took: the same on a busy machine as on a quiet one. */
  get processorSeconds(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const ticksPerSecond = 100;
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }

  /** The mains are pulled. */
  async kill(): Promise<void> {
    for (const tunnel of this.#tunnels.splice(0)) tunnel.kill();
    this.monitor.close();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }

  #sshOptions(): readonly string[] {
    const options = [
      'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'BatchMode=yes',
      'LogLevel=ERROR', 'ConnectTimeout=20', 'ServerAliveInterval=20', 'ServerAliveCountMax=6',
    ]; // prettier-ignore
    const given = options.flatMap((option) => ['-o', option]);
    return ['-F', '/dev/null', '-i', this.#parts.sshKey, '-p', String(this.#sshHostPort), ...given];
  }

  /** QEMU was told to take any free port, so that two machines never race for one. */
  async #forwardedPort(): Promise<number> {
    const text = await this.monitor.command('info usernet');
    const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s/.exec(text)?.[1];
    if (port === undefined) throw new Error(`cannot see the forwarded port:\n${text}`);
    return Number(port);
  }
}

function emulator({ architecture }: VirtualMachineParts): string {
  return `bin/qemu-system-${architecture === 'arm64' ? 'aarch64' : 'x86_64'}`;
}

/** Without pointer authentication, which costs the emulator a third of its time. */
function qemuArguments(parts: VirtualMachineParts, consolePath: string): readonly string[] {
  const machine =
    parts.architecture === 'arm64' ? ['-M', 'virt', '-cpu', 'max,pauth=off'] : ['-M', 'q35', '-cpu', 'max'];
  const format = parts.disk.endsWith('.qcow2') ? 'qcow2' : 'raw';
  const disk = ['-drive', `if=none,id=d0,file=${parts.disk},format=${format}`, '-device', 'virtio-blk-pci,drive=d0'];
  return [
    ...machine, '-accel', 'tcg,thread=multi', '-m', String(parts.memoryMb ?? 1024), '-smp', String(processors),
    '-L', parts.tools.data, '-nodefaults', '-display', 'none', '-serial', `file:${consolePath}`,
    ...(parts.attachesDisk === false ? [] : disk),
    '-netdev', `user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:0-:${sshPort}`,
    '-device', 'virtio-net-pci,netdev=n0,romfile=', '-device', 'virtio-rng-pci',
    '-qmp', `unix:${join(parts.folder, 'monitor')},server=on,wait=off`,
    '-kernel', parts.kernel, '-initrd', parts.initramfs, '-append', parts.commandLine,
    ...(parts.devices ?? []), ...(parts.snapshot === undefined ? [] : ['-loadvm', parts.snapshot]),
  ]; // prettier-ignore
}

async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('cannot take a free port');
  return address.port;
}
