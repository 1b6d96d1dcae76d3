import { noButton } from '../machine/line/no-button.ts';
import { pipeButton, type PassableButton } from '../machine/line/pipe-button.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import { runRetention } from '../visit/retention.ts';
import { readButton, lookForMotion, type TriggerParts, type TriggerTarget } from '../visit/trigger.ts';
import type { Ground } from './ground.ts';
import type { House } from './house.ts';
import type { PackChanges } from './pack-changes.ts';
import { keepReserve } from './reserve.ts';
import type { Senses } from './senses.ts';
import type { Caretaker } from './caretaker.ts';

export interface LoopsParts {
  readonly home: Home;
  readonly ground: Ground;
  readonly senses: Senses;
  readonly house: House;
  readonly caretaker: Caretaker;
  readonly packs: Pick<PackChanges, 'run'>;
  readonly button: PassableButton;
  readonly isOffDuty: boolean;
  readonly clock: Clock;
  readonly disk: Disk;
}

/** What can start a visit, as the settings have it. */
export function armedTriggers(settings: Settings): readonly string[] {
  const armed = ['api'];
  if (settings.button.line !== 'none') armed.push('button');
  if (settings.motion.enabled) armed.push('motion');
  return armed;
}

/** The bell's button, as the settings have it; `inherited` is its line when another process has opened it. */
export function buttonOf(settings: Settings, clock: Clock, inherited?: number): PassableButton {
  const { line } = settings.button;
  return line.startsWith('pipe:') ? pipeButton(line.slice('pipe:'.length), clock, inherited) : noButton;
}

/** One time on duty, from its beginning until another process takes over, or until the end. */
interface Appearance {
  readonly arms: AbortController;
  readonly running: AbortController;
  /** Ended when the camera is free for another process. */
  readonly atTheDoor: readonly Promise<void>[];
  /** Ended when the last notification under way is delivered and nobody tidies up any more. */
  readonly behind: readonly Promise<void>[];
}

/** What another process has not let go yet when this one takes the duty. */
export interface Departure {
  readonly free?: Promise<void>;
  readonly outbox?: Promise<void>;
}

/** Everything that goes on by itself until it is told to stop. */
export class Loops {
  readonly #parts: LoopsParts;
  readonly #life = new AbortController();
  readonly #always: Promise<void>;
  /** The reading of the button: it may go on behind it. */
  #line: { readonly end: AbortController; readonly ended: Promise<void> } | undefined;
  #appearance: Appearance | undefined;
  /** What a press does. */
  readonly #pressed: Parameters<typeof readButton>[1] & { target: TriggerTarget };

  constructor(parts: LoopsParts) {
    this.#parts = parts;
    this.#pressed = { ...this.#triggerParts(), times: parts.ground.loaded.settings.button };
    this.#always = parts.house.ledger.run(this.#life.signal);
  }

  get isOnDuty(): boolean {
    return this.#appearance !== undefined;
  }

  /**
   * Sets everything going: first what finishes yesterday's visits, last what starts new ones. What another process has
   * still under way is left alone until `free` resolves, and what is to be delivered until `outbox` does.
   */
  takeDuty({ free = Promise.resolve(), outbox = Promise.resolve() }: Departure = {}): void {
    if (this.#appearance !== undefined) return;
    const { house, isOffDuty, caretaker } = this.#parts;
    const running = new AbortController();
    const arms = new AbortController();
    const { signal } = running;
    const behind = [caretaker.run(signal)];
    const atTheDoor: Promise<void>[] = [];
    if (!isOffDuty) {
      atTheDoor.push(house.feed.run(signal));
      this.#lookForMotion(arms.signal);
      behind.push(this.#notify(outbox, signal), this.#tidy(free, signal));
    }
    this.#appearance = { arms, running, atTheDoor, behind };
  }

  /** Reads the button from now on, until `letLineGo`. */
  readLine(): void {
    if (this.#line !== undefined || this.#parts.isOffDuty) return;
    const { button } = this.#parts;
    const end = new AbortController();
    this.#line = { end, ended: readButton(button, this.#pressed, end.signal) };
  }

  /** The button rings this from now on, with the line as it is; it rings the bell at the beginning. */
  ringAt(target: TriggerTarget): void {
    this.#pressed.target = target;
  }

  /** Resolves when another process may read the button; what is pressed meanwhile waits for it in the kernel. */
  async letLineGo(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    line?.end.abort();
    await line?.ended;
  }

  /** No press, no motion is taken any more; what goes on, goes on. */
  disarm(): void {
    this.#appearance?.arms.abort();
    this.#line?.end.abort();
  }

  /** Resolves when the camera is free; `done` when the rest has ended too. The button is read on. */
  async leaveDuty(): Promise<{ readonly done: Promise<unknown> }> {
    const appearance = this.#appearance;
    this.#appearance = undefined;
    if (appearance === undefined) return { done: Promise.resolve() };
    appearance.arms.abort();
    appearance.running.abort();
    await Promise.all(appearance.atTheDoor);
    return { done: Promise.all(appearance.behind) };
  }

  /** Ends everything, and resolves when all of it has ended. */
  async stop(): Promise<void> {
    await this.letLineGo();
    const { done } = await this.leaveDuty();
    this.#life.abort();
    await Promise.all([done, this.#always]);
    this.#parts.button.close();
  }

  async #notify(outbox: Promise<void>, signal: AbortSignal): Promise<void> {
    await Promise.race([outbox, aborted(signal)]);
    await this.#parts.house.notifier.run(signal);
  }

  /** Yesterday's visits, then what nobody waits for. */
  async #tidy(free: Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock, disk, ground, home, house, senses } = this.#parts;
    await Promise.race([Promise.all([free, senses.recognition.loaded]), aborted(signal)]);
    if (signal.aborted) return;
    const { log, store, loaded } = ground;
    const { gallery, bell } = house;
    const finished = await bell.finishUnfinished();
    if (finished > 0) log.info('finished the visits that were under way when the power went', { visits: finished });
    await keepReserve(disk, home).catch((error: unknown) =>
      log.warn('no room is kept for a start on a full disk', { error }),
    );
    const { retention } = loaded.settings;
    const isUnderWay = (visitId: string): boolean => bell.isUnderWay(visitId);
    const tidying = { clock, disk, home, log, store, gallery, settings: retention, isUnderWay };
    await Promise.all([this.#parts.packs.run(signal), runRetention(tidying, signal)]);
  }

  #triggerParts(): TriggerParts {
    const { clock, ground, house } = this.#parts;
    return { clock, events: ground.events, log: ground.log.named('trigger'), target: house.bell };
  }

  #lookForMotion(signal: AbortSignal): void {
    const { ground, house } = this.#parts;
    const { motion } = ground.loaded.settings;
    if (!motion.enabled) return;
    const stop = lookForMotion({ ...this.#triggerParts(), feed: house.feed, settings: { ...motion } });
    signal.addEventListener('abort', stop, { once: true });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
