import { hash } from 'node:crypto';
import { EveryChoice } from './choices.ts';
import type { Budget } from './simulated-machine.ts';
import { Device } from './update-life.ts';
import { MomentNames } from './update-life-key.ts';
import type { Story } from './update-stories.ts';

/** Every schedule from its first power-on to its end, nothing taken for known: where it rested, or what was broken. */
export async function endsOfAll(story: Story, budget: Budget): Promise<{ rests: Set<string>; messages: Set<string> }> {
  const names = new MomentNames();
  const rests = new Set<string>();
  const messages = new Set<string>();
  const every = new EveryChoice();
  while (every.next()) {
    const device = new Device(every, budget, story);
    try {
      while (!device.isOver) await device.takeStep();
      rests.add(hash('sha256', names.nameOf(device.moment), 'base64'));
    } catch (error) {
      messages.add(String(error instanceof Error ? error.message : error));
    }
  }
  return { rests, messages };
}
