import assert from 'node:assert/strict';
import test from 'node:test';
import { attacksBy, outcomeOf } from './attacks.ts';
import { besiege, moveIn } from './besieged-house.ts';

/** More than there are places for. */
const crowd = 220;

test('whoever is not let in, or only so far, gets at nothing, and the owner is served all the while', async (t) => {
  const house = await besiege(t);
  assert.equal((await house.ask('/api/v1/visits')).status, 401, 'nobody has claimed it yet');
  await moveIn(house);
  const host = `Host: localhost:${house.port}\r\n`;
  const heard = await house.say(`GET / HTTP/1.1\r\n${host}\r\nGET /api/v1/access HTTP/1.1\r\n${host}\r\n`);
  assert.equal(heard.match(/^HTTP\/1\.1 200/gm)?.length, 2, 'a second request would be seen');
  const attacks = attacksBy(crowd);
  for (const attack of attacks)
    await t.test(attack.name, async () => assert.equal(await outcomeOf(attack, house), undefined));
  assert.ok(attacks.length > 40, 'attacks are missing');
});
