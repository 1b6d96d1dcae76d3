import { type Places, placesAt } from '../../src/slot/places.ts';
import type { Clock } from '../../src/system/clock.ts';
import type {
  NetworkRequest,
  NetworkResult,
  OpenRequest,
  OpenResult,
  StreamingNetwork,
} from '../../src/system/network.ts';
import { opened } from './simulated-source.ts';
import type { ProcessName, Processes } from '../../src/system/processes.ts';
import type { Choices } from './choices.ts';
import { type DiskTrouble, SimulatedDisk } from './simulated-machine-disk.ts';

/** The mains. Nothing runs on until the machine is switched on again. */
export class PowerCut extends Error {}
/** The incumbent's process is gone; the machine runs on. */
export class ProcessDied extends Error {}

/** How much of each kind may still happen. */
export interface Budget {
  cuts: number;
  faults: number;
}

/** A machine at one moment, but for its disk. Budget: what may still happen. */
export interface MachineState {
  cuts: number;
  faults: number;
  cutsUsed: number;
  faultsUsed: number;
  boots: number;
  upMs: number;
  wallStartMs: number;
  pid: number;
  /** The file system has met an error, and takes nothing more until the machine is switched on again. */
  isReadOnly: boolean;
  /** True while another updater holds the lease: then this one may change nothing. */
  isLeaseOthers: boolean;
}

const networkFaults = ['unreachable', 'not-found', 'busy', 'portal', 'whole', 'garbled', 'short', 'changed'] as const;
const timeFaults = ['died', '1970', '2099', 'rot', 'revert-word', 'candidate-killed'] as const;

/** What may happen besides, in stories that are about it. */
export interface Hazards {
  /** When time passes: the household takes its consent back; the card loses a bit of what runs, of its program or its manifest, or gives none of its program. */
  readonly inTime?: readonly ('consent-withdrawn' | 'rot-program' | 'rot-manifest' | 'unreadable-program')[];
  /** The card cannot be read now and then. */
  readonly isUnreadable?: boolean;
}
type TimeFault = (typeof timeFaults)[number] | NonNullable<Hazards['inTime']>[number];

/** One machine: disk, clock, network and mains, all driven by one stream of choices. */
export class SimulatedMachine implements Clock, StreamingNetwork, Processes {
  readonly disk: SimulatedDisk;
  readonly places: Places = placesAt('/opt', '/var');
  readonly server = new Map<string, Uint8Array>();
  /** Addresses of the server that never give anything. */
  readonly busy = new Set<string>();
  choices: Choices;
  readonly #timeFaults: readonly TimeFault[];
  readonly #isUnreadable: boolean;
  #state: MachineState;
  #isDown = false;
  /** What happens to people and processes when time passes; the life of the device listens. */
  onTime: (fault: TimeFault) => void = () => {};
  brokenPromise: string | undefined;

  constructor(choices: Choices, { cuts, faults }: Budget, { inTime = [], isUnreadable = false }: Hazards = {}) {
    this.choices = choices;
    this.#timeFaults = [...timeFaults, ...inTime];
    this.#isUnreadable = isUnreadable;
    this.#state = {
      cuts, faults, cutsUsed: 0, faultsUsed: 0, boots: 0, upMs: 0, wallStartMs: 1_800_000_000_000, pid: 100,
      isReadOnly: false, isLeaseOthers: false,
    }; // prettier-ignore
    this.disk = new SimulatedDisk((act, path) => this.#before(act, path));
  }

  /** All but the disk, to go on from later. */
  get state(): Readonly<MachineState> {
    return this.#state;
  }
  goOnFrom(state: Readonly<MachineState>): void {
    this.#state = { ...state };
    this.#isDown = false;
  }
  get cutsUsed(): number {
    return this.#state.cutsUsed;
  }
  get faultsUsed(): number {
    return this.#state.faultsUsed;
  }
  get isLeaseOthers(): boolean {
    return this.#state.isLeaseOthers;
  }
  set isLeaseOthers(is: boolean) {
    this.#state.isLeaseOthers = is;
  }

  get isReadOnly(): boolean {
    return this.#state.isReadOnly;
  }

  /** The promise that was broken, said once; checked at every step. */
  breaks(promise: string): void {
    this.brokenPromise ??= promise;
  }

  powerOn(): void {
    this.#state.boots += 1;
    this.#state.upMs = 0;
    this.#state.isReadOnly = false;
    this.#isDown = false;
    this.#state.pid = 100;
  }
  losePower(): void {
    this.disk.losePower(this.choices);
  }
  startProcess(): void {
    this.#state.pid += 1;
    this.#isDown = false;
  }
  /** Everything that this process still tries is in vain. */
  cut(): never {
    this.#isDown = true;
    throw new PowerCut();
  }
  die(): never {
    this.#isDown = true;
    throw new ProcessDied();
  }

  /** This process has ended: nothing that it still tries comes about. */
  get isDown(): boolean {
    return this.#isDown;
  }
  live(): void {
    if (this.#isDown) throw new PowerCut();
  }

  #before(act: string, path: string): DiskTrouble {
    this.live();
    if (act === 'look') return this.#look();
    if (this.isLeaseOthers && !path.startsWith(this.places.lease))
      this.breaks(`${act} ${path} while another process updates`);
    const { cuts, faults, isReadOnly } = this.#state;
    if (isReadOnly) return 'read-only';
    if (cuts === 0 && faults === 0) return undefined;
    const choice = this.choices.pick(1 + (cuts > 0 ? 1 : 0) + (faults > 0 ? 3 : 0));
    if (choice === 0) return undefined;
    if (cuts > 0 && choice === 1) this.#cut();
    this.#spendFault();
    const fault = choice - (cuts > 0 ? 1 : 0);
    if (fault === 3) this.die();
    if (fault === 1) return 'broken';
    if (act === 'write' || act === 'make-directory' || act === 'make-link') return 'full';
    this.#state.isReadOnly = true;
    return 'read-only';
  }
  #look(): DiskTrouble {
    if (!this.#isUnreadable || this.#state.faults === 0 || this.choices.pick(2) === 0) return undefined;
    this.#spendFault();
    return 'broken';
  }
  #cut(): never {
    this.#state.cuts -= 1;
    this.#state.cutsUsed += 1;
    this.cut();
  }
  #spendFault(): void {
    this.#state.faults -= 1;
    this.#state.faultsUsed += 1;
  }

  uptimeMs(): number {
    return this.#state.upMs;
  }
  wallMs(): number {
    return this.#state.wallStartMs + this.#state.upMs;
  }
  async sleep(durationMs: number): Promise<void> {
    this.passTime(durationMs);
  }
  /** Time is when everything else happens. */
  passTime(durationMs: number): void {
    this.live();
    this.#state.upMs += durationMs;
    const { cuts, faults } = this.#state;
    if (cuts === 0 && faults === 0) return;
    const choice = this.choices.pick(1 + (cuts > 0 ? 1 : 0) + (faults > 0 ? this.#timeFaults.length : 0));
    if (choice === 0) return;
    if (cuts > 0 && choice === 1) this.#cut();
    this.#spendFault();
    const fault = this.#timeFaults[choice - (cuts > 0 ? 2 : 1)] ?? 'died';
    if (fault === '1970') this.#state.wallStartMs = 0;
    if (fault === '2099') this.#state.wallStartMs = 4_000_000_000_000;
    if (fault === 'died') this.die();
    this.onTime(fault);
  }

  get self(): ProcessName {
    return { pid: this.#state.pid, startTicks: this.#state.pid * 7, bootId: `boot-${this.#state.boots}` };
  }
  async isAlive(name: ProcessName): Promise<boolean> {
    return (name.pid === 1 && this.isLeaseOthers) || (name.pid === this.#state.pid && name.bootId === this.self.bootId);
  }

  async open({ url, headers = {}, timeoutMs }: OpenRequest): Promise<OpenResult> {
    return opened(await this.request({ url, headers, timeoutMs, method: 'GET', answerBytesMax: openMax }));
  }

  async request({ url, headers, answerBytesMax }: NetworkRequest): Promise<NetworkResult> {
    this.passTime(10);
    if (this.busy.has(url)) return busyAnswer;
    const body = this.server.get(url);
    const plain = answer(body, headers?.['range']);
    if (this.#state.faults === 0) return bounded(plain, answerBytesMax);
    const choice = this.choices.pick(1 + networkFaults.length);
    if (choice === 0) return bounded(plain, answerBytesMax);
    this.#spendFault();
    const fault = networkFaults[choice - 1] ?? 'unreachable';
    switch (fault) {
      case 'unreachable': return { outcome: 'unreachable', reason: 'cannot reach it' };
      case 'not-found': return notFound;
      case 'busy': return busyAnswer;
      case 'portal': return { outcome: 'answered', status: 200, headers: {}, body: new TextEncoder().encode('<html>log in') };
      case 'whole': return bounded(answer(body, undefined), answerBytesMax);
      case 'garbled': return { ...plain, body: plain.body.map((byte, place) => (place === plain.body.length >> 1 ? byte ^ 1 : byte)) };
      case 'short': return { ...plain, body: plain.body.subarray(0, plain.body.length >> 1) };
      case 'changed': return { ...plain, headers: { ...plain.headers, 'content-range': 'bytes 0-99/100' } };
    } // prettier-ignore
  }
}

/** Asked in parts, nothing is too long. */
const openMax = Number.POSITIVE_INFINITY;

type Answered = Extract<NetworkResult, { outcome: 'answered' }>;
const busyAnswer: Answered = {
  outcome: 'answered',
  status: 503,
  headers: { 'retry-after': '30' },
  body: new Uint8Array(),
};
const notFound: Answered = { outcome: 'answered', status: 404, headers: {}, body: new Uint8Array() };

/** What a server answers that has nothing against anybody. */
function answer(body: Uint8Array | undefined, range: string | undefined): Answered {
  if (body === undefined) return notFound;
  const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
  if (match === null) return { outcome: 'answered', status: 200, headers: {}, body };
  const from = Number(match[1]);
  const to = Math.min(Number(match[2]), body.length - 1);
  const headers = { 'content-range': `bytes ${from}-${to}/${body.length}` };
  return { outcome: 'answered', status: 206, headers, body: body.slice(from, to + 1) };
}

function bounded(result: Answered, bytesMax: number): NetworkResult {
  return result.body.length > bytesMax ? { outcome: 'unreachable', reason: 'longer than it may be' } : result;
}
