import assert from 'node:assert/strict';
import test from 'node:test';
import { newFolder, no, ok, type, type House } from './typed.ts';

const path = '/api/v1/access';
const ada = { id: 'aaaaaaaa-1111', name: 'Ada', role: 'administrator', seenMs: 1_800_000_000_000, hasSecondFactor: true, recoveryCodesLeft: 1 }; // prettier-ignore
const bob = { id: 'bbbbbbbb-2222', name: 'Bob\u202e', role: 'viewer', seenMs: null, hasSecondFactor: false, recoveryCodesLeft: 10 }; // prettier-ignore
const invitation = { id: 'cccccccc-3333', role: 'member', expiresMs: 1_800_600_000_000 };
const token = { id: 'Ab3dEf6h', name: 'Prometheus', scopes: ['read-metrics', 'ring'], expiresMs: 1_830_000_000_000, seenMs: null }; // prettier-ignore

function house(more: House['api'] = {}, claimCode: string | null = null): House {
  return {
    api: {
      [`GET ${path}/claim-code`]: ok({ claimCode }),
      [`GET ${path}/users`]: ok({ users: claimCode === null ? [ada, bob] : [] }),
      [`GET ${path}/invitations`]: ok({ invitations: claimCode === null ? [invitation] : [] }),
      [`GET ${path}/tokens`]: ok({ tokens: claimCode === null ? [token] : [] }),
      ...more,
    },
  };
}

test('who may is one list; names cannot turn it around', async (t) => {
  const { code, out } = await type(newFolder(t), ['access'], house());
  assert.equal(code, 0);
  assert.match(out, /^Ada +administrator +logged in 2027-01-15 [\d:]+ +second factor, 1 recovery code +aaaaaaaa$/m);
  assert.match(out, /^Bob\\u\{202e\} +viewer +never logged in +10 recovery codes +bbbbbbbb$/m);
  assert.match(out, /^\(invitation\) +member +until 2027-01-2\d +cccccccc$/m);
  assert.match(out, /^token Prometheus +read-metrics, ring +never used +until 2027-12-28 +Ab3dEf6h$/m);
});

test('before the claim the code is shown to whoever is on the device; from elsewhere the list goes without', async (t) => {
  const unclaimed = await type(newFolder(t), ['access'], house({}, '7KQ2-M4TV'));
  assert.equal(
    unclaimed.out,
    'Nobody has claimed this doorbell yet: open its page, and claim it with this code:\n  7KQ2-M4TV',
  );
  const elsewhere = await type(newFolder(t), ['access'], house({ [`GET ${path}/claim-code`]: no(403, 'cannot') }));
  assert.match(elsewhere.out, /^Ada /);
});

test('an invitation is a link, a token is shown once and alone on standard output', async (t) => {
  const asked: unknown[] = [];
  const api: House['api'] = {
    [`POST ${path}/invitations`]: ({ body }) => {
      asked.push(JSON.parse(String(body)));
      return { status: 201, body: { secret: 'SECRET', id: 'i', expiresMs: 1_800_600_000_000 } };
    },
    [`POST ${path}/tokens`]: ({ body }) => {
      asked.push(JSON.parse(String(body)));
      return { status: 201, body: { token: 'dw_x_y', id: 'x', expiresMs: 1_800_600_000_000 } };
    },
  };
  const invited = await type(newFolder(t), ['access', 'invite', '--role', 'viewer'], house(api));
  assert.match(invited.out, /^Good for one viewer until 2027-[^\n]+, and behind it\n {2}\/#invitation=SECRET$/);
  const made = await type(newFolder(t), ['access', 'token', 'Prometheus', 'read-metrics', 'ring', '--days', '30'], house(api)); // prettier-ignore
  assert.deepEqual([made.out, made.code], ['dw_x_y', 0]);
  assert.match(made.err, /^good until 2027-[^\n]+; it is not shown again$/);
  assert.deepEqual(asked, [
    { role: 'viewer' },
    { name: 'Prometheus', scopes: ['read-metrics', 'ring'], expiresInDays: 30 },
  ]);
  assert.equal((await type(newFolder(t), ['access', 'token', 'x', 'ring', '--days', 'many'], house(api))).code, 2);
  assert.equal((await type(newFolder(t), ['access', 'token', 'x'], house(api))).code, 2);
  for (const [words, complaint] of [
    [
      ['token', 'x', 'ring', 'read-metric'],
      /^cannot use the scope "read-metric": .* was expected; did you mean read-metrics\?/,
    ],
    [
      ['invite', '--role', 'membre'],
      /^cannot use the role "membre": viewer, member, administrator was expected; did you mean member\?/,
    ],
    [['role', 'Ada', 'king'], /^cannot use the role "king": viewer, member, administrator was expected/],
  ] as const) {
    const { code, err, calls } = await type(newFolder(t), ['access', ...words], house(api));
    assert.deepEqual([code, calls], [2, []]);
    assert.match(err, complaint);
  }
});

test('a role is given and somebody removed by name or by the beginning of an id; whom nobody can tell is refused', async (t) => {
  const done: House['api'] = {
    [`PATCH ${path}/users/${bob.id}`]: ok({ outcome: 'done' }),
    [`DELETE ${path}/users/${ada.id}`]: no(409, 'cannot do that: it is the last administrator'),
    [`DELETE ${path}/invitations/${invitation.id}`]: () => ({ status: 204, body: undefined }),
    [`DELETE ${path}/tokens/${token.id}`]: () => ({ status: 204, body: undefined }),
  };
  const say = (...words: readonly string[]) => type(newFolder(t), ['access', ...words], house(done));
  assert.equal((await say('role', 'bbbb', 'member')).out, 'Bob\\u{202e} is now member');
  const last = await say('remove', 'ADA');
  assert.deepEqual([last.code, last.err], [1, 'cannot do that: it is the last administrator']);
  assert.equal((await say('remove', 'cccccccc')).out, 'the invitation is removed');
  assert.equal((await say('remove', 'prometheus')).out, 'Prometheus is removed');
  assert.equal((await say('remove', token.id)).out, 'Prometheus is removed');
  const nobody = await say('remove', 'Eve');
  assert.deepEqual([nobody.code, nobody.err], [1, 'cannot find user, invitation or token "Eve": see doorward access']);
  const twins = house({ [`GET ${path}/tokens`]: ok({ tokens: [{ ...token, name: 'Ada' }] }) });
  assert.match((await type(newFolder(t), ['access', 'remove', 'Ada'], twins)).err, /^cannot tell which "Ada" is meant: use one of the ids aaaaaaaa, Ab3dEf6h$/); // prettier-ignore
});

test('a reset wants --yes, and shows the new code', async (t) => {
  const api: House['api'] = { [`POST ${path}/reset`]: ok({ claimCode: '7KQ2-M4TV' }) };
  const unsure = await type(newFolder(t), ['access', 'reset'], house(api));
  assert.deepEqual([unsure.code, unsure.calls], [2, []]);
  const { out } = await type(newFolder(t), ['access', 'reset', '--yes'], house(api));
  assert.match(out, /^Nobody may any more\.[^\n]+\n {2}7KQ2-M4TV$/);
});
