import type { PressKind, TriggerSource } from '../store/records.ts';
import type { Button, ButtonEdge } from '../system/button.ts';
import type { Frame } from '../system/camera.ts';
import type { Clock } from '../system/clock.ts';
import type { Events } from '../system/event.ts';
import type { Log } from '../system/log.ts';
import { wordsOf } from '../system/error-words.ts';
import {
  advanceMotion, compareLuma, sampleLuma, stillScene,
  type LumaPlane, type MotionEffect, type MotionSettings, type MotionState,
} from './motion.ts'; // prettier-ignore
import {
  advanceEdge, advanceTime, dueAt, restingButton,
  type PressEffect, type PressState, type PressStep, type PressTimes,
} from './press.ts'; // prettier-ignore

/** A lost button line is opened again after this long. */
const reopenDelayMs = 2000;
/** Pictures closer together than this are not compared. */
const compareMsMin = 90;

/** What starts visits. */
export interface TriggerTarget {
  ring(request: { readonly source: TriggerSource; readonly press?: PressKind }): Promise<unknown>;
  /** The press under way turned out to be a hold: recorded with the visit, not announced again. */
  noteHold(): Promise<void>;
  /** `clock.uptimeMs()` of the last sign of a visit; undefined when there was none. */
  readonly lastActiveMs: number | undefined;
}

export interface TriggerParts {
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Log;
  readonly target: TriggerTarget;
}

/** Reads the button until the signal; a lost line is reported and opened again. */
export async function readButton(
  button: Button,
  parts: TriggerParts & { readonly times: PressTimes },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const reader = new ButtonReader(parts);
    const reason = await button.listen((edge) => reader.take(edge), signal).catch(wordsOf);
    if (signal.aborted) return reader.letGo();
    reader.stop();
    const data = { errorType: 'line-lost', severity: 'high', reason: reason ?? 'the line ended' } as const;
    parts.events.emit({ type: 'COMPONENT_ERROR', status: 'failure', component: 'button', data });
    parts.log.warn('the button line is lost and is opened again', { button: button.description, reason });
    await parts.clock.sleep(reopenDelayMs, signal);
  }
}

/** Feeds edges and the passing of time to the debounce, and acts on what it finds. */
class ButtonReader {
  readonly #parts: TriggerParts & { readonly times: PressTimes };
  #state: PressState = restingButton;
  #timer = new AbortController();

  constructor(parts: TriggerParts & { readonly times: PressTimes }) {
    this.#parts = parts;
  }

  take(edge: ButtonEdge): void {
    this.#apply(advanceEdge(this.#state, edge, this.#parts.times));
  }

  stop(): void {
    this.#timer.abort();
  }

  /** Another process may read the line on: what is pressed now was a press, because neither will see it rest. */
  letGo(): void {
    const dueMs = this.#state.phase === 'falling' ? dueAt(this.#state, this.#parts.times) : undefined;
    if (dueMs !== undefined) this.#apply(advanceTime(this.#state, dueMs, this.#parts.times));
    this.stop();
  }

  #apply(step: PressStep): void {
    this.#state = step.state;
    for (const effect of step.effects) this.#act(effect);
    this.#timer.abort();
    const dueMs = dueAt(this.#state, this.#parts.times);
    if (dueMs === undefined) return;
    const timer = new AbortController();
    this.#timer = timer;
    void this.#waitFor(dueMs, timer.signal);
  }

  async #waitFor(dueMs: number, signal: AbortSignal): Promise<void> {
    const { clock, times } = this.#parts;
    await clock.sleep(Math.max(0, dueMs - clock.uptimeMs()), signal);
    if (!signal.aborted) this.#apply(advanceTime(this.#state, Math.max(dueMs, clock.uptimeMs()), times));
  }

  #act(effect: PressEffect): void {
    const { events, log, target } = this.#parts;
    const data = { change: effect.kind };
    switch (effect.kind) {
      case 'pressed':
        void target.ring({ source: 'button', press: effect.press });
        break;
      case 'held':
        void target.noteHold();
        break;
      case 'stuck': {
        const trouble = { errorType: 'stuck', severity: 'high', reason: 'the button is pressed and stays so' } as const;
        events.emit({ type: 'COMPONENT_ERROR', status: 'failure', component: 'button', data: trouble });
        log.warn('the button is stuck', {});
        break;
      }
      case 'freed':
        log.info('the button is free again', {});
        break;
      case 'released':
        break;
    }
    events.emit({ type: 'GPIO_STATE_CHANGED', status: 'success', component: 'button', data });
  }
}

export interface MotionParts extends TriggerParts {
  readonly feed: { subscribe(listener: (frame: Frame) => void): () => void };
  readonly settings: MotionSettings & { readonly cooldownMs: number };
}

/** Looks for motion in the camera's frames and starts visits. Returns the way to stop. */
export function lookForMotion(parts: MotionParts): () => void {
  const reader = new MotionReader(parts);
  return parts.feed.subscribe((frame) => reader.take(frame));
}

class MotionReader {
  readonly #parts: MotionParts;
  #state: MotionState = stillScene;
  #before:
    | { readonly plane: LumaPlane; readonly frame: { width: number; height: number; capturedMs: number } }
    | undefined;

  constructor(parts: MotionParts) {
    this.#parts = parts;
  }

  take(frame: Frame): void {
    const before = this.#before;
    if (before !== undefined && frame.capturedMs - before.frame.capturedMs < compareMsMin) return;
    const plane = sampleLuma(frame);
    const { width, height, capturedMs } = frame;
    this.#before = { plane, frame: { width, height, capturedMs } }; // Not the frame itself: nobody retained it.
    if (before === undefined || before.frame.width !== width || before.frame.height !== height) return;
    const change = compareLuma(before.plane, plane, this.#parts.settings);
    const step = advanceMotion(this.#state, { change, atMs: capturedMs }, this.#parts.settings);
    this.#state = step.state;
    if (step.effect !== undefined) this.#act(step.effect);
  }

  #act(effect: MotionEffect): void {
    const { clock, events, settings, target } = this.#parts;
    if (effect.kind === 'ended') {
      const data = { durationMs: effect.durationMs };
      events.emit({ type: 'MOTION_ENDED', status: 'success', component: 'motion', data });
      return;
    }
    events.emit({ type: 'MOTION_DETECTED', status: 'success', component: 'motion' });
    const { lastActiveMs } = target;
    if (lastActiveMs !== undefined && clock.uptimeMs() - lastActiveMs < settings.cooldownMs) return;
    void target.ring({ source: 'motion' });
  }
}
