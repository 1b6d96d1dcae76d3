/** A Pi 4's processor as the emulator has it: what a program executes on it, counted, the same on every machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireTools } from '../../scripts/debian/tools.ts';
import { run } from '../../scripts/package/run.ts';
import { mallocEnvironment } from '../../src/machine/process/start-options.ts';
import { piRoot } from '../package/packaged.ts';

const emulator = 'qemu-aarch64';
export const processor = 'cortex-a72';
/** Four cores at 1.5 GHz, an instruction a cycle: the instructions that it has a second for everything. */
export const piInstructionsPerSecond = 4 * 1.5e9;

export interface CountedProgram {
  readonly process: ChildProcess;
  /** Resolves when it has ended. */
  instructions(): Promise<number>;
}

export class EmulatedPi {
  readonly folder: string;
  readonly #words: readonly string[];
  #programs = 0;

  private constructor(folder: string, words: readonly string[]) {
    this.folder = folder;
    this.#words = words;
  }

  static async open(folder: string): Promise<EmulatedPi> {
    requireTools(emulator, 'gcc', 'aarch64-linux-gnu-gcc');
    const plugin = join(folder, 'instructions.so');
    await run('gcc', ['-O2', '-shared', '-fPIC', '-o', plugin, join(import.meta.dirname, 'instructions.c')]);
    return new EmulatedPi(folder, ['-cpu', processor, '-L', piRoot(folder), '-plugin', plugin, '-d', 'plugin']);
  }

  /** Starts a program of ARM, with the words of the C library that the bell is started with; what it prints can be read, and what it complains of is seen. */
  start(program: readonly string[]): CountedProgram {
    this.#programs += 1;
    const log = join(this.folder, `instructions-${this.#programs}`);
    const env = { PATH: '/usr/bin:/bin', HOME: this.folder, LANG: 'C.UTF-8', ...mallocEnvironment };
    const words = [...this.#words, '-D', log, ...program];
    const child = spawn(emulator, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    return {
      process: child,
      async instructions() {
        const [code] = (await ended) as [number | null];
        if (code !== 0) throw new Error(`cannot count ${program.join(' ')}: it ended with ${code}`);
        return Number(/instructions (\d+)/.exec(readFileSync(log, 'utf8'))?.[1]);
      },
    };
  }
}
