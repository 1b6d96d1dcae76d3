import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import test from 'node:test';

import { openAccess } from '../../src/access/access.ts';
import { nodeClock as clock } from '../../src/machine/node/node-clock.ts';
import { nodeDisk as disk } from '../../src/machine/node/node-disk.ts';
import { nodeRandom as random } from '../../src/machine/node/node-random.ts';
import { openedStore, temporaryHome } from '../store/samples.ts';
import { RecordingLog } from '../fakes/recorders.ts';
import { adasPassword, callerOf, entered, failureOf, from, littleCost } from './open-access.ts';

test('an incumbent and its candidate know the same users on one database, whichever of them is asked', async (t) => {
  const home = temporaryHome(t);
  const chronicle = { record: async () => {} };
  const parts = { clock, disk, random, home, chronicle, log: new RecordingLog(), loopback: 'login', cost: littleCost } as const; // prettier-ignore
  const incumbent = await openAccess({ ...parts, store: await openedStore(t, home) });
  const code = (await incumbent.claimCode()) ?? '';
  assert.equal(statSync(home.claimCode).mode & 0o777, 0o600);
  const candidate = await openAccess({ ...parts, store: await openedStore(t, home) });
  const ada = entered(await candidate.claim({ code, name: 'Ada', password: adasPassword, origin: from() }));
  assert.equal(callerOf(incumbent, ada).kind, 'user');
  assert.equal(incumbent.isClaimed, true);
  assert.equal(failureOf(await incumbent.claim({ code, name: 'Eve', password: adasPassword, origin: from() })), 'already-claimed'); // prettier-ignore
  const again = entered(await incumbent.logIn({ name: 'Ada', password: adasPassword, origin: from() }));
  await candidate.logOut(callerOf(candidate, ada));
  assert.deepEqual([callerOf(incumbent, ada).kind, callerOf(candidate, again).kind], ['anonymous', 'user']);
});
