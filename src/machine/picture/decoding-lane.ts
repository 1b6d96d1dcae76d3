/**
 * Pictures from outside - uploads, pushed frames, pictures of a folder - are decoded in processes of their own, which a
 * picture may kill: nets and bell live elsewhere. Called by appliance/.
 * Chosen: a process for each lane (uploads, camera), started by its first picture, ended when idle; rejected: a thread,
 * one process for all, one for each picture; why: a thread shares its memory and its crashes with the bell, an upload must
 * not delay the camera, and a start takes ten pictures' time.
 * Never: a picture of our own (`Pictures.decodeOwn`), and no word of such a process is believed unchecked.
 */
import type { DecodeResult, Pictures } from '../../system/inference.ts';
import { DecoderProcess, type PictureBounds, type PictureToDecode, type Room } from './decoder-process.ts';
import { refusalAtSight } from './picture-coder.ts';
import { refuse, type Refusal } from './refusal.ts';

export interface LaneOptions extends PictureBounds {
  /** A process without work ends after this. */
  readonly idleMsMax: number;
  /** Pictures that may wait for the one that is decoded; more are `busy`. */
  readonly waitingMax: number;
  /** Large pictures wait for each other, whichever lane they are in. */
  readonly room: Room;
  readonly complain: (message: string) => void;
}

/** A process is replaced after this many pictures, this much processor time, or when it keeps this much memory. */
const picturesMax = 5000;
const cpuMsInLifeMax = 300_000;
const keptBytesMax = 12 * 1024 * 1024;

interface Running {
  readonly decoder: DecoderProcess;
  pictures: number;
}

const ending = refuse('unavailable', 'Doorward is ending');

/** Pictures from outside, one after the other. */
export class DecodingLane {
  readonly #options: LaneOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #process: Running | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isStopped = false;
  #hasComplained = false;
  #whyNotStarted = '';

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Of the process that decodes, while there is one. */
  get pid(): number | undefined {
    return this.#process?.decoder.pid;
  }

  /** As `Pictures.decode`. */
  readonly decode: Pictures['decode'] = (bytes, lend = (length) => new SharedArrayBuffer(length), onRead) => {
    const refusal = refusalAtSight(bytes) ?? this.#refusalInLine();
    if (refusal !== undefined) {
      onRead?.();
      return Promise.resolve(refusal);
    }
    this.#waiting += 1;
    const picture = { bytes, lend, room: this.#options.room, onRead };
    const result = this.#last.then(async () => this.#decodeNow(picture)).finally(() => (this.#waiting -= 1));
    this.#last = result.catch(() => undefined);
    return result;
  };

  #refusalInLine(): Refusal | undefined {
    const isFull = this.#waiting > this.#options.waitingMax;
    return isFull ? refuse('busy', `${this.#waiting} others are waiting already`) : undefined;
  }

  /** Gives the memory of its process back after what is being decoded; the next picture starts another. */
  rest(): Promise<void> {
    const rested = this.#last.then(() => this.#retire(this.#process));
    this.#last = rested;
    return rested;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#retire(this.#process);
  }

  async #decodeNow(picture: PictureToDecode): Promise<DecodeResult> {
    for (;;) {
      clearTimeout(this.#idle);
      if (this.#isStopped) return ending;
      const running = this.#process?.decoder.isGone === false ? this.#process : await this.#start();
      if (running === undefined) return this.#isStopped ? ending : refuse('unavailable', this.#whyNotStarted);
      const isFirst = running.pictures === 0;
      const result = await running.decoder.decode(picture);
      if (this.#isStopped && result.outcome !== 'decoded') return ending; // Ended with it, whatever it was.
      running.pictures += 1;
      if (result.outcome !== 'gone') {
        if (picture.onRead !== undefined) void running.decoder.written.then(picture.onRead);
        if (isWornOut(running)) await this.#retire(running);
        else this.#idle = setTimeout(() => void this.#retire(running), this.#options.idleMsMax).unref();
        return result;
      }
      // Whoever ended an idle process meant no picture: this one gets a process of its own, which shows whether it is to blame.
      await this.#retire(running);
      if (isFirst) return refuse('too-costly', `the process that decodes it was ended: ${running.decoder.verdict}`);
    }
  }

  /** Before it is gone the next picture looks for another. */
  async #retire(running: Running | undefined): Promise<void> {
    clearTimeout(this.#idle);
    if (this.#process === running) this.#process = undefined;
    await running?.decoder.end();
  }

  async #start(): Promise<Running | undefined> {
    const decoder = new DecoderProcess(this.#options);
    const started = { decoder, pictures: 0 };
    this.#process = started;
    if (!(await decoder.start())) {
      this.#whyNotStarted = `the process that decodes pictures cannot be started: ${decoder.verdict}`;
      if (!this.#isStopped)
        this.#options.complain(`cannot start the process that decodes pictures: ${decoder.verdict}`);
      return undefined;
    }
    if (!decoder.isLimited && !this.#hasComplained) {
      this.#hasComplained = true;
      this.#options.complain(
        'the kernel does not limit the memory of what decodes pictures: install util-linux (prlimit)',
      );
    }
    return started;
  }
}

function isWornOut({ decoder, pictures }: Running): boolean {
  return pictures >= picturesMax || decoder.cpuMs > cpuMsInLifeMax || decoder.keptBytes > keptBytesMax;
}
