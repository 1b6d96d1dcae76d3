import { noButton } from '../machine/no-button.ts';
import { pipeButton } from '../machine/pipe-button.ts';
import { reembedMissing } from '../people/reembed.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Button } from '../system/button.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import { runRetention } from '../visit/retention.ts';
import { watchButton, watchMotion } from '../visit/trigger.ts';
import type { Ground } from './ground.ts';
import type { House } from './house.ts';
import type { Senses } from './senses.ts';
import type { Watch } from './watch.ts';

export interface LoopsParts {
  readonly home: Home;
  readonly ground: Ground;
  readonly senses: Senses;
  readonly house: House;
  readonly watch: Watch;
  readonly isOffStage: boolean;
  readonly clock: Clock;
  readonly disk: Disk;
}

/** Everything that goes on by itself until it is told to stop. */
export interface Loops {
  /** No press, no motion is taken any more; what goes on, goes on. */
  disarm(): void;
  /** Ends the rest, and resolves when all of it has ended. */
  stop(): Promise<void>;
}

/** What can start a visit, as the settings have it. */
export function armedTriggers(settings: Settings): readonly string[] {
  const armed = ['api'];
  if (settings.button.line !== 'none') armed.push('button');
  if (settings.motion.enabled) armed.push('motion');
  return armed;
}

/** Sets everything going: first what finishes yesterday's visits, last what starts new ones. */
export function startLoops(parts: LoopsParts): Loops {
  const { house, isOffStage, watch } = parts;
  const running = new AbortController();
  const arms = new AbortController();
  const { signal } = running;
  const loops = [watch.run(signal), house.ledger.run(signal)];
  if (!isOffStage) {
    loops.push(house.feed.run(signal), house.notifier.run(signal), backstage(parts, signal));
    loops.push(...arm(parts, arms.signal));
  }
  return {
    disarm: () => arms.abort(),
    async stop() {
      arms.abort();
      running.abort();
      await Promise.all(loops);
    },
  };
}

/** Yesterday's visits, then what nobody waits for. */
async function backstage(parts: LoopsParts, signal: AbortSignal): Promise<void> {
  const { clock, disk, ground, home, house, senses } = parts;
  const { log, store, loaded } = ground;
  const { inference, pictures } = senses.recognition;
  const { gallery, bell } = house;
  const finished = await bell.finishUnfinished();
  if (finished > 0) log.info('finished the visits that were under way when the power went', { visits: finished });
  const { recognition, retention } = loaded.settings;
  if (senses.recognitionFault === undefined)
    await reembedMissing({ store, gallery, inference, pictures, recognition, disk, home, log, clock }, signal);
  const isUnderWay = (visitId: string): boolean => bell.isUnderWay(visitId);
  await runRetention({ clock, disk, home, log, store, gallery, settings: retention, isUnderWay }, signal);
}

function arm({ clock, ground, house }: LoopsParts, signal: AbortSignal): readonly Promise<void>[] {
  const { events, log, loaded } = ground;
  const { button, motion } = loaded.settings;
  const parts = { clock, events, log: log.named('trigger'), target: house.bell };
  if (motion.enabled) {
    const stop = watchMotion({ ...parts, feed: house.feed, settings: { ...motion } });
    signal.addEventListener('abort', stop, { once: true });
  }
  return [watchButton(buttonOn(button.line, clock), { ...parts, times: button }, signal)];
}

function buttonOn(line: string, clock: Clock): Button {
  return line.startsWith('pipe:') ? pipeButton(line.slice('pipe:'.length), clock) : noButton;
}
