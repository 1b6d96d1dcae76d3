import assert from 'node:assert/strict';
import test from 'node:test';

import { roles, scopes, type Caller, type Role, type Scope } from '../../src/access/caller.ts';
import {
  commandPermissions, dangerousSettings, judge, permissionOfSetting, permissions, permissionsOf, routePermissions,
} from '../../src/access/permissions.ts'; // prettier-ignore
import { commands } from '../../src/command/commands.ts';
import { settingKeys } from '../../src/settings/setting-keys.ts';

function user(role: Role, isFresh = false): Caller {
  return { kind: 'user', userId: 'u', name: 'Ada', role, sessionId: 's', isFresh };
}

function token(...held: Scope[]): Caller {
  return { kind: 'token', tokenId: 't', name: 'a program', scopes: held };
}

test('a stranger may look in and nothing else', () => {
  assert.deepEqual(permissionsOf({ kind: 'anonymous' }), ['look-in']);
  assert.equal(judge({ kind: 'anonymous' }, 'ring'), 'who');
});

test('each role may what the one below it may, and an administrator may everything', () => {
  const [viewer, member, administrator] = roles.map((role) => permissionsOf(user(role)));
  const notIn = (less: readonly string[] = [], more: readonly string[] = []): readonly string[] =>
    less.filter((permission) => !more.includes(permission));
  assert.deepEqual([notIn(viewer, member), notIn(member, administrator)], [[], []]);
  assert.deepEqual(
    administrator,
    permissions().filter((permission) => permission !== 'hold-device'),
  );
  assert.deepEqual(viewer, [
    'look-in', 'see-status', 'see-visits', 'see-pictures', 'see-live', 'see-people', 'manage-own-access',
    'change-second-factor',
  ]); // prettier-ignore
  assert.equal(judge(user('viewer'), 'ring'), 'no');
  assert.equal(judge(user('member'), 'manage-access'), 'no');
});

test('what is dangerous asks a user for the password again, and nobody who has no password', () => {
  for (const permission of ['erase', 'change-dangerous-settings', 'manage-releases', 'manage-access'] as const) {
    assert.equal(judge(user('administrator'), permission), 'prove');
    assert.equal(judge(user('administrator', true), permission), 'yes');
    assert.equal(judge(user('member', true), permission), 'no');
    assert.equal(judge(token('everything'), permission), 'yes');
    for (const kind of ['house', 'neighbour'] as const) assert.equal(judge({ kind }, permission), 'yes');
  }
});

test('who holds the device sees the code of the claim and may begin anew; nobody else, whatever the role', () => {
  for (const kind of ['house', 'neighbour'] as const) assert.equal(judge({ kind }, 'hold-device'), 'yes');
  for (const caller of [user('administrator', true), token('everything')])
    assert.equal(judge(caller, 'hold-device'), 'no');
  assert.equal(judge({ kind: 'anonymous' }, 'hold-device'), 'who');
});

test('a token may what its scopes say: none of them leads to access, settings or live pictures but everything', () => {
  assert.deepEqual(permissionsOf(token('read-metrics')), ['look-in', 'see-status', 'read-metrics']);
  assert.deepEqual(permissionsOf(token('push-pictures')), ['look-in', 'see-status', 'push-pictures']);
  assert.deepEqual(permissionsOf(token('ring')), ['look-in', 'see-status', 'ring']);
  for (const scope of scopes.filter((one) => one !== 'everything'))
    for (const permission of ['manage-access', 'see-access', 'see-settings', 'see-live', 'erase'] as const)
      assert.equal(judge(token(scope), permission), 'no', `${scope} ${permission}`);
  assert.equal(judge(token('everything'), 'manage-access'), 'yes');
  assert.deepEqual(permissionsOf(token()), ['look-in']);
});

test('one’s own sessions are a user’s: nobody else has any', () => {
  assert.equal(judge(user('viewer'), 'manage-own-access'), 'yes');
  assert.equal(judge(token('everything'), 'manage-own-access'), 'no');
  assert.equal(judge({ kind: 'house' }, 'manage-own-access'), 'who');
  assert.equal(judge({ kind: 'neighbour' }, 'manage-own-access'), 'who');
});

test('every command is in the table, and the table has no other', () => {
  assert.deepEqual(Object.keys(commandPermissions).toSorted(), commands().map(({ name }) => name).toSorted()); // prettier-ignore
});

test('no permission is idle: a route or a setting asks for it', () => {
  const asked = new Set([...Object.values(routePermissions), ...settingKeys().map(({ key }) => permissionOfSetting(key))]); // prettier-ignore
  assert.deepEqual(
    permissions().filter((permission) => !asked.has(permission)),
    [],
  );
});

test('settings that lead pictures out, releases in, or strangers to the door are dangerous; the rest is not', () => {
  const dangerous = (key: string): boolean => permissionOfSetting(key) === 'change-dangerous-settings';
  for (const key of ['web.address', 'update.sourceUrl', 'update.consent', 'gate.errorPercent', 'notify.webhookUrl', 'camera.source']) assert.ok(dangerous(key), key); // prettier-ignore
  for (const key of ['motion.enabled', 'notify.quietHours', 'camera.width']) assert.ok(!dangerous(key), key);
  for (const beginning of dangerousSettings)
    assert.ok(
      settingKeys().some(({ key }) => key.startsWith(beginning)),
      `${beginning} begins no setting: the check is blind`,
    );
});
