import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { basename } from 'node:path';
import test from 'node:test';
import type { TSchema } from 'typebox';
import { channels } from '../../src/notify/channels.ts';
import { openChannels } from '../../src/notify/open-channels.ts';
import { settingKeys } from '../../src/settings/setting-keys.ts';
import { RecordingTools } from './channel-tools.ts';

const files = globSync('src/notify/channels/*.ts').map((path) => basename(path, '.ts'));

test('every file of channels/ is in the list under its name, and has a test', () => {
  assert.deepEqual(channels.map(({ name }) => name).toSorted(), files.toSorted());
  const untested = files.filter((name) => !existsSync(`test/notify/channels/${name}.test.ts`));
  assert.deepEqual(untested, []);
});

test("a channel's settings are settings of the house, bounded, and what is secret by its name is marked", () => {
  const known = new Map(settingKeys().map((key) => [key.key, key]));
  for (const { name: channel, settings } of channels)
    for (const [name, schema] of Object.entries<TSchema & { maxLength?: number; type?: string; secret?: boolean }>(
      settings,
    )) {
      const key = known.get(`notify.${name}`);
      assert.ok(key !== undefined, `${channel}: notify.${name}`);
      assert.ok(name.startsWith(channel), `${name} begins with the name of its channel`);
      assert.ok(schema.type !== 'string' || schema.maxLength !== undefined, `${name} is bounded`);
      if (/secret|token|password|key|url/i.test(name)) assert.equal(schema.secret, true, `${name} is shown`);
    }
});

test('a channel that is set up so that it cannot work is left out with words; the others are opened', () => {
  const settings = Object.fromEntries(settingKeys().map((key) => [key.name, key.default]));
  const tools = new RecordingTools();
  const open = (webhookUrl: string) =>
    openChannels({ ...(settings as unknown as Parameters<typeof openChannels>[0]), webhookUrl }, tools);
  assert.deepEqual(
    open('').opened.map(({ name }) => name),
    ['log', 'terminal'],
  );
  assert.deepEqual(
    open('https://hooks.example').opened.map(({ name }) => name),
    ['log', 'terminal', 'webhook'],
  );
  const { opened, complaints } = open('javascript:alert(1)');
  assert.equal(opened.length, 2);
  assert.match(complaints.join(), /^cannot use notify\.webhookUrl: /);
});
