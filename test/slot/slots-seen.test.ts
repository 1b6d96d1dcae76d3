import assert from 'node:assert/strict';
import test from 'node:test';
import { placesAt } from '../../src/slot/places.ts';
import { slotsSeen } from '../../src/slot/slots-seen.ts';

test('people see which slot is committed, and no version of what may not be started', async () => {
  const places = placesAt('/opt/doorward', '/var/lib/doorward');
  const marks: Record<string, object> = {
    [places.mark.a]: { state: 'unusable' },
    [places.mark.b]: { state: 'usable', version: '1.2.3', digest: 'd' },
  };
  const storage = {
    read: async (path: string) => Buffer.from(JSON.stringify(marks[path] ?? {})),
    readLink: async () => 'slots/b',
  };
  assert.deepEqual(await slotsSeen(storage, places), [
    { slot: 'a', isCommitted: false },
    { slot: 'b', isCommitted: true, version: '1.2.3' },
  ]);
});
