import type { Trigger } from '../store/records.ts';
import type { LedgerOutcome } from './ledger.ts';
import type { VisitParts } from './visit-parts.ts';
import type { VisitUnderWay } from './visit-under-way.ts';

/**
 * The row first, then the bell (promise 1); the brain is not asked (promise 2). A database that is full or locked is
 * asked again shortly; then the bell rings all the same, and the visit waits in memory for its row.
 */
export async function ring(parts: VisitParts, visit: VisitUnderWay): Promise<void> {
  const { id, source, startedMs, triggerId, press } = visit.start;
  const trigger: Trigger = { id: triggerId, visitId: id, source, press, atMs: startedMs };
  const notifications = parts.notifier.ofRing(trigger);
  const opening = { visit: { id, source, startedMs }, trigger, notifications };
  const outcome = await parts.ledger.write(id, 'openVisit', opening);
  const durationMs = visit.note('stored');
  parts.notifier.send(notifications, whereOf(outcome));
  const isStored = outcome === 'stored';
  visit.tell('EVENT_CREATED', { triggerSource: source, stage: 'store', durationMs, isStored });
  if (source !== 'motion') pressed(parts, visit, trigger);
}

/**
 * A press while the visit goes on: a row of its own, announced again, and more frames; not a second visit. False, and
 * nothing is announced, when the visit has no row that it could belong to: somebody else had stored its first press.
 */
export async function joinVisit(parts: VisitParts, visit: VisitUnderWay, trigger: Trigger): Promise<boolean> {
  visit.join(trigger.source);
  visit.advance({ kind: 'pressed-again', burstFrames: burstFramesOf(parts) });
  const notifications = parts.notifier.ofRing(trigger);
  const outcome = await parts.ledger.write(visit.id, 'addTrigger', { trigger, notifications });
  if (outcome === 'refused') return false;
  parts.notifier.send(notifications, whereOf(outcome));
  if (trigger.source !== 'motion') pressed(parts, visit, trigger);
  return true;
}

/** Frames to take after a trigger, its first one or one that joins. */
export function burstFramesOf({ settings }: Pick<VisitParts, 'settings'>): number {
  return settings.camera.burstFrames;
}

/** From where the notifier delivers what was to be stored. */
export function whereOf(outcome: LedgerOutcome): 'outbox' | 'memory' {
  return outcome === 'stored' ? 'outbox' : 'memory';
}

function pressed(parts: VisitParts, visit: VisitUnderWay, { source, press }: Trigger): void {
  const durationMs = visit.note('rung');
  visit.tell('DOORBELL_PRESSED', { triggerSource: source, press, stage: 'ring', durationMs });
  parts.log.info('somebody is at the door', { correlation_id: visit.id, source });
}
