import type { Candidate, CandidateOptions, Candidates, StartedCandidate } from '../../src/system/candidate.ts';
import type { RehearsalMaterial, Duty, DutyBaseline, DutyResult, Sight } from '../../src/update/duty.ts';
import type { AskedBoth } from '../../src/update/judge/gate-facts.ts';
import type { PressFacts } from '../../src/update/judge/presses.ts';
import type { StoredData } from '../../src/update/judge/stored-data.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import { answerOf, decisions, doorOf, heartbeat, type Nature, pressesOf, rehearsal } from './simulated-nature.ts';

const done: DutyResult = { outcome: 'done', durationMs: 1 };
/** What has become of a candidate. */
interface CandidateProcess {
  end: string | undefined;
  tookOverMs: number | undefined;
  isHanging: boolean;
  hasLetGo: boolean;
  /** The service manager knows it as the main process. */
  isNamed: boolean;
}

/** What the door knows of releases. */
interface DoorReleases {
  /** Of the one that the story is about. All others are good. */
  readonly version: string;
  readonly natures: readonly Nature[];
  versionIn(directory: string): string;
  /** Asked before a release is started: what is wrong with starting it. */
  judgeStart(directory: string): string | undefined;
}

/** The door at one moment. */
export interface RememberedDoor {
  readonly candidate: SimulatedCandidate | undefined;
  readonly process: Readonly<CandidateProcess> | undefined;
  readonly isIncumbentServing: boolean;
  readonly hasModels: boolean;
  readonly startsOf: Readonly<Record<string, number>>;
  readonly hasLeft: boolean;
  readonly nature: Nature | undefined;
}

/** The door, who answers it, and the candidate. Watches that never two answer, and that nobody is left behind. */
export class SimulatedDoor implements Duty, Candidates {
  readonly #machine: SimulatedMachine;
  readonly #natures: readonly Nature[];
  readonly #releases: DoorReleases;
  candidate: SimulatedCandidate | undefined;
  isIncumbentServing = true;
  hasModels = true;
  /** How many trials of each version were begun. */
  startsOf: Readonly<Record<string, number>> = {};
  hasLeft = false;
  /** What the release on offer is like shows when it is started first: until then all of them are the same story. */
  nature: Nature | undefined;

  constructor(machine: SimulatedMachine, releases: DoorReleases) {
    this.#machine = machine;
    this.#natures = releases.natures;
    this.#releases = releases;
  }

  /** A process that has just started serves; children of the one before are gone with it, as the protocol asks of them. */
  beginLife(): void {
    this.candidate = undefined;
    this.isIncumbentServing = true;
    this.hasModels = true;
    this.hasLeft = false;
  }

  /** To go on from later. The candidate stays the same object, because the updater's notebook names it. */
  remember(): RememberedDoor {
    const { candidate, isIncumbentServing, hasModels, startsOf, hasLeft, nature } = this;
    const process = candidate === undefined ? undefined : { ...candidate.process };
    return { candidate, process, isIncumbentServing, hasModels, startsOf, hasLeft, nature };
  }
  goOnFrom({ process, ...door }: RememberedDoor): void {
    Object.assign(this, door);
    if (this.candidate !== undefined && process !== undefined) this.candidate.process = { ...process };
  }

  async start(directory: string, _options: CandidateOptions): Promise<StartedCandidate> {
    const wrong = this.#releases.judgeStart(directory);
    if (wrong !== undefined) this.#machine.breaks(`started ${directory}: ${wrong}`);
    if (this.candidate?.isAlive === true) this.#machine.breaks('two candidates at once');
    const version = this.#releases.versionIn(directory);
    this.startsOf = { ...this.startsOf, [version]: (this.startsOf[version] ?? 0) + 1 };
    this.#machine.passTime(5);
    if (version === this.#releases.version)
      this.nature ??= this.#natures[this.#machine.choices.pick(this.#natures.length)] ?? 'good';
    const nature = version === this.#releases.version ? (this.nature ?? 'good') : 'good';
    if (nature === 'not-starting') return { outcome: 'failed', reason: 'no such file' };
    this.candidate = new SimulatedCandidate(this.#machine, nature, version);
    return { outcome: 'started', candidate: this.candidate };
  }

  async prepareRehearsal(directory: string): Promise<RehearsalMaterial> {
    this.#machine.passTime(5);
    const losses = { gone: [], rows: [], changes: [], reordered: [] };
    const compareData = async (): Promise<StoredData> => ({ losses, pictures: { before: 1, left: 1 } });
    return { outcome: 'prepared', directory, decisions, compareData };
  }
  async makeRoom(): Promise<void> {
    this.hasModels = false;
  }
  baseline(): DutyBaseline {
    return { requests: 100, errors: 0, meanMs: 5, p99Ms: 20, memoryBytes: 1e8, hasFrames: true, checks: ['database'] };
  }
  async attend(_candidate: Candidate, durationMs: number): Promise<Sight> {
    await this.#machine.sleep(durationMs);
    const door = doorOf(this.candidate?.nature);
    return { asked: [this.#askBoth()], ...(door === undefined ? {} : { door }) };
  }
  #askBoth(): AskedBoth {
    const answer = answerOf(this.candidate?.nature);
    const own = { isWell: true, durationMs: 5 };
    const asked = { atMs: this.#machine.uptimeMs(), kind: 'read', what: '/', own, callers: 'few' } as const;
    return answer === undefined ? asked : { ...asked, candidate: answer };
  }
  presses(): PressFacts {
    return pressesOf(this.candidate?.process.tookOverMs === undefined ? undefined : this.candidate.nature);
  }
  async settlePresses(): Promise<boolean> {
    return true;
  }
  async handOver(): Promise<DutyResult> {
    this.#machine.passTime(5);
    this.isIncumbentServing = false;
    return done;
  }
  async takeBack(gone?: Promise<void>): Promise<DutyResult> {
    if (this.#machine.isDown) await gone;
    this.#machine.live();
    if (this.candidate?.isAtTheDoor === true)
      this.#machine.breaks('the incumbent took the door back while the candidate has it');
    this.isIncumbentServing = true;
    await gone;
    if (this.candidate?.isAlive === true) this.#machine.breaks('a candidate lives on after its revert');
    this.hasModels = true;
    return done;
  }
  async nameMain(): Promise<DutyResult> {
    if (this.candidate !== undefined) this.candidate.process.isNamed = true;
    return done;
  }
  async restart(): Promise<void> {
    this.#machine.passTime(5);
  }
  async leave(): Promise<void> {
    this.hasLeft = true;
  }
  /** Whether somebody answers the door, or the candidate's silence is still being noticed. */
  get isAnswered(): boolean {
    return this.isIncumbentServing || this.candidate !== undefined;
  }
}

/** A process that behaves as its nature is. */
export class SimulatedCandidate implements Candidate {
  readonly pid = 200;
  readonly #machine: SimulatedMachine;
  readonly nature: Nature;
  readonly #version: string;
  process: CandidateProcess = {
    end: undefined,
    tookOverMs: undefined,
    isHanging: false,
    hasLetGo: false,
    isNamed: false,
  };

  constructor(machine: SimulatedMachine, nature: Nature, version: string) {
    this.#machine = machine;
    this.nature = nature;
    this.#version = version;
  }

  get isAlive(): boolean {
    return this.process.end === undefined;
  }
  get isAtTheDoor(): boolean {
    return this.isAlive && !this.process.hasLetGo;
  }
  kill(how: string): void {
    this.process.end ??= how;
  }

  async ask(question: { readonly kind: string }, timeoutMs: number): Promise<unknown> {
    this.#machine.passTime(5);
    if (!this.isAlive) return undefined;
    const answer = this.process.isHanging ? undefined : this.#answer(question.kind);
    if (answer === undefined) this.#machine.passTime(timeoutMs);
    return answer;
  }

  #answer(kind: string): unknown {
    const nature = this.nature;
    switch (kind) {
      case 'hello':
        if (nature === 'never-ready') return undefined;
        return { kind: 'hello', protocol: 1, pid: this.pid, version: nature === 'liar' ? '9.9.9' : this.#version };
      case 'rehearse':
        if (nature === 'takes-the-power') this.#machine.cut();
        return rehearsal(nature);
      case 'take-over':
        if (nature === 'hangs-at-take-over') return undefined;
        this.process.tookOverMs = this.#machine.uptimeMs();
        return { kind: 'ready', durationMs: 3 };
      case 'commit':
        // It tells the service manager that it is ready: from anybody else that is not listened to.
        if (!this.process.isNamed) this.#machine.breaks('a release heard of its commit before the service manager');
        return { kind: 'committed' };
      case 'revert':
        this.process.hasLetGo = true;
        return { kind: 'reverted' };
      default: return undefined;
    } // prettier-ignore
  }

  lastHeartbeat(): { readonly atMs: number; readonly message: unknown } | undefined {
    const { tookOverMs } = this.process;
    if (tookOverMs === undefined || !this.isAlive) return undefined;
    const nowMs = this.#machine.uptimeMs();
    const beats = Math.floor((nowMs - tookOverMs) / 100);
    const nature = this.nature;
    if (nature === 'hangs' && beats > 1) {
      this.process.isHanging = true;
      return { atMs: tookOverMs + 100, message: heartbeat(1, nature) };
    }
    return { atMs: nowMs, message: heartbeat(beats, nature) };
  }

  ended(): string | undefined {
    if (
      this.nature === 'crashes' &&
      this.process.tookOverMs !== undefined &&
      this.#machine.uptimeMs() > this.process.tookOverMs + 200
    )
      this.kill('signal SIGSEGV');
    return this.process.end;
  }
  async stop(timeoutMs: number): Promise<void> {
    if (!this.isAlive) return;
    this.#machine.passTime(this.process.isHanging ? timeoutMs : 5);
    this.kill('stopped');
  }
}
