/**
 * A real appliance, the way it is started at home, under hostile pictures: presses through a button pipe, a camera that
 * pushes good frames, uploads of every kind, and what all of it takes.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostilePicture } from './hostile-pictures.ts';
import { scene } from './make-picture.ts';
import { watchMemory, type Peak } from './service-memory.ts';

const checkout = join(import.meta.dirname, '..', '..');
const frameMs = 125;
const pressMsMax = 30_000;
/** A button is let go, and the visit before is over. */
const holdMs = 60;
const betweenMs = 200;
const startMsMax = 60_000;
const fromCheckout = ['sh', 'scripts/doorward.sh'];
/** Not so often that the house thinks itself asked too much. */
const askAgainMs = 100;
const askAgainMax = 300;

export interface HostileRun {
  /** `demo` has people at the door; `push` takes frames from strangers as well. */
  readonly camera: 'demo' | 'push';
  readonly pictures: readonly HostilePicture[];
  /** Presses without and with hostile pictures; the latter go on for as long as there are pictures. */
  readonly quietPresses: number;
  readonly hostilePresses: number;
  /** Uploads at once. */
  readonly clients: number;
  readonly tell: (line: string) => void;
  /** What starts it. Default: the checkout. */
  readonly command?: readonly string[];
}

export interface HostileFigures {
  readonly pictures: number;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
  readonly peak: Peak;
  readonly presses: number;
  readonly bellLost: number;
  readonly ringMsQuiet: readonly number[];
  readonly ringMsHostile: readonly number[];
  readonly framesRefused: number;
  readonly visitsWithoutFrames: number;
}

export async function runHostile(run: HostileRun): Promise<HostileFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-hostile-'));
  const house = await openHouse(folder, run);
  try {
    return await attack(house, run);
  } finally {
    house.child.kill('SIGTERM');
    await new Promise((resolve) => house.child.once('exit', resolve));
    rmSync(folder, { recursive: true });
  }
}

interface HostileHouse {
  readonly child: ChildProcess;
  readonly address: string;
  readonly bell: string;
}

async function openHouse(folder: string, { camera, command = fromCheckout }: HostileRun): Promise<HostileHouse> {
  const bell = join(folder, 'bell');
  const home = join(folder, 'home');
  execFileSync('mkfifo', [bell]);
  const [program = '', ...before] = command;
  const words = [
    ...before, 'run', '--home', home, `--camera.source=${camera}`, `--button.line=pipe:${bell}`, '--web.port=0',
    '--log.level=ERROR', '--notify.ratePerMinute=1000',
  ]; // prettier-ignore
  const child = spawn(program, words, { cwd: checkout, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const untilMs = performance.now() + startMsMax; performance.now() < untilMs; await sleep(100)) {
    assert.equal(child.exitCode, null, 'the appliance has ended');
    if (!existsSync(join(home, 'running.json'))) continue;
    const { address } = JSON.parse(readFileSync(join(home, 'running.json'), 'utf8')) as { address: string };
    if (address !== '') return { child, address, bell };
  }
  child.kill('SIGKILL');
  throw new Error('the appliance did not start');
}

async function attack(house: HostileHouse, run: HostileRun): Promise<HostileFigures> {
  const door = new Door(house);
  const frames = new PushingCamera(house.address, await scene(1280, 720).jpeg({ quality: 80 }).toBuffer());
  if (run.camera === 'push') await frames.begin();
  await door.press(); // What its start takes is another figure (bench:start).
  door.takeRings();
  const memory = watchMemory(house.child.pid ?? 0);
  run.tell(`quiet: ${run.quietPresses} presses ...`);
  for (let press = 0; press < run.quietPresses; press += 1) await door.press();
  const ringMsQuiet = door.takeRings();
  run.tell(`hostile: ${run.pictures.length} pictures ...`);
  const attackers = new Attackers(house.address, run);
  const attacked = attackers.sendAll(run.clients);
  let isOver = false;
  void attacked.finally(() => (isOver = true));
  for (let press = 0; press < run.hostilePresses || !isOver; press += 1) await door.press();
  await attacked;
  const peak = memory.peak();
  await frames.end();
  return {
    pictures: run.pictures.length,
    statuses: attackers.statuses,
    faults: attackers.faults,
    peak,
    presses: door.presses,
    bellLost: door.lost,
    ringMsQuiet,
    ringMsHostile: door.takeRings(),
    framesRefused: frames.refused,
    visitsWithoutFrames: door.withoutFrames,
  };
}

interface VisitAnswer {
  readonly id: string;
  readonly phase: string;
  readonly framesSeen?: number;
  readonly reason?: string | null;
  readonly trace?: { readonly rung?: number };
}

/** Somebody who presses, and knows each visit by its id. */
class Door {
  presses = 0;
  lost = 0;
  withoutFrames = 0;
  readonly #house: HostileHouse;
  readonly #seen = new Set<string>();
  #rings: number[] = [];

  constructor(house: HostileHouse) {
    this.#house = house;
  }

  takeRings(): readonly number[] {
    const rings = this.#rings;
    this.#rings = [];
    return rings;
  }

  /** One press, followed until its visit is over. One without a visit of its own, or without a ring, is lost. */
  async press(): Promise<void> {
    const { address, bell } = this.#house;
    this.presses += 1;
    appendFileSync(bell, '1');
    await sleep(holdMs);
    appendFileSync(bell, '0');
    for (const untilMs = performance.now() + pressMsMax; performance.now() < untilMs; await sleep(askAgainMs)) {
      const { visits } = await ask<{ visits: readonly VisitAnswer[] }>(`${address}/api/v1/visits?limit=1`);
      const newest = visits[0];
      if (newest === undefined || this.#seen.has(newest.id) || newest.phase !== 'decided') continue;
      this.#seen.add(newest.id);
      const visit = await ask<VisitAnswer>(`${address}/api/v1/visits/${newest.id}`);
      if (visit.trace?.rung === undefined) this.lost += 1;
      else this.#rings.push(visit.trace.rung);
      if (/gives no picture/.test(visit.reason ?? '')) this.withoutFrames += 1;
      await sleep(betweenMs);
      return;
    }
    this.lost += 1;
  }
}

/** Asked again when the house says that it is asked too much. */
async function ask<Answer>(url: string): Promise<Answer> {
  for (let attempt = 0; attempt < askAgainMax; attempt += 1) {
    const answer = await fetch(url);
    if (answer.ok) return (await answer.json()) as Answer;
    await answer.arrayBuffer();
    await sleep(askAgainMs);
  }
  throw new Error(`cannot ask ${url}`);
}

/** A camera that sends a good frame eight times a second. */
class PushingCamera {
  refused = 0;
  readonly #address: string;
  readonly #frame: Buffer;
  readonly #stop = new AbortController();
  #sending: Promise<void> | undefined;

  constructor(address: string, frame: Buffer) {
    this.#address = address;
    this.#frame = frame;
  }

  /** Resolves when the first frame is shown. */
  async begin(): Promise<void> {
    const isShown = async (): Promise<boolean> => {
      const answer = await upload(`${this.#address}/api/v1/frames`, this.#frame);
      return answer.status === 202;
    };
    for (let attempt = 0; !(await isShown()); attempt += 1) {
      assert.ok(attempt < askAgainMax, 'the camera is never there');
      await sleep(100);
    }
    this.#sending = this.#send();
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const begunMs = performance.now();
      const { status } = await upload(`${this.#address}/api/v1/frames`, this.#frame);
      if (status !== 202) this.refused += 1;
      await sleep(Math.max(1, frameMs - (performance.now() - begunMs)));
    }
  }
}

/** Send each picture to recognition, one in three to enrolment and to the camera as well. */
class Attackers {
  readonly statuses: Record<string, number> = {};
  readonly faults: string[] = [];
  readonly #address: string;
  readonly #left: HostilePicture[];
  readonly #isPush: boolean;

  constructor(address: string, { pictures, camera }: HostileRun) {
    this.#address = address;
    this.#isPush = camera === 'push';
    this.#left = [...pictures].reverse();
  }

  async sendAll(clients: number): Promise<void> {
    await Promise.all(
      Array.from({ length: clients }, async () => {
        for (let picture = this.#left.pop(); picture !== undefined; picture = this.#left.pop())
          await this.#send(picture);
      }),
    );
  }

  async #send({ name, bytes }: HostilePicture): Promise<void> {
    const turn = this.#left.length % 3;
    const places = ['recognize', ...(turn === 0 ? ['people'] : []), ...(turn === 1 && this.#isPush ? ['frames'] : [])];
    for (const place of places) {
      const status = await this.#untilHeard(place, bytes);
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
      if (status >= 500 || status === 0) this.faults.push(`${name}: ${status} from ${place}`);
    }
  }

  async #untilHeard(place: string, bytes: Buffer): Promise<number> {
    for (let attempt = 0; attempt < askAgainMax; attempt += 1) {
      const { status } = await upload(
        `${this.#address}/api/v1/${place}`,
        bytes,
        place === 'people' ? 'Mallory' : undefined,
      );
      if (status !== 429) return status;
      await sleep(askAgainMs);
    }
    return 429;
  }
}

/** 0 when the connection was cut. */
async function upload(url: string, bytes: Buffer, name?: string): Promise<{ status: number }> {
  const form = new FormData();
  if (name !== undefined) {
    form.append('name', name);
    form.append('picture', new Blob([new Uint8Array(bytes)]), 'picture.jpg');
  }
  const body = name === undefined ? new Uint8Array(bytes) : form;
  const headers: Record<string, string> = name === undefined ? { 'content-type': 'image/jpeg' } : {};
  try {
    const answer = await fetch(url, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return { status: answer.status };
  } catch {
    return { status: 0 };
  }
}
