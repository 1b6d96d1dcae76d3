import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import type { Readable, Writable } from 'node:stream';
import type { DecodeResult, Pictures } from '../../system/inference.ts';
import { i420Bytes } from '../../system/pixels.ts';
import { collectYoung } from '../node/collect-young.ts';
import { offerAsVictim } from '../process/memory-victim.ts';
import { mallocEnvironment, nodeOptions } from '../process/start-options.ts';
import { addedBytesMax, usageOf, type Usage } from './decoder-limits.ts';
import { fromDecoder, type FromDecoder, type ToDecoder } from './decoder-protocol.ts';
import { Intake, lineOf } from './intake.ts';
import { refuse } from './refusal.ts';

/** What one picture may take of the process that decodes it. */
export interface PictureBounds {
  readonly cpuMsMax: number;
  readonly wallMsMax: number;
  /** Until the process is there. */
  readonly startMsMax: number;
  /** 19 works when nobody else does (setpriority(2)). */
  readonly niceness: number;
}

/** Waits until there is room for so much; resolves with how it is given back. */
export type Room = (bytes: number) => Promise<() => void>;

type Lend = NonNullable<Parameters<Pictures['decode']>[1]>;

export interface PictureToDecode {
  readonly bytes: Uint8Array;
  readonly lend: Lend;
  readonly room: Room;
  /** The process has the file, and it is not going to be sent to another. */
  readonly onRead: (() => void) | undefined;
}

/** How often a process at work is looked at. */
const lookMs = 20;

/** The word that makes the executable this process and nothing else. */
export const decoderWord = 'picture-decoder';

const decoderOptions = [...nodeOptions, '--v8-pool-size=1', '--disable-warning=ExperimentalWarning'];

/** What it is told of the world: nothing that is secret. */
const passedOn = ['PATH', 'LANG', 'NODE_COMPILE_CACHE', 'DOORWARD_LIB'];

/** One process that decodes pictures from outside. It is used for one picture at a time, and gone after the first fault. */
export class DecoderProcess {
  readonly #child: ChildProcess & { readonly stdin: Writable; readonly stdout: Readable };
  readonly #intake: Intake;
  readonly #bounds: PictureBounds;
  readonly #ended: Promise<void>;
  #isGone = false;
  /** Why it was killed. */
  #verdict: string | undefined;
  #isOverLimit = false;
  #atStart = nothing;
  /** False where the kernel does not limit it: `#guard` alone does. */
  isLimited = false;
  /** Resolves when the file that it was given last is read by nobody here, whatever a process that strangers reach may say. */
  written: Promise<void> = Promise.resolve();

  constructor(bounds: PictureBounds) {
    this.#bounds = bounds;
    const entry = isSea() ? [decoderWord] : [...decoderOptions, join(import.meta.dirname, 'picture-decoder.ts')];
    const child = spawn(process.execPath, [...entry, String(bounds.niceness)], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        ...Object.fromEntries(
          passedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
        ),
        ...littleMemory,
      },
    });
    this.#child = child;
    this.#intake = new Intake(child.stdout);
    child.stdin.on('error', () => undefined); // It is gone: whoever reads from it learns of that.
    this.#ended = new Promise((resolve) => {
      const end = (reason: string): void => {
        this.#isGone = true;
        this.#verdict ??= reason;
        resolve();
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, signal) => end(signal ?? `exit ${code ?? ''}`));
    });
    if (child.pid !== undefined) offerAsVictim(child.pid);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Why it is gone. */
  get verdict(): string {
    return this.#verdict ?? 'it ended';
  }

  /** Resolves with false when it cannot be started. */
  async start(): Promise<boolean> {
    const { startMsMax } = this.#bounds;
    const patience = setTimeout(() => this.kill(`it was not ready within ${startMsMax / 1000} s`), startMsMax);
    const said = fromDecoder(await this.#intake.message());
    clearTimeout(patience);
    const isReady = said?.say === 'ready';
    if (isReady) this.isLimited = said.isLimited;
    else await this.end();
    this.#atStart = this.#usage();
    return isReady;
  }

  /** What it asked the kernel for since it was ready, and has not given back. */
  get keptBytes(): number {
    return this.#usage().askedBytes - this.#atStart.askedBytes;
  }

  get cpuMs(): number {
    return this.#usage().cpuMs;
  }

  /** `gone` when it ended before it had judged the picture's header, and not by a limit. */
  async decode({ bytes, lend, room, onRead }: PictureToDecode): Promise<DecodeResult | { readonly outcome: 'gone' }> {
    const guard = this.#guard();
    this.#tell({ say: 'picture', bytes: bytes.length });
    this.#give(bytes);
    let said = fromDecoder(await this.#intake.message());
    guard.stop();
    const isJudged = said !== undefined || this.#isOverLimit;
    if (said?.say === 'weighed') {
      if (onRead !== undefined) void this.written.then(onRead);
      const leave = await room(said.takesBytes);
      const guardAgain = this.#guard();
      try {
        this.#tell({ say: 'go' });
        said = fromDecoder(await this.#intake.message());
        const result = said?.say === 'decoded' ? await this.#take(said, lend) : undefined;
        if (result !== undefined) return result;
      } finally {
        guardAgain.stop();
        leave();
      }
    }
    if (said?.say === 'refused') return { outcome: said.outcome, message: said.message };
    await this.end();
    if (!isJudged) return { outcome: 'gone' };
    return refuse('too-costly', `the process that decodes it was ended: ${this.verdict}`);
  }

  kill(verdict: string): void {
    if (this.#isGone) return;
    this.#verdict ??= verdict;
    this.#isOverLimit = true;
    this.#child.kill('SIGKILL');
  }

  /** Kills it, and waits until it is gone. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL'); // Its own end is the verdict, where it came to it by itself.
    await this.#ended;
  }

  #usage(): Usage {
    return (this.pid === undefined ? undefined : usageOf(this.pid)) ?? nothing;
  }

  async #take(
    { width, height }: Extract<FromDecoder, { say: 'decoded' }>,
    lend: Lend,
  ): Promise<DecodeResult | undefined> {
    const length = i420Bytes(width, height);
    const pixels = lend(length);
    const isWhole = await this.#intake.fill(new Uint8Array(pixels, 0, length));
    collectYoung();
    return isWhole ? { outcome: 'decoded', picture: { width, height, pixels } } : undefined;
  }

  #tell(message: ToDecoder): void {
    this.#child.stdin.write(lineOf(message));
  }

  #give(bytes: Uint8Array): void {
    this.written = new Promise((resolve) => this.#child.stdin.write(bytes, () => resolve()));
  }

  /** Kills it when it takes more than a picture may. */
  #guard(): { stop(): void } {
    const { cpuMsMax, wallMsMax } = this.#bounds;
    const startedMs = performance.now();
    const { cpuMs: cpuMsBefore } = this.#usage();
    const timer = setInterval(() => {
      const { cpuMs, ownBytes } = this.#usage();
      if (performance.now() - startedMs > wallMsMax) this.kill(`it took longer than ${wallMsMax / 1000} s`);
      else if (cpuMs - cpuMsBefore > cpuMsMax) this.kill(`it took more than ${cpuMsMax / 1000} s of a processor`);
      else if (ownBytes - this.#atStart.ownBytes > addedBytesMax) this.kill(`it took more than ${megabytesMax} MB`);
    }, lookMs);
    return { stop: () => clearInterval(timer) };
  }
}

const nothing: Usage = { cpuMs: 0, ownBytes: 0, askedBytes: 0 };
const megabytesMax = addedBytesMax / 1024 / 1024;

/** As the bell itself; one thread that decodes. */
const littleMemory = { ...mallocEnvironment, UV_THREADPOOL_SIZE: '1' };
