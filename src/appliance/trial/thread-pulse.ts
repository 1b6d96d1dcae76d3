import type { Clock } from '../../system/clock.ts';

/** A thread that does work of its own. */
export interface WorkingThread {
  readonly name: string;
  /** Resolves when it has come to the question, behind the work that waits; rejects when it never will. */
  ask(): Promise<void>;
  /** Work that it has done so far, where it is counted: one that does its work is not silent, however much of it waits. */
  done?(): number;
}

interface Pulse {
  readonly thread: WorkingThread;
  heardMs: number;
  isAsked: boolean;
  done: number | undefined;
}

/** How long each thread of a process has said nothing; asked again as soon as it has answered. */
export class ThreadPulse {
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  readonly #pulses: readonly Pulse[];

  constructor(clock: Pick<Clock, 'uptimeMs'>, threads: readonly WorkingThread[]) {
    this.#clock = clock;
    const heardMs = clock.uptimeMs();
    this.#pulses = threads.map((thread) => ({ thread, heardMs, isAsked: false, done: thread.done?.() }));
  }

  /** By the name of the thread. */
  silentMs(): Record<string, number> {
    const nowMs = this.#clock.uptimeMs();
    return Object.fromEntries(
      this.#pulses.map((pulse) => {
        const done = pulse.thread.done?.();
        if (done !== pulse.done) Object.assign(pulse, { done, heardMs: nowMs });
        this.#ask(pulse);
        return [pulse.thread.name, nowMs - pulse.heardMs];
      }),
    );
  }

  #ask(pulse: Pulse): void {
    if (pulse.isAsked) return;
    pulse.isAsked = true;
    pulse.thread.ask().then(
      () => Object.assign(pulse, { heardMs: this.#clock.uptimeMs(), isAsked: false }),
      () => Object.assign(pulse, { isAsked: false }),
    );
  }
}
