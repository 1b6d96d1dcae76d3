import assert from 'node:assert/strict';
import test from 'node:test';

import type { Access } from '../../src/access/access.ts';
import type { Origin } from '../../src/access/answers.ts';
import { codeAt } from '../../src/access/second-factor.ts';
import { settled } from '../fakes/stepped-clock.ts';
import { adasPassword, callerOf, claimed, entered, failureOf, from, invited, type AccessHouse } from './open-access.ts';

const stranger = '10.0.0.66';

function logIn(
  access: Access,
  more: { name?: string; password?: string; secondFactor?: string; origin?: Origin } = {},
) {
  return access.logIn({ name: 'Ada', password: adasPassword, origin: from(), ...more });
}

function guess(access: Access, origin = from(stranger), name = 'Ada') {
  return access.logIn({ name, password: 'not the password', origin });
}

/** Wrong tries one after the other, waiting as long as is asked. */
async function guessFor(house: AccessHouse, access: Access, tries: number): Promise<number> {
  const startMs = house.clock.uptimeMs();
  for (let wrong = 0; wrong < tries;) {
    const pending = guess(access);
    await settled();
    while (house.clock.sleepers > 0) await house.clock.advance(250);
    const answer = await pending;
    if (failureOf(answer) === 'wrong-credentials') wrong += 1;
    else await house.clock.advance(1000 * ('retryAfterS' in answer ? Number(answer.retryAfterS) : 0));
  }
  return house.clock.uptimeMs() - startMs;
}

test('the right password lets in, typed on any keyboard; every other one is the same refusal', async (t) => {
  const { house, access } = await claimed(t);
  const first = entered(await logIn(access, { name: '  aDA ' }));
  assert.equal(callerOf(access, first).kind, 'user');
  const wrong = await logIn(access, { password: 'correct horse batter' });
  const nobody = await logIn(access, { name: 'Nobody' });
  const nameless = await logIn(access, { name: '' });
  assert.equal(failureOf(wrong), 'wrong-credentials');
  assert.deepEqual([nobody, nameless], [wrong, wrong]);
  assert.deepEqual(
    house.chronicle.entries.slice(-3).map(({ actor, result, data }) => [actor, result, data]),
    [1, 2, 3].map(() => ['anonymous', 'failure', { reason: 'wrong-credentials' }]),
  );
});

test('wrong tries cost nothing five times, then more and more; from another place nothing yet', async (t) => {
  const { house, access } = await claimed(t);
  for (let tries = 0; tries < 5; tries += 1) assert.equal(failureOf(await guess(access)), 'wrong-credentials');
  const delays: number[] = [];
  for (let tries = 0; tries < 8; tries += 1) {
    const answer = await guess(access);
    assert.ok(answer.outcome === 'refused' && answer.failure === 'too-many-tries');
    delays.push(answer.retryAfterS ?? 0);
    assert.equal(failureOf(await logIn(access, { origin: from(stranger) })), 'too-many-tries', 'nor the right one');
    await house.clock.advance(1000 * (answer.retryAfterS ?? 0));
    assert.equal(failureOf(await guess(access)), 'wrong-credentials');
  }
  assert.deepEqual(delays, [1, 2, 4, 8, 16, 32, 60, 60]);
  entered(await logIn(access, { origin: from('10.0.0.67') }));
  await house.clock.advance(16 * 60_000);
  entered(await logIn(access, { origin: from(stranger) }));
});

test('many tries at once are counted one by one', async (t) => {
  const { access } = await claimed(t);
  const answers = await Promise.all(Array.from({ length: 40 }, () => guess(access)));
  assert.ok(answers.filter((answer) => failureOf(answer) === 'wrong-credentials').length <= 5);
});

test('an attacker cannot lock the owner out: a known device has tries of its own', async (t) => {
  const { house, access, ada } = await claimed(t);
  await guessFor(house, access, 30);
  assert.equal(failureOf(await logIn(access, { origin: from(stranger) })), 'too-many-tries');
  const again = entered(await logIn(access, { origin: from(stranger, ada.device) }));
  assert.equal(again.device, ada.device, 'it stays the same device');
  const bob = await invited(access, { by: ada, name: 'Bob', role: 'viewer' });
  assert.equal(failureOf(await logIn(access, { origin: from(stranger, bob.device) })), 'too-many-tries', 'Bob’s is not Ada’s'); // prettier-ignore
});

test('an owner at a new device waits some seconds while others guess, and is not turned away', async (t) => {
  const { house, access } = await claimed(t);
  await guessFor(house, access, 45);
  const pending = logIn(access, { origin: from('192.168.1.99') });
  await settled();
  assert.equal(house.clock.sleepers, 1, 'it takes longer');
  await house.clock.advance(5000);
  entered(await pending);
});

test('who has a password of his own does not get free guesses at others by it', async (t) => {
  const { access, ada } = await claimed(t);
  await invited(access, { by: ada, name: 'Bob', role: 'viewer' });
  for (let tries = 0; tries < 5; tries += 1) {
    await guess(access);
    if (tries < 4)
      entered(await logIn(access, { name: 'Bob', password: 'Bobs long password', origin: from(stranger) }));
  }
  assert.equal(failureOf(await guess(access)), 'too-many-tries');
});

test('a flood of wrong passwords is one at a time, refused when four wait, and known devices go first', async (t) => {
  const { access, ada } = await claimed(t);
  const flood = Array.from({ length: 30 }, (_, index) => guess(access, from(`10.0.1.${index}`), `name ${index}`));
  const known = logIn(access, { origin: from(stranger, ada.device) });
  const order: string[] = [];
  void Promise.all(flood.map((one) => one.then((answer) => order.push(failureOf(answer)))));
  void known.then(() => order.push('known'));
  entered(await known);
  const answers = (await Promise.all(flood)).map(failureOf);
  assert.ok(answers.filter((answer) => answer === 'busy').length >= 25);
  assert.ok(order.filter((one) => one !== 'busy').indexOf('known') <= 1, 'after the one whose turn it was at most');
});

test('refusals cannot fill the audit chain, and those that are not in it are counted', async (t) => {
  const { house, access } = await claimed(t);
  for (let tries = 0; tries < 60; tries += 1) await guess(access, from(`10.0.2.${tries}`), `name ${tries}`);
  const refusals = (): number => house.chronicle.told.filter((one) => one === 'log-in failure').length;
  assert.equal(refusals(), 10);
  await house.clock.advance(60_000);
  await guess(access, from('10.0.3.1'));
  assert.deepEqual(house.chronicle.entries.at(-1)?.data, { reason: 'wrong-credentials', untold: 50 });
});

test('a password that was kept with less is kept anew at the next log-in', async (t) => {
  const { house, ada } = await claimed(t);
  const dearer = await house.open({ cost: { memoryKiB: 16, passes: 2 } });
  entered(await logIn(dearer));
  assert.match(house.store.read.user(ada.userId)?.password ?? '', /^\$argon2id\$v=19\$m=16,t=2,p=1\$/);
  entered(await logIn(dearer));
  entered(await logIn(await house.open()));
});

test('a recovery code brings back once: with a new password, without the second factor, and alone', async (t) => {
  const { house, access, ada } = await claimed(t);
  const [first = '', second = ''] = ada.recoveryCodes;
  const wanted = { name: 'Ada', password: 'another long password', origin: from() };
  assert.equal(
    failureOf(await access.recover({ ...wanted, recoveryCode: 'AAAA-AAAA-AAAA-AAAA' })),
    'wrong-recovery-code',
  );
  assert.equal(failureOf(await access.recover({ ...wanted, name: 'Nobody', recoveryCode: first })), 'wrong-recovery-code'); // prettier-ignore
  assert.equal(
    failureOf(await access.recover({ ...wanted, password: 'short', recoveryCode: first })),
    'password-short',
  );
  const ended: string[] = [];
  access.onEnd(({ kind, id }) => ended.push(`${kind} ${id}`));
  const back = entered(await access.recover({ ...wanted, recoveryCode: first.toLowerCase().replaceAll('-', '') }));
  assert.deepEqual(ended, [`user ${ada.userId}`]);
  assert.equal(callerOf(access, ada).kind, 'anonymous');
  assert.equal(callerOf(access, back).kind, 'user');
  assert.equal(failureOf(await access.recover({ ...wanted, recoveryCode: first })), 'wrong-recovery-code');
  assert.equal(failureOf(await logIn(access)), 'wrong-credentials');
  entered(await access.recover({ ...wanted, recoveryCode: second }));
  assert.equal(access.users()[0]?.recoveryCodesLeft, 8);
  assert.equal(house.chronicle.told.at(-1), 'recover success');
});

test('new recovery codes take the place of the old ones', async (t) => {
  const { access, ada } = await claimed(t);
  const renewed = await access.renewRecoveryCodes(callerOf(access, ada));
  assert.ok(renewed.outcome === 'renewed');
  const wanted = { name: 'Ada', password: 'another long password', origin: from() };
  const [before = '', after = ''] = [ada.recoveryCodes[0], renewed.recoveryCodes[0]];
  assert.equal(failureOf(await access.recover({ ...wanted, recoveryCode: before })), 'wrong-recovery-code');
  entered(await access.recover({ ...wanted, recoveryCode: after }));
  assert.equal(access.users()[0]?.recoveryCodesLeft, 9);
  assert.equal(failureOf(await access.renewRecoveryCodes({ kind: 'neighbour' })), 'not-a-user');
});

test('a recovery code works while an attacker keeps the front door busy', async (t) => {
  const { house, access, ada } = await claimed(t);
  await guessFor(house, access, 30);
  const flood = Array.from({ length: 30 }, (_, index) => guess(access, from(`10.0.1.${index}`), `name ${index}`));
  const recoveryCode = ada.recoveryCodes[0] ?? '';
  entered(await access.recover({ name: 'Ada', recoveryCode, password: 'another long password', origin: from() }));
  await Promise.all(flood);
});

test('a second factor is asked for when it was confirmed, and each code counts once', async (t) => {
  const { house, access, ada } = await claimed(t);
  const caller = callerOf(access, ada);
  assert.equal(failureOf(await access.confirmSecondFactor(caller, { code: '000000' })), 'no-second-factor');
  const begun = await access.beginSecondFactor(caller);
  assert.ok(begun.outcome === 'begun');
  const { secret, uri } = begun;
  assert.equal(uri, `otpauth://totp/Doorward:Ada?secret=${secret}&issuer=Doorward`);
  const step = (): number => Math.floor(house.clock.wallMs() / 30_000);
  entered(await logIn(access)); // Not confirmed: it does not count.
  assert.equal(failureOf(await access.confirmSecondFactor(caller, { code: codeAt(secret, step() + 9) })), 'wrong-second-factor'); // prettier-ignore
  assert.deepEqual(await access.confirmSecondFactor(caller, { code: codeAt(secret, step()) }), { outcome: 'done' });
  assert.equal(access.hasSecondFactor(caller), true);
  assert.equal(failureOf(await logIn(access)), 'second-factor-needed');
  assert.equal(failureOf(await logIn(access, { password: 'a wrong password' })), 'wrong-credentials');
  assert.equal(failureOf(await logIn(access, { secondFactor: codeAt(secret, step()) })), 'wrong-second-factor', 'used'); // prettier-ignore
  await house.clock.advance(30_000);
  const code = codeAt(secret, step());
  entered(await logIn(access, { secondFactor: ` ${code.slice(0, 3)} ${code.slice(3)} ` }));
  assert.equal(failureOf(await logIn(access, { secondFactor: code })), 'wrong-second-factor', 'used');
  assert.equal(failureOf(await access.prove(caller, { password: adasPassword })), 'second-factor-needed');
  await house.clock.advance(30_000);
  assert.deepEqual(await access.prove(caller, { password: adasPassword, secondFactor: codeAt(secret, step()) }), { outcome: 'done' }); // prettier-ignore
  await access.removeSecondFactor(caller);
  entered(await logIn(access));
});

test('codes of the second factor are not for guessing, also with the password', async (t) => {
  const { house, access, ada } = await claimed(t);
  const begun = await access.beginSecondFactor(callerOf(access, ada));
  const secret = begun.outcome === 'begun' ? begun.secret : '';
  const code = codeAt(secret, Math.floor(house.clock.wallMs() / 30_000));
  await access.confirmSecondFactor(callerOf(access, ada), { code });
  const answers: string[] = [];
  for (let tries = 0; tries < 7; tries += 1)
    answers.push(failureOf(await logIn(access, { secondFactor: '123456', origin: from(stranger) })));
  assert.deepEqual(answers, [...Array.from({ length: 5 }, () => 'wrong-second-factor'), 'too-many-tries', 'too-many-tries']); // prettier-ignore
});

test('whoever changes the password stays, and everybody else with the old one is out', async (t) => {
  const { access, ada } = await claimed(t);
  const other = entered(await logIn(access));
  const ended: string[] = [];
  access.onEnd(({ kind, id }) => ended.push(`${kind} ${id}`));
  const caller = callerOf(access, ada);
  const change = { current: adasPassword, next: 'a new long password' };
  const othersId = access.sessions(caller).find(({ isOwn }) => !isOwn)?.id;
  assert.equal(failureOf(await access.changePassword(caller, { ...change, current: 'a wrong password' })), 'wrong-credentials'); // prettier-ignore
  assert.equal(failureOf(await access.changePassword(caller, { ...change, next: 'Ada' })), 'password-short');
  assert.deepEqual(await access.changePassword(caller, change), { outcome: 'done' });
  assert.deepEqual(ended, [`session ${othersId}`]);
  assert.deepEqual([callerOf(access, ada).kind, callerOf(access, other).kind], ['user', 'anonymous']);
  assert.equal(failureOf(await logIn(access)), 'wrong-credentials');
  entered(await logIn(access, { password: change.next }));
  assert.equal(failureOf(await access.changePassword({ kind: 'house' }, change)), 'not-a-user');
});

test('sessions are listed and ended, one or all; nobody ends somebody else’s', async (t) => {
  const { access, ada } = await claimed(t);
  const bob = await invited(access, { by: ada, name: 'Bob', role: 'viewer' });
  const phone = entered(await logIn(access, { origin: { address: '10.1.1.1', agent: 'x'.repeat(5000) } }));
  const [caller, bobs] = [callerOf(access, ada), callerOf(access, bob)];
  const listed = access.sessions(caller);
  assert.deepEqual(listed.map(({ address, isOwn }) => [address, isOwn]), [['10.1.1.1', false], ['192.168.1.20', true]]); // prettier-ignore
  assert.equal(listed[0]?.agent.length, 200);
  const phones = listed[0]?.id ?? '';
  assert.equal(failureOf(await access.endSession(bobs, { id: phones })), 'not-found');
  assert.equal(callerOf(access, phone).kind, 'user');
  assert.deepEqual(await access.endSession(caller, { id: phones }), { outcome: 'done' });
  assert.equal(callerOf(access, phone).kind, 'anonymous');
  await access.endAllSessions(caller);
  assert.deepEqual([callerOf(access, ada).kind, callerOf(access, bob).kind], ['anonymous', 'user']);
});

test('a user has fifty sessions at most: the one that was used least lately ends', async (t) => {
  const { access, ada } = await claimed(t);
  const all = [];
  for (let count = 0; count < 51; count += 1) all.push(entered(await logIn(access)));
  assert.equal(callerOf(access, ada).kind, 'anonymous');
  assert.equal(callerOf(access, all[1] ?? ada).kind, 'user');
  assert.equal(access.sessions(callerOf(access, all[50] ?? ada)).length, 50);
});
