import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Candidate, CandidateOptions, Candidates, StartedCandidate } from '../../system/candidate.ts';
import type { Clock } from '../../system/clock.ts';
import type { Taken, TakenTwice } from '../../system/taken.ts';
import { CandidateKin, ownProcesses, socketNamed } from './candidate-kin.ts';
import { fieldOf, isHandle, type FromCandidate, type ToCandidate } from './candidate-wire.ts';
import { offerAsVictim, spareFromVictims } from './memory-victim.ts';
import { lowerPriority, raisePriority } from './process-priority.ts';
import { type Accepted, holdsOtherEnd } from './connection-owner.ts';
import { measureProcesses } from './measure-processes.ts';
import { confineToTrial } from './trial-group.ts';

/** Questions that may wait for their answer. */
const questionsMax = 1000;
/** A process that was killed is gone within this, or it hangs in the kernel and nobody can help it. */
const killedMsMax = 5000;
/** In the environment of a candidate, and of whatever it starts. */
const markName = 'INCUMBENT_TRIAL';

/** What every candidate is started with. */
export interface CandidateSurroundings {
  readonly clock: Clock;
  /** What follows the entry of the release: the command that makes it a candidate, its home, its settings. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Descriptors that it inherits, by name, as they are at its start: the lines of the bell's button. */
  readonly lines: () => ReadonlyMap<string, number>;
  /** Hears what a candidate tells without being asked, heartbeats apart. */
  readonly hear: (message: unknown) => void;
}

/** Candidates of this process, and the way to end it. */
export interface NodeCandidates extends Candidates {
  /** Tells every candidate something that needs no answer. */
  note(note: unknown): void;
  /** What this process and its own children take, candidates apart. */
  readonly measureOwn: () => TakenTwice;
  /** Kills every candidate that was not set free: one that lives would keep this process from ending. */
  endAll(): Promise<void>;
}

/** Starts releases as children of this process, with a channel between the two. */
export function nodeCandidates(surroundings: CandidateSurroundings): NodeCandidates {
  const started = new Set<CandidateProcess>();
  const last: { taken: Taken | undefined } = { taken: undefined };
  return {
    async start(directory, options) {
      for (const candidate of started) if (candidate.isGone) started.delete(candidate);
      const result = await startCandidate(surroundings, directory, options);
      if (result.outcome === 'started') started.add(result.candidate);
      return result;
    },
    note(note) {
      for (const candidate of started) candidate.note(note);
    },
    measureOwn() {
      const own = ownProcesses(new Set([...started].map(({ pid }) => pid)));
      const takenBefore = last.taken;
      last.taken = measureProcesses(own, { first: process.pid, atMs: surroundings.clock.uptimeMs(), isThorough: true });
      const { taken } = last;
      return { ...(taken === undefined ? {} : { taken }), ...(takenBefore === undefined ? {} : { takenBefore }) };
    },
    async endAll() {
      await Promise.all([...started].filter(({ isFree }) => !isFree).map((candidate) => candidate.stop(0)));
    },
  };
}

type Started =
  | { readonly outcome: 'started'; readonly candidate: CandidateProcess }
  | Extract<StartedCandidate, { outcome: 'failed' }>;

/** Its log goes where ours goes, so that it does not end with us. */
async function startCandidate(
  { clock, words, environment, lines, hear }: CandidateSurroundings,
  directory: string,
  options: CandidateOptions,
): Promise<Started> {
  const [file, ...parts] = commandOf(directory, options.entry);
  if (file === undefined) return { outcome: 'failed', reason: 'cannot start the candidate: its entry is empty' };
  const inherited = [...lines()];
  const firstDescriptor = 4;
  const names = inherited.map(([name], index) => `${name}:${firstDescriptor + index}`).join(',');
  const mark = randomUUID();
  const child = spawn(file, [...parts, ...words], {
    env: { ...environment, INCUMBENT_PID: String(process.pid), INCUMBENT_LINES: names, [markName]: mark },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...inherited.map(([, descriptor]) => descriptor)],
  });
  const failure = await new Promise<Error | undefined>((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', resolve);
  });
  if (failure !== undefined || child.pid === undefined) {
    return { outcome: 'failed', reason: `cannot start the candidate ${file}: ${failure?.message ?? 'no process'}` };
  }
  const kin = new CandidateKin(child.pid, `${markName}=${mark}`);
  const candidate = new CandidateProcess(child, kin, { clock, hear }); // It listens from the first moment on.
  if (options.isBackground) lowerPriority(child.pid);
  offerAsVictim(child.pid);
  await confineToTrial(child.pid, options.memoryBytesMax);
  return { outcome: 'started', candidate };
}

/** `node` is the Node that runs this process, with its own options; anything else is a program of the release. */
function commandOf(directory: string, [first, ...rest]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  if (first !== 'node') return [join(directory, first), ...rest];
  const [script = '', ...more] = rest;
  return [process.execPath, ...process.execArgv, join(directory, script), ...more];
}

/** A candidate that runs on this machine. */
export class CandidateProcess implements Candidate {
  readonly pid: number;
  /** It was committed, and goes on when this process ends. */
  isFree = false;
  readonly #child: ChildProcess;
  readonly #kin: CandidateKin;
  /** Listening sockets that it was given, as the kernel names them. */
  readonly #sockets = new Set<string>();
  #kinEnded: Promise<void> | undefined;
  readonly #clock: Clock;
  readonly #hearTold: (message: unknown) => void;
  readonly #questions = new Map<number, (answer: unknown) => void>();
  readonly #passes = new Map<string, (second: unknown) => void>();
  readonly #gone: Promise<void>;
  #lastQuestion = 0;
  #heartbeat: { readonly atMs: number; readonly message: unknown } | undefined;
  #ended: string | undefined;
  #hasHungUp = false;
  readonly #over = Promise.withResolvers<void>();

  constructor(child: ChildProcess, kin: CandidateKin, { clock, hear }: Pick<CandidateSurroundings, 'clock' | 'hear'>) {
    this.#child = child;
    this.#kin = kin;
    this.pid = kin.first;
    this.#clock = clock;
    this.#hearTold = hear;
    child.on('message', (message: unknown, handle: unknown) => this.#hear(message, handle));
    child.on('error', () => this.#hangUp()); // A message that could not be sent, or a kill that failed.
    child.on('disconnect', () => this.#hangUp());
    this.#gone = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#ended = signal === null ? `exit ${code ?? 'unknown'}` : `signal ${signal}`;
        this.#hangUp();
        resolve();
      });
    });
  }

  async ask(question: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#questions.size >= questionsMax || !this.#child.connected) return undefined;
    this.#lastQuestion += 1;
    const id = this.#lastQuestion;
    const patience = new AbortController();
    const answered = new Promise<unknown>((resolve) => this.#questions.set(id, resolve));
    this.#send({ say: 'ask', id, question });
    const late = this.#clock.sleep(timeoutMs, patience.signal).then(() => undefined);
    const answer = await Promise.race([answered, late]);
    patience.abort();
    this.#questions.delete(id);
    return answer;
  }

  /** Tells it something that needs no answer. */
  note(note: unknown): void {
    this.#send({ say: 'note', note });
  }

  /**
   * Passes the handle of a listening socket. Resolves with a second handle on the same socket, which does not accept:
   * whoever holds it keeps the accept queue open, and may listen on it again. Undefined when it was not taken in time.
   */
  async pass(name: string, handle: unknown, timeoutMs: number): Promise<unknown> {
    const socket = socketNamed(fieldOf(handle, 'fd'));
    if (socket !== undefined) this.#sockets.add(socket);
    const patience = new AbortController();
    const kept = new Promise<unknown>((resolve) => this.#passes.set(name, resolve));
    this.#send({ say: 'pass', name }, handle);
    const late = this.#clock.sleep(timeoutMs, patience.signal).then(() => undefined);
    const second = await Promise.race([kept, late]);
    patience.abort();
    this.#passes.delete(name);
    return second;
  }

  /** From the lowest priority back to this process's own. */
  raise(): void {
    raisePriority(this.pid);
  }

  /** What it takes, with all that it has started; undefined when it has ended, or the machine does not say. */
  measure(isThorough: boolean): Taken | undefined {
    return measureProcesses(this.#kin.living(), { first: this.pid, atMs: this.#clock.uptimeMs(), isThorough });
  }

  /** Whether it has made this connection to the door, with all that it has started. Costs a look at its descriptors. */
  hasMade(connection: Accepted): boolean {
    const pids = this.#kin.living().map(({ pid }) => pid);
    return holdsOtherEnd(pids, connection);
  }

  lastHeartbeat(): { readonly atMs: number; readonly message: unknown } | undefined {
    return this.#heartbeat;
  }

  /** One that has hung up is about to end, or will never do anything again: the exit may be heard a moment later. */
  ended(): string | undefined {
    return this.#ended ?? (this.#hasHungUp && !this.isFree ? 'it hung up' : undefined);
  }

  /** Resolves as soon as `ended` says how. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get isGone(): boolean {
    return this.#ended !== undefined;
  }

  async stop(timeoutMs: number): Promise<void> {
    if (this.#ended === undefined) {
      this.note({ kind: 'stop' });
      await this.#goneWithin(timeoutMs);
    }
    this.#kin.living(); // What hangs by the first alone is known before that goes.
    if (this.#ended === undefined) this.#child.kill('SIGKILL');
    this.#kinEnded ??= this.#kin.end([...this.#sockets], (ms) => this.#clock.sleep(ms));
    await Promise.all([this.#goneWithin(killedMsMax), this.#kinEnded]);
  }

  /** Lets go of a committed candidate, so that this process can end without it. */
  setFree(): void {
    this.isFree = true;
    spareFromVictims(this.pid);
    if (this.#child.connected) this.#child.disconnect();
    this.#child.unref();
  }

  async #goneWithin(timeoutMs: number): Promise<void> {
    const patience = new AbortController();
    await Promise.race([this.#gone, this.#clock.sleep(timeoutMs, patience.signal)]);
    patience.abort();
  }

  #send(message: ToCandidate, handle?: unknown): void {
    if (!this.#child.connected) return;
    const isLost = (error: Error | null): void => {
      if (error !== null) this.#hangUp();
    };
    if (isHandle(handle)) this.#child.send(message, handle, isLost);
    else this.#child.send(message, isLost);
  }

  #hear(message: unknown, handle: unknown): void {
    const said: FromCandidate['say'] | undefined = sayOf(message);
    switch (said) {
      case 'answer': {
        const id = fieldOf(message, 'id');
        if (typeof id === 'number') this.#questions.get(id)?.(fieldOf(message, 'message'));
        break;
      }
      case 'heartbeat':
        this.#heartbeat = { atMs: this.#clock.uptimeMs(), message: fieldOf(message, 'message') };
        break;
      case 'kept': {
        const name = fieldOf(message, 'name');
        if (typeof name === 'string') this.#passes.get(name)?.(handle);
        break;
      }
      case 'tell':
        this.#hearTold(fieldOf(message, 'message'));
        break;
      case undefined:
        break; // A newer release may say more than this one understands.
    }
  }

  /** Nobody will answer any more. */
  #hangUp(): void {
    this.#hasHungUp = true;
    this.#over.resolve();
    for (const resolve of [...this.#questions.values(), ...this.#passes.values()]) resolve(undefined);
    this.#questions.clear();
    this.#passes.clear();
  }
}

function sayOf(message: unknown): FromCandidate['say'] | undefined {
  const said = fieldOf(message, 'say');
  return said === 'answer' || said === 'heartbeat' || said === 'kept' || said === 'tell' ? said : undefined;
}
