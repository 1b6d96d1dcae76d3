import type { AuditEntry, AuditEventType } from '../system/audit.ts';
import type { EventType, PipelineEvent } from '../system/event.ts';

const kept: ReadonlyMap<EventType, { readonly event_type: AuditEventType; readonly action: string }> = new Map([
  ['FACE_RECOGNIZED', { event_type: 'face_recognition', action: 'recognise' }],
  ['FACE_UNKNOWN', { event_type: 'face_recognition', action: 'recognise' }],
  ['FACE_BLACKLISTED', { event_type: 'face_recognition', action: 'recognise-watched' }],
  ['RECOGNITION_FAILED', { event_type: 'face_recognition', action: 'recognise' }],
  ['NOTIFICATION_SENT', { event_type: 'notification_sent', action: 'notify' }],
  ['NOTIFICATION_FAILED', { event_type: 'notification_sent', action: 'notify' }],
  ['SYSTEM_STARTED', { event_type: 'system_change', action: 'start' }],
  ['SYSTEM_STOPPED', { event_type: 'system_change', action: 'stop' }],
  ['CONFIGURATION_LOADED', { event_type: 'system_change', action: 'load-settings' }],
  ['CONFIGURATION_RELOADED', { event_type: 'system_change', action: 'reload-settings' }],
  ['CONFIGURATION_CHANGED', { event_type: 'system_change', action: 'change-settings' }],
  ['CONFIGURATION_VALIDATION_FAILED', { event_type: 'system_change', action: 'refuse-settings' }],
]);

/** The entry that an event leaves in the audit chain, or undefined when it leaves none. Ids only: names may be forgotten. */
export function auditEntryOf(event: PipelineEvent): AuditEntry | undefined {
  const kind = kept.get(event.type);
  if (kind === undefined) return undefined;
  const { visitId, personId, outcome, channel, notificationKind, actor = 'appliance' } = event.data ?? {};
  const data = Object.fromEntries(
    Object.entries({ personId, outcome, channel, notificationKind }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  return {
    ...kind,
    actor,
    resource: visitId === undefined ? event.component : `visit/${visitId}`,
    result: event.status,
    ...(Object.keys(data).length === 0 ? {} : { data }),
  };
}
