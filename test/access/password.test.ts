import assert from 'node:assert/strict';
import test from 'node:test';

import {
  hashPassword, isKeptWithLess, isPassword, nobodysPassword, passwordCost, whyNoPassword,
} from '../../src/access/password.ts'; // prettier-ignore
import { readName } from '../../src/access/names.ts';
import { codeAt, newSecondFactor, stepOfCode } from '../../src/access/second-factor.ts';
import { idInToken, isSecret, keptSecret, newCode, newSecret, newToken, readCode } from '../../src/access/secrets.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import { littleCost } from './open-access.ts';

test('a password is kept as the reference argon2id keeps it', async () => {
  // test.c of github.com/P-H-C/phc-winner-argon2.
  const kept = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
  assert.equal(await isPassword('password', kept), true);
  assert.equal(await isPassword('passwore', kept), false);
  assert.equal(await hashPassword('password', Buffer.from('somesalt'), { memoryKiB: 256, passes: 2 }), kept);
});

test('a password is kept with what OWASP asks for at least', async () => {
  assert.ok(passwordCost.memoryKiB >= 19_456 && passwordCost.passes >= 2);
  assert.ok(passwordCost.memoryKiB <= 32 * 1024, 'a log-in takes 32 MB at most');
  const kept = await hashPassword('correct horse battery', nodeRandom.secret(16), passwordCost);
  assert.equal(await isPassword('correct horse battery', kept), true);
  assert.equal(isKeptWithLess(kept, passwordCost), false);
  assert.equal(isKeptWithLess(await hashPassword('x', nodeRandom.secret(16), littleCost), passwordCost), true);
  assert.equal(isKeptWithLess(nobodysPassword(passwordCost), passwordCost), false, 'the same work for nobody');
});

test('what is no kept password fits nothing, and cannot ask for the memory of the bell', async () => {
  for (const kept of [
    '',
    'correct horse battery',
    '$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg',
    '$argon2id$v=19$m=256,t=999,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  ])
    // prettier-ignore
    assert.equal(await isPassword('correct horse battery', kept), false, kept);
});

test('a password has 12 characters, is not the name, and may hold anything', async () => {
  assert.equal(whyNoPassword('elevenchars', 'Ada'), 'password-short');
  assert.equal(whyNoPassword('👩‍👩‍👧‍👦👩', 'Ada'), 'password-short', 'characters, not bytes');
  assert.equal(whyNoPassword('ä'.repeat(513), 'Ada'), 'password-long');
  assert.equal(whyNoPassword('Augusta Ada King', 'augusta ada king'), 'password-is-name');
  for (const good of ['twelve chars', 'ä'.repeat(512), 'пароль длинный', '            ', '\u0000'.repeat(12)])
    assert.equal(whyNoPassword(good, 'Ada'), undefined, good);
  const composed = await hashPassword('p\u00e4ssw\u00f6rter gut', nodeRandom.secret(16), littleCost);
  assert.equal(await isPassword('pa\u0308sswo\u0308rter\u00a0gut', composed), true, 'another keyboard');
});

test('names are the same but for case and the way they are typed', () => {
  const keyOf = (name: string): string | undefined => readName(name)?.nameKey;
  assert.equal(keyOf(' Ada  Lovelace'), keyOf('ADA LOVELACE '));
  assert.equal(keyOf('Zo\u00eb'), keyOf('zoe\u0308'));
  assert.equal(keyOf('ﬁn'), keyOf('FIN'));
  assert.notEqual(keyOf('Ada'), keyOf('Adä'));
  for (const none of ['', '  ', 'x'.repeat(61), 'a\nb', 'a\u0000', 'a\u202eb', 'a\u200bb']) assert.equal(keyOf(none), undefined); // prettier-ignore
  assert.equal(readName(` ${'👩'.repeat(60)}`)?.name, '👩'.repeat(60));
});

test('codes of the second factor are those of RFC 6238', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'; // "12345678901234567890", appendix B; its codes have eight digits.
  const vectors = [[59, '287082'], [1111111109, '081804'], [1111111111, '050471'], [1234567890, '005924'], [2000000000, '279037'], [20000000000, '353130']] as const; // prettier-ignore
  for (const [atS, code] of vectors) {
    const step = Math.floor(atS / 30);
    assert.equal(codeAt(secret, step), code);
    assert.equal(stepOfCode(secret, code, atS * 1000), step);
    for (const offS of [-30, 30])
      assert.equal(stepOfCode(secret, code, (atS + offS) * 1000), step, 'a clock may be off');
    for (const offS of [-60, 60]) assert.equal(stepOfCode(secret, code, (atS + offS) * 1000), undefined);
  }
  for (const none of ['', '28708', '2870820', '28708x', '٢٨٧٠٨٢']) assert.equal(stepOfCode(secret, none, 59_000), undefined); // prettier-ignore
  assert.match(newSecondFactor(nodeRandom), /^[A-Z2-7]{32}$/);
});

test('secrets are of 256 bits, every letter as likely as the other, and kept as a hash', () => {
  const [one, other] = [newSecret(nodeRandom), newSecret(nodeRandom)];
  assert.match(one, /^[0-9A-Za-z]{43}$/);
  assert.notEqual(one, other);
  assert.ok(isSecret(one, keptSecret(one)) && !isSecret(other, keptSecret(one)) && !isSecret('', ''));
  const counts = new Map<string, number>();
  for (let count = 0; count < 2000; count += 1)
    for (const letter of newSecret(nodeRandom)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  assert.equal(counts.size, 62);
  const expected = (2000 * 43) / 62; // 1387, and a standard deviation of 37.
  for (const [letter, seen] of counts) assert.ok(Math.abs(seen - expected) < 37 * 7, `${letter} ${seen}`);
  const { id, token } = newToken(nodeRandom);
  assert.equal(idInToken(token), id);
  for (const none of ['', 'dw_', token.slice(0, -1), `${token}x`, `x${token}`])
    assert.equal(idInToken(none), undefined);
});

test('codes are read as people type them', () => {
  const code = newCode(nodeRandom, 2);
  assert.equal(readCode(` ${code.replace('-', ' ').toLowerCase()} `, 2), code);
  assert.equal(readCode('oo1l-iO00', 2), '0011-1000');
  for (const none of ['', 'AAAA', 'AAAA-AAAU', 'AAAA-AAAA-A', '１１１１-１１１１'])
    assert.equal(readCode(none, 2), undefined);
});
