import type { IncumbentChannel } from '../../machine/process/incumbent-channel.ts';
import type { Resources } from '../../system/resources.ts';
import type { Clock } from '../../system/clock.ts';
import { heartbeatIntervalMs, type Heartbeat } from '../../update/trial-protocol.ts';
import type { Rooms } from '../rooms.ts';
import type { CameraTimes } from './camera-gap.ts';
import { ThreadPulse } from './thread-pulse.ts';

export interface HeartbeatParts {
  readonly rooms: Rooms;
  readonly channel: Pick<IncumbentChannel, 'heartbeat'>;
  readonly clock: Clock;
  readonly resources: Pick<Resources, 'memory' | 'ownProcessorMs'>;
  /** The trial has ended well: nobody listens any more. */
  readonly isOver: () => boolean;
  readonly cameraTimes: () => CameraTimes;
}

/** Says how this candidate is, until it is committed or leaves. */
export async function sendHeartbeats({
  rooms,
  channel,
  clock,
  resources,
  isOver,
  cameraTimes,
}: HeartbeatParts): Promise<void> {
  const { front, house, caretaker, ground, loops, senses } = rooms;
  const threads = new ThreadPulse(clock, [
    { name: 'writer', ask: () => ground.store.ping() },
    { name: 'inference', ask: () => senses.recognition.ping(), done: () => senses.recognition.stats().answered },
  ]);
  for (let sequence = 0; !isOver() && loops.isOnDuty; sequence += 1) {
    const heartbeat: Heartbeat & { lastEventId: number } = {
      kind: 'heartbeat',
      sequence,
      frames: house.feed.status().framesTotal,
      checks: caretaker.health.tally(),
      isCrowded: front.callers.areCrowd,
      ...front.figures.summary(),
      failed: [...front.figures.recentlyFailed()],
      memoryBytes: resources.memory().ownBytes,
      processorMs: resources.ownProcessorMs(),
      threadsSilentMs: threads.silentMs(),
      lastEventId: ground.events.lastId,
      ...cameraTimes(),
    };
    channel.heartbeat(heartbeat);
    await clock.sleep(heartbeatIntervalMs);
  }
}
