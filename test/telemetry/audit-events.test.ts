import assert from 'node:assert/strict';
import test from 'node:test';
import { auditEntryOf } from '../../src/telemetry/audit-events.ts';

test('an entry names who has done it, where somebody has', () => {
  const changed = { type: 'CONFIGURATION_CHANGED', status: 'success', component: 'settings' } as const;
  const entry = { event_type: 'system_change', action: 'change-settings', resource: 'settings', result: 'success' };
  assert.deepEqual(auditEntryOf(changed), { ...entry, actor: 'appliance' });
  assert.deepEqual(auditEntryOf({ ...changed, data: { actor: 'user/ada' } }), { ...entry, actor: 'user/ada' });
});
