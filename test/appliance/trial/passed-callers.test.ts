import assert from 'node:assert/strict';
import test from 'node:test';
import { passCallers } from '../../../src/appliance/trial/passed-callers.ts';

test('a release that knows no locks is passed no door that the network reaches', async () => {
  const passed: string[] = [];
  const candidate = { pass: async (name: string) => void passed.push(name) };
  const old = { takesRequests: false, judgesCallers: false };
  for (const address of ['0.0.0.0', '::', '192.168.1.5', '127.0.0.1', '::1'])
    await passCallers(candidate as never, old, { web: { server: { address: () => ({ address }) } } } as never);
  assert.deepEqual(passed, ['web', 'web'], 'that of this machine alone');
});
