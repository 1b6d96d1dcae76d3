import type { Clock } from '../system/clock.ts';

/** Something that the appliance cannot do its work without. */
export interface Organ {
  readonly name: string;
  /** Silent for longer, it does not come back by itself. */
  readonly silenceMsMax: number;
  /** Resolves when it answers; rejects, or takes its time, when it does not. */
  ask(): Promise<void>;
}

/**
 * Whether the appliance does its work, for the watchdog: each organ is asked, never twice at the same time, and must have
 * answered not too long ago. Cameras and channels are none: the bell rings without them, and a restart mends neither.
 */
export class VitalSigns {
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  readonly #organs: readonly { readonly organ: Organ; answeredMs: number; isAsked: boolean }[];

  constructor(clock: Pick<Clock, 'uptimeMs'>, organs: readonly Organ[]) {
    this.#clock = clock;
    const answeredMs = clock.uptimeMs();
    this.#organs = organs.map((organ) => ({ organ, answeredMs, isAsked: false }));
  }

  /** Names of those that have been silent for too long; asks all of them again. */
  silent(): readonly string[] {
    const nowMs = this.#clock.uptimeMs();
    const silent = this.#organs.filter(({ organ, answeredMs }) => nowMs - answeredMs > organ.silenceMsMax);
    for (const state of this.#organs) {
      if (state.isAsked) continue;
      state.isAsked = true;
      state.organ.ask().then(
        () => Object.assign(state, { answeredMs: this.#clock.uptimeMs(), isAsked: false }),
        () => Object.assign(state, { isAsked: false }),
      );
    }
    return silent.map(({ organ }) => organ.name);
  }
}
