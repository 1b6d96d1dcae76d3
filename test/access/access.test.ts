import assert from 'node:assert/strict';
import test from 'node:test';

import { adasPassword, callerOf, claimed, entered, failureOf, from, home, invited, openHouse } from './open-access.ts';

const dayMs = 24 * 60 * 60_000;

test('who holds the code claims the house, once; nobody else', async (t) => {
  const { house, access } = await openHouse(t);
  assert.equal(access.isClaimed, false);
  const code = (await access.claimCode()) ?? '';
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  const wanted = { name: 'Ada', password: adasPassword, origin: from() };
  assert.equal(failureOf(await access.claim({ ...wanted, code: 'AAAA-AAAA' })), 'wrong-code');
  assert.equal(failureOf(await access.claim({ ...wanted, code: '' })), 'wrong-code');
  assert.equal(failureOf(await access.claim({ ...wanted, code, password: 'short' })), 'password-short');
  const ada = entered(await access.claim({ ...wanted, code: code.toLowerCase().replace('-', ' ') }));
  assert.equal(ada.recoveryCodes.length, 10);
  assert.equal(new Set(ada.recoveryCodes).size, 10);
  const caller = callerOf(access, ada);
  assert.deepEqual(caller, {
    kind: 'user', userId: ada.userId, name: 'Ada', role: 'administrator', isFresh: true,
    sessionId: access.sessions(caller)[0]?.id,
  }); // prettier-ignore
  assert.equal(access.isClaimed, true);
  assert.equal(await access.claimCode(), undefined);
  assert.equal(failureOf(await access.claim({ ...wanted, name: 'Eve', code })), 'already-claimed');
  assert.deepEqual(house.chronicle.told, ['claim failure', 'claim failure', 'claim failure', 'claim success']);
});

test('two who claim at once, in two processes, are one administrator', async (t) => {
  const { house, access } = await openHouse(t);
  const other = await house.open();
  const code = (await access.claimCode()) ?? '';
  const answers = await Promise.all(
    [access, other].map((one, index) =>
      one.claim({ code, name: `Ada ${index}`, password: adasPassword, origin: from(`192.168.1.${index}`) }),
    ),
  );
  assert.deepEqual(answers.map(failureOf).toSorted(), ['already-claimed', 'entered']);
  assert.equal(access.users().length, 1);
});

test('a database from before the claim, put back, does not open it again', async (t) => {
  const { house } = await claimed(t);
  await house.store.write('resetAccess', {}); // As an earlier copy of the database has it.
  const access = await house.open();
  assert.equal(access.isClaimed, true);
  assert.equal(await access.claimCode(), undefined);
  assert.equal(failureOf(await access.claim({ code: '', name: 'Eve', password: adasPassword, origin: from() })), 'already-claimed'); // prettier-ignore
  const { claimCode } = await access.reset({ kind: 'house' });
  entered(await access.claim({ code: claimCode, name: 'Ada', password: adasPassword, origin: from() }));
});

test('a power cut at any moment of a claim leaves a house that is claimed or not, never one that two can claim', async (t) => {
  for (let cut = 1; ; cut += 1) {
    const { house, access } = await openHouse(t);
    const code = (await access.claimCode()) ?? '';
    let acts = 0;
    const isCut = new Promise<'cut'>((resolve) => {
      house.disk.before = () => {
        acts += 1;
        if (acts < cut) return undefined;
        resolve('cut');
        return new Promise(() => {});
      };
    });
    const claim = access.claim({ code, name: 'Ada', password: adasPassword, origin: from() });
    const ended = await Promise.race([claim, isCut]);
    house.disk.before = () => {};
    house.disk.losePower();
    const after = await house.open();
    assert.equal(after.isClaimed, true, `cut ${cut}`); // The row was durable before the first file was touched.
    assert.equal(failureOf(await after.claim({ code, name: 'Eve', password: adasPassword, origin: from() })), 'already-claimed'); // prettier-ignore
    assert.deepEqual(
      [await house.disk.read(home.claimCode), (await house.disk.read(home.claimed))?.length],
      [undefined, 8],
    );
    entered(await after.logIn({ name: 'Ada', password: adasPassword, origin: from() }));
    if (ended !== 'cut') return assert.ok(cut > 3, 'no cut was made: the test is blind');
  }
});

test('who has begun anew in one process of the house can claim it in the other', async (t) => {
  const { house, access } = await claimed(t);
  const candidate = await house.open();
  const { claimCode: code } = await candidate.reset({ kind: 'house' });
  assert.equal(await access.claimCode(), code);
  entered(await access.claim({ code, name: 'Bob', password: adasPassword, origin: from() }));
});

test('what a role does not reach is written down, with whom and what', async (t) => {
  const { house, access, ada } = await claimed(t);
  const bob = await invited(access, { by: ada, name: 'Bob', role: 'viewer' });
  access.noteRefusal(callerOf(access, bob), 'manage-access');
  assert.deepEqual(house.chronicle.entries.at(-1), {
    event_type: 'authorization', actor: `user/${bob.userId}`, action: 'manage-access', resource: 'access', result: 'failure',
  }); // prettier-ignore
});

test('the code stays the same until it is used, and lies in a file of the home', async (t) => {
  const { house, access } = await openHouse(t);
  const code = await access.claimCode();
  assert.equal(await (await house.open()).claimCode(), code);
  assert.equal(Buffer.from((await house.disk.read(home.claimCode)) ?? []).toString(), `${code}\n`);
});

test('a reset ends everything of everybody, and makes a new code', async (t) => {
  const { house, access, ada } = await claimed(t);
  const bob = await invited(access, { by: ada, name: 'Bob', role: 'member' });
  const made = await access.createToken(callerOf(access, ada), { name: 'p', scopes: ['ring'], expiresInDays: 9 });
  const ended: string[] = [];
  access.onEnd(({ kind, id }) => ended.push(`${kind} ${id}`));
  const { claimCode } = await access.reset({ kind: 'house' });
  for (const who of [ada, bob]) assert.equal(callerOf(access, who).kind, 'anonymous');
  assert.deepEqual([access.users(), access.tokens(), access.isClaimed], [[], [], false]);
  assert.ok(made.outcome === 'created' && ended.includes(`token ${made.token.id}`));
  assert.ok([ada, bob].every(({ userId }) => ended.includes(`user ${userId}`)));
  assert.equal(await access.claimCode(), claimCode);
  assert.equal(house.chronicle.told.at(-1), 'reset-access success');
});

test('a session is known in every process of the house, and what one has ended has ended in the other', async (t) => {
  const { house, access, ada } = await claimed(t);
  const candidate = await house.open();
  const caller = callerOf(candidate, ada);
  assert.deepEqual(caller, callerOf(access, ada));
  assert.deepEqual(await candidate.logOut(caller), { outcome: 'done' });
  assert.equal(callerOf(access, ada).kind, 'anonymous');
  assert.equal(access.isStill(caller), false);
});

test('an old session is none: after 14 days without use, after 90 in all', async (t) => {
  const { house, access, ada } = await claimed(t);
  await house.live(13 * dayMs);
  assert.equal(callerOf(access, ada).kind, 'user');
  for (let day = 13; day < 90; day += 11) {
    await house.clock.advance(61_000);
    assert.equal(callerOf(access, ada).kind, 'user', `day ${day}`);
    await house.live(11 * dayMs);
  }
  await house.live(dayMs);
  assert.equal(callerOf(access, ada).kind, 'anonymous');
  const again = entered(await access.logIn({ name: 'Ada', password: adasPassword, origin: from() }));
  assert.equal(access.sessions(callerOf(access, again)).length, 1, 'the old row goes');
  await house.live(15 * dayMs);
  assert.equal(callerOf(access, again).kind, 'anonymous');
});

test('a wall clock that is wrong by years logs nobody out and ends no token; a dangerous act asks for the password', async (t) => {
  const { house, access, ada } = await claimed(t);
  const made = await access.createToken(callerOf(access, ada), { name: 'p', scopes: ['ring'], expiresInDays: 9 });
  const authorization = made.outcome === 'created' ? `Bearer ${made.secret}` : '';
  const truth = house.clock.wallStartMs;
  for (const years of [-50, 50]) {
    house.clock.wallStartMs = truth + years * 365 * dayMs;
    const caller = callerOf(access, ada);
    assert.ok(caller.kind === 'user' && !caller.isFresh);
    assert.equal(access.identify({ authorization, from: 'elsewhere' }).kind, 'token');
  }
});

test('a proof is good for ten minutes, and not for the next life of the machine', async (t) => {
  const { house, access, ada } = await claimed(t);
  const isFresh = (): boolean => {
    const caller = callerOf(access, ada);
    return caller.kind === 'user' && caller.isFresh;
  };
  await house.clock.advance(9 * 60_000);
  assert.equal(isFresh(), true);
  await house.clock.advance(2 * 60_000);
  assert.equal(isFresh(), false);
  assert.equal(failureOf(await access.prove(callerOf(access, ada), { password: 'wrong' })), 'wrong-credentials');
  assert.equal(isFresh(), false);
  assert.deepEqual(await access.prove(callerOf(access, ada), { password: adasPassword }), { outcome: 'done' });
  assert.equal(isFresh(), true);
  house.clock.wallStartMs += 20 * 60_000; // Switched off for twenty minutes, and the uptime is as it was.
  assert.equal(isFresh(), false);
});

test('loopback is a neighbour while it is open; a token that is not good is not made up for by that', async (t) => {
  const { house, ada } = await claimed(t);
  const access = await house.open({ loopback: 'open' });
  assert.equal(access.identify({ from: 'loopback' }).kind, 'neighbour');
  assert.equal(access.identify({ from: 'loopback', session: 'an old one' }).kind, 'neighbour');
  assert.equal(access.identify({ from: 'loopback', session: ada.session }).kind, 'user');
  assert.equal(access.identify({ from: 'loopback', authorization: 'Bearer dw_gone' }).kind, 'anonymous');
  assert.equal(access.identify({ from: 'elsewhere' }).kind, 'anonymous');
  assert.equal(access.identify({ from: 'house' }).kind, 'house');
  const closed = await house.open({ loopback: 'login' });
  assert.equal(closed.identify({ from: 'loopback' }).kind, 'anonymous');
});

test('no secret is in the database, the audit chain or the log', async (t) => {
  const { house, access, ada } = await claimed(t);
  const made = await access.createToken(callerOf(access, ada), { name: 'p', scopes: ['ring'], expiresInDays: 9 });
  await access.logIn({ name: 'Ada', password: 'a wrong password', origin: from() });
  const kept = JSON.stringify([
    house.store.read.users(), house.store.read.tokens(), house.store.read.sessionsOf(ada.userId),
    house.chronicle.entries, house.log.lines,
  ]); // prettier-ignore
  const secrets = [adasPassword, 'a wrong password', ada.session, ada.device, ...ada.recoveryCodes];
  for (const secret of [...secrets, made.outcome === 'created' ? made.secret : ''])
    assert.ok(secret.length > 8 && !kept.includes(secret), secret);
  assert.ok(kept.includes('$argon2id$v=19$m=8,t=1,p=1$'));
});
