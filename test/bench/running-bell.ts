/** A bell in a process of its own, started as a checkout starts it, with Ada before its camera: what benches of visits measure. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoCamera } from '../../src/machine/camera/demo-camera.ts';
import { startInference } from '../../src/machine/inference/onnx-inference.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { wordsOf } from '../../src/system/error-words.ts';
import type { Pixels } from '../../src/system/pixels.ts';
import { compileNative } from '../../scripts/native/compile.ts';

const checkout = join(import.meta.dirname, '..', '..');
export const modelsFolder = join(checkout, '.models');
const decideMsMax = 30_000;
const joinedMsMax = 5_000;
const framesOfAda = 16;

export interface VisitAnswer {
  readonly id: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly personName: string | null;
  readonly trace: { readonly rung?: number; readonly named?: number };
}

export interface BellOptions {
  /** `--section.key=value` */
  readonly settings?: readonly string[];
  /** How it is started: its program and the words before `run`. Default: as a checkout starts it. */
  readonly program?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

export class RunningBell {
  readonly pid: number;
  /** JPEG files of what its camera sees. */
  readonly frames: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #address: string;
  #lastId = '';

  private constructor(folder: string, child: ChildProcess, address: string) {
    this.#folder = folder;
    this.frames = join(folder, 'frames');
    this.#child = child;
    this.#address = address;
    this.pid = child.pid ?? 0;
  }

  /** Ada is enrolled when it resolves. */
  static async start({ settings = [], program, environment }: BellOptions = {}): Promise<RunningBell> {
    buildAddon();
    const folder = mkdtempSync(join(tmpdir(), 'doorward-bench-'));
    mkdirSync(join(folder, 'frames'));
    execFileSync('mkfifo', [join(folder, 'bell')]);
    await recordAda(join(folder, 'frames'));
    const home = join(folder, 'home');
    const [file = '', ...words] = program ?? ['sh', join(checkout, 'scripts', 'doorward.sh')];
    const child = spawn(
      file,
      [
        ...words, 'run', '--home', home, `--camera.source=folder:${join(folder, 'frames')}`,
        `--button.line=pipe:${join(folder, 'bell')}`, '--web.port=0', '--log.level=WARN', '--notify.ratePerMinute=1000',
        ...settings,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], env: environment ?? process.env },
    ); // prettier-ignore
    const bell = new RunningBell(folder, child, await addressIn(home));
    await bell.#enrolAda();
    return bell;
  }

  /** One press, followed until the visit has its name. A press that joins the visit before it, on a busy machine, is repeated. */
  async press(): Promise<VisitAnswer> {
    const deadlineMs = performance.now() + decideMsMax;
    while (performance.now() < deadlineMs) {
      appendFileSync(join(this.#folder, 'bell'), '1');
      await sleep(60);
      appendFileSync(join(this.#folder, 'bell'), '0');
      const visit = await this.#decidedVisit(performance.now() + joinedMsMax);
      if (visit !== undefined) return visit;
    }
    throw new Error('cannot measure: a press was not answered with a visit');
  }

  /** The newest visit, once it is a new one and decided. */
  async #decidedVisit(deadlineMs: number): Promise<VisitAnswer | undefined> {
    while (performance.now() < deadlineMs) {
      await sleep(40);
      const { visits } = await this.#get<{ visits: VisitAnswer[] }>('/api/v1/visits?limit=1');
      const [newest] = visits;
      if (newest === undefined || newest.id === this.#lastId || newest.phase !== 'decided') continue;
      this.#lastId = newest.id;
      return await this.#get<VisitAnswer>(`/api/v1/visits/${newest.id}`);
    }
    return undefined;
  }

  /** What it counts of itself: the value of each series by its name and labels, as it stands in the text. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${this.#address}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await new Promise((resolve) => this.#child.once('exit', resolve));
    rmSync(this.#folder, { recursive: true });
  }

  async #get<Answer>(path: string): Promise<Answer> {
    return (await (await fetch(`${this.#address}${path}`)).json()) as Answer;
  }

  async #enrolAda(): Promise<void> {
    const form = new FormData();
    form.append('name', 'Ada');
    form.append('picture', new Blob([readFileSync(join(modelsFolder, 'demo', 'ada-enrolment.jpg'))]), 'ada.jpg');
    const answer = await fetch(`${this.#address}/api/v1/people`, { method: 'POST', body: form });
    if (!answer.ok) throw new Error(`cannot enrol: ${await answer.text()}`);
  }
}

async function addressIn(home: string): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    await sleep(100);
    if (!existsSync(join(home, 'running.json'))) continue;
    const { address } = JSON.parse(readFileSync(join(home, 'running.json'), 'utf8')) as { address: string };
    if (address !== '') return address;
  }
  throw new Error('cannot measure: the appliance did not start');
}

/** As a slot has it, where there is a compiler: with it the bell lets go of what only its start has read. */
function buildAddon(): void {
  try {
    compileNative(process.arch === 'arm64' ? 'arm64' : 'x64');
  } catch (error) {
    console.error(`measured without our own addon, so with 50 MB more of files: ${wordsOf(error)}`);
  }
}

/** What the camera sees while Ada stands at the door: frames of the demo, kept as pictures. */
async function recordAda(folder: string): Promise<void> {
  const started = await startInference({ modelsFolder, threads: 1 });
  if (started.outcome !== 'started') throw new Error(started.message);
  const pictures = { ...started.pictures, decode: started.pictures.decodeOwn };
  const stop = new AbortController();
  const seen: Pixels[] = [];
  const options = { clock: nodeClock, pictures, width: 1280, height: 720, framesPerSecond: 8, complain: console.error };
  const camera = demoCamera(`${modelsFolder}/demo`, options);
  const sink = {
    takeBuffer: (bytes: number) => new SharedArrayBuffer(bytes),
    deliver: (frame: Pixels) => {
      if (camera.nowAtDoor()?.name === 'Ada') seen.push(frame);
      if (seen.length === framesOfAda) stop.abort();
    },
  };
  await camera.stream(sink, stop.signal);
  for (const [at, frame] of seen.entries()) {
    const name = `frame-${String(at).padStart(2, '0')}.jpg`;
    writeFileSync(join(folder, name), await pictures.encode(frame, { quality: 92 }));
  }
  await started.stop();
}
