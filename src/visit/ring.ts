import { ringNotifications } from '../notify/announce.ts';
import type { VisitParts } from './visit-parts.ts';
import type { VisitUnderWay } from './visit-under-way.ts';
import type { NewNotification, Trigger } from '../store/records.ts';
import type { LedgerOutcome } from './ledger.ts';

/**
 * The row first, then the bell (promise 1); the brain is not asked (promise 2). A database that is full or locked is
 * asked again shortly; then the bell rings all the same, and the visit waits in memory for its row.
 */
export async function ring(parts: VisitParts, visit: VisitUnderWay): Promise<void> {
  const { id, source, startedMs, triggerId, press } = visit.start;
  const trigger: Trigger = { id: triggerId, visitId: id, source, press, atMs: startedMs };
  const notifications = ringsOf(parts, trigger);
  const outcome = await parts.ledger.write(id, 'openVisit', {
    visit: { id, source, startedMs },
    trigger,
    notifications,
  });
  const storedMs = visit.note('stored', parts.clock.uptimeMs());
  announce(parts, outcome, notifications);
  const isStored = outcome === 'stored';
  const data = { visitId: id, triggerSource: source, stage: 'store', durationMs: storedMs, isStored };
  parts.events.emit({
    type: 'EVENT_CREATED',
    status: isStored ? 'success' : 'failure',
    component: 'visit',
    correlationId: visit.correlationId,
    data,
  });
  if (source !== 'motion') pressed(parts, visit, trigger);
}

/** A press while the visit goes on: a row of its own, announced again, and more frames; not a second visit. */
export async function joinVisit(parts: VisitParts, visit: VisitUnderWay, trigger: Trigger): Promise<void> {
  visit.advance({ kind: 'pressed-again', burstFrames: parts.settings.camera.burstFrames });
  const notifications = ringsOf(parts, trigger);
  const outcome = await parts.ledger.write(visit.id, 'addTrigger', { trigger, notifications });
  announce(parts, outcome, notifications);
  if (trigger.source !== 'motion') pressed(parts, visit, trigger);
}

function ringsOf(parts: VisitParts, trigger: Trigger): readonly NewNotification[] {
  const { audiences, random, settings } = parts;
  return ringNotifications(trigger, { audiences, random, announcesKnown: settings.notify.known });
}

function announce(parts: VisitParts, outcome: LedgerOutcome, notifications: readonly NewNotification[]): void {
  if (outcome === 'stored') parts.outbox.wake();
  else parts.outbox.tell(notifications);
}

function pressed(parts: VisitParts, visit: VisitUnderWay, trigger: Trigger): void {
  const durationMs = visit.note('rung', parts.clock.uptimeMs());
  const { correlationId } = visit;
  const data = { visitId: visit.id, triggerSource: trigger.source, press: trigger.press, stage: 'ring', durationMs };
  parts.events.emit({ type: 'DOORBELL_PRESSED', status: 'success', component: 'visit', correlationId, data });
  parts.log.info('somebody is at the door', {
    correlation_id: correlationId,
    visitId: visit.id,
    source: trigger.source,
  });
}
