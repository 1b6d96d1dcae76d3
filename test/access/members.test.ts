import assert from 'node:assert/strict';
import test from 'node:test';

import { settled } from '../fakes/stepped-clock.ts';
import { adasPassword, callerOf, claimed, failureOf, from, invited, openHouse } from './open-access.ts';

const dayMs = 24 * 60 * 60_000;

test('an invitation makes one user of its role, once, within seven days', async (t) => {
  const { house, access, ada } = await claimed(t);
  const by = callerOf(access, ada);
  const invitation = await access.invite(by, { role: 'member' });
  assert.ok(invitation.outcome === 'invited');
  assert.deepEqual(access.invitations(), [invitation.invitation]);
  assert.equal(invitation.invitation.expiresMs - house.clock.wallMs(), 7 * dayMs);
  const wanted = { secret: invitation.secret, name: 'Bob', password: 'Bobs long password', origin: from() };
  assert.equal(failureOf(await access.acceptInvitation({ ...wanted, secret: 'another' })), 'invitation-unusable');
  assert.equal(failureOf(await access.acceptInvitation({ ...wanted, name: 'ADA' })), 'name-taken');
  assert.equal(failureOf(await access.acceptInvitation({ ...wanted, name: 'B\u202eob' })), 'name-unusable');
  assert.equal(failureOf(await access.acceptInvitation({ ...wanted, password: 'Bob' })), 'password-short');
  const twice = await Promise.all([access.acceptInvitation(wanted), access.acceptInvitation({ ...wanted, name: 'Eve' })]); // prettier-ignore
  assert.deepEqual(twice.map(failureOf).toSorted(), ['entered', 'invitation-unusable']);
  assert.deepEqual(access.users().map(({ role }) => role), ['administrator', 'member']); // prettier-ignore
  assert.deepEqual(access.invitations(), []);
  const late = await access.invite(by, { role: 'viewer' });
  await house.live(7 * dayMs);
  assert.deepEqual(access.invitations(), []);
  const secret = late.outcome === 'invited' ? late.secret : '';
  assert.equal(failureOf(await access.acceptInvitation({ ...wanted, name: 'Eve', secret })), 'invitation-unusable');
});

test('an invitation can be withdrawn; before the claim there is none', async (t) => {
  const { access } = await openHouse(t);
  assert.equal(failureOf(await access.invite({ kind: 'neighbour' }, { role: 'member' })), 'unclaimed');
  const code = (await access.claimCode()) ?? '';
  await access.claim({ code, name: 'Ada', password: adasPassword, origin: from() });
  const invitation = await access.invite({ kind: 'house' }, { role: 'member' });
  assert.ok(invitation.outcome === 'invited');
  const { id } = invitation.invitation;
  assert.deepEqual(await access.removeInvitation({ kind: 'house' }, { id }), { outcome: 'done' });
  assert.equal(failureOf(await access.removeInvitation({ kind: 'house' }, { id })), 'not-found');
  const { secret } = invitation;
  assert.equal(
    failureOf(await access.acceptInvitation({ secret, name: 'Eve', password: 'Eves long password', origin: from() })),
    'invitation-unusable',
  );
});

test('the last administrator stays one, whichever way and however many try at once', async (t) => {
  const { access, ada } = await claimed(t);
  const bob = await invited(access, { by: ada, name: 'Bob', role: 'administrator' });
  const [adas, bobs] = [callerOf(access, ada), callerOf(access, bob)];
  const answers = await Promise.all([
    access.removeUser(adas, { userId: bob.userId }),
    access.changeRole(bobs, { userId: ada.userId, role: 'viewer' }),
  ]);
  assert.deepEqual(answers.map(failureOf).toSorted(), ['done', 'last-administrator']);
  assert.equal(access.users().filter(({ role }) => role === 'administrator').length, 1);
  const last = access.users().find(({ role }) => role === 'administrator')?.id ?? '';
  for (const role of ['member', 'viewer'] as const)
    assert.equal(failureOf(await access.changeRole(adas, { userId: last, role })), 'last-administrator');
  assert.equal(failureOf(await access.removeUser(adas, { userId: last })), 'last-administrator');
  assert.equal(failureOf(await access.removeUser(adas, { userId: 'nobody' })), 'not-found');
});

test('another role counts at once; with a user go sessions, tokens and invitations, and streams are told', async (t) => {
  const { house, access, ada } = await claimed(t);
  const bob = await invited(access, { by: ada, name: 'Bob', role: 'administrator' });
  const [by, bobs] = [callerOf(access, ada), callerOf(access, bob)];
  const made = await access.createToken(bobs, { name: 'Bob’s', scopes: ['everything'], expiresInDays: 30 });
  assert.ok(made.outcome === 'created');
  const token = access.identify({ authorization: `Bearer ${made.secret}`, from: 'elsewhere' });
  const heirs = await access.createToken(token, { name: 'its own', scopes: ['everything'], expiresInDays: 30 });
  await access.invite(bobs, { role: 'administrator' });
  const ended: string[] = [];
  const stop = access.onEnd(({ kind, id }) => ended.push(`${kind} ${id}`));
  await access.changeRole(by, { userId: bob.userId, role: 'viewer' });
  const after = callerOf(access, bob);
  assert.ok(after.kind === 'user' && after.role === 'viewer');
  assert.equal(access.isStill(bobs), false);
  assert.equal(access.isStill(after), true);
  assert.ok(heirs.outcome === 'created');
  assert.deepEqual(ended.toSorted(), [`token ${heirs.token.id}`, `token ${made.token.id}`, `user ${bob.userId}`].toSorted()); // prettier-ignore
  assert.deepEqual([access.tokens(), access.invitations()], [[], []]);
  assert.equal(access.isStill(token), false);
  stop();
  await access.removeUser(by, { userId: bob.userId });
  assert.equal(ended.length, 3, 'who has hung up is told nothing');
  assert.equal(callerOf(access, bob).kind, 'anonymous');
  assert.deepEqual(
    house.chronicle.entries.slice(-2).map(({ actor, action, resource }) => [actor, action, resource]),
    [
      [`user/${ada.userId}`, 'change-role', `user/${bob.userId}`],
      [`user/${ada.userId}`, 'remove-user', `user/${bob.userId}`],
    ],
  );
});

test('a token is a program: shown once, known by its secret alone, until its days are lived', async (t) => {
  const { house, access } = await claimed(t);
  const made = await access.createToken({ kind: 'house' }, { name: 'Prometheus', scopes: ['read-metrics'], expiresInDays: 30 }); // prettier-ignore
  assert.ok(made.outcome === 'created');
  const { secret, token } = made;
  assert.match(secret, /^dw_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
  const shown = (text: string): string => access.identify({ authorization: text, from: 'elsewhere' }).kind;
  assert.deepEqual(access.identify({ authorization: `bearer ${secret}`, from: 'elsewhere' }), {
    kind: 'token', tokenId: token.id, name: 'Prometheus', scopes: ['read-metrics'],
  }); // prettier-ignore
  const last = secret.endsWith('A') ? 'B' : 'A';
  for (const text of [
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${secret.slice(0, -1)}${last}`,
    `Bearer ${secret} x`,
    secret,
    `Bearer dw_${token.id}_`,
  ])
    // prettier-ignore
    assert.equal(shown(text), 'anonymous', text);
  await settled();
  assert.equal(access.tokens()[0]?.seenMs, house.clock.wallMs());
  await house.live(29 * dayMs);
  assert.equal(shown(`Bearer ${secret}`), 'token');
  await house.live(dayMs);
  assert.equal(shown(`Bearer ${secret}`), 'anonymous');
  assert.equal(access.tokens()[0]?.expiresMs, house.clock.wallMs(), 'one sees why');
  assert.deepEqual(await access.removeToken({ kind: 'house' }, { id: token.id }), { outcome: 'done' });
  assert.equal(failureOf(await access.removeToken({ kind: 'house' }, { id: token.id })), 'not-found');
});

test('tokens and invitations are bounded, and a token without a scope is none', async (t) => {
  const { access } = await claimed(t);
  const create = (scopes: readonly 'ring'[] = ['ring']): Promise<{ outcome: string }> =>
    access.createToken({ kind: 'house' }, { name: 'p', scopes, expiresInDays: 1e9 });
  assert.equal(failureOf(await create([])), 'scopes-unusable');
  for (let count = 0; count < 100; count += 1) assert.equal((await create()).outcome, 'created');
  assert.equal(failureOf(await create()), 'too-many');
  for (let count = 0; count < 50; count += 1) await access.invite({ kind: 'house' }, { role: 'viewer' });
  assert.equal(failureOf(await access.invite({ kind: 'house' }, { role: 'viewer' })), 'too-many');
});

test('the last use of a session and of a token is written at most once a minute', async (t) => {
  const { house, access, ada } = await claimed(t);
  const writes: string[] = [];
  house.store.before = (name) => void writes.push(name);
  for (let second = 0; second < 150; second += 1) {
    callerOf(access, ada);
    await house.clock.advance(1000);
  }
  assert.deepEqual(writes, ['sawSession', 'sawSession', 'sawSession']);
});

test('a database that does not answer lets nobody in, and a neighbour ring', async (t) => {
  const { house, ada } = await claimed(t);
  const access = await house.open({ loopback: 'open' });
  await house.store.close();
  assert.equal(access.identify({ session: ada.session, from: 'elsewhere' }).kind, 'anonymous');
  assert.equal(access.identify({ session: ada.session, from: 'loopback' }).kind, 'neighbour');
  assert.equal(access.isClaimed, true);
  await house.store.close();
});
