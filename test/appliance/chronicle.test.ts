import assert from 'node:assert/strict';
import test from 'node:test';
import { HouseChronicle } from '../../src/appliance/chronicle.ts';
import type { AuditEntry } from '../../src/system/audit.ts';
import type { Audit } from '../../src/telemetry/audit.ts';

const entry = (action: string): AuditEntry => ({
  event_type: 'system_change',
  actor: 'a',
  action,
  resource: 'r',
  result: 'success',
});

/** A chain that notes what is written to it. */
function chain(): { audit: Audit; written: string[] } {
  const written: string[] = [];
  const audit = {
    record: async ({ action }: AuditEntry) => void written.push(action),
    status: () => ({ pending: 0, fault: undefined }),
    close: async () => undefined,
  } as unknown as Audit;
  return { audit, written };
}

test('an act is kept until somebody writes, then written here, then by another, then here again: none is lost', async () => {
  const own = chain();
  const other: string[] = [];
  const chronicle = new HouseChronicle();
  await chronicle.record(entry('before'));
  assert.equal(chronicle.status().pending, 1);
  await chronicle.take(async () => own.audit);
  await chronicle.record(entry('here'));
  await chronicle.giveTo(async ({ action }) => other.push(action) > 0);
  await chronicle.record(entry('there'));
  await chronicle.giveTo(async () => false);
  await chronicle.record(entry('unheard'));
  await chronicle.take(async () => own.audit);
  assert.deepEqual([own.written, other], [['before', 'here', 'unheard'], ['there']]);
});

test('a chain that cannot be opened is a fault that is told, and what was to be written waits', async () => {
  const chronicle = new HouseChronicle();
  await assert.rejects(chronicle.take(() => Promise.reject(new Error('cannot read the chain'))));
  await chronicle.record(entry('kept'));
  assert.deepEqual(chronicle.status(), { pending: 1, fault: 'cannot read the chain' });
});
