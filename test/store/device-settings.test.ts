import assert from 'node:assert/strict';
import test from 'node:test';

import { faultOfWrite, storeInMemory } from './samples.ts';

test('the device’s own settings come back as they were set', async (t) => {
  const store = storeInMemory(t);
  const settings = {
    'camera.width': 640,
    'notify.webhook.url': 'https://example.org/ä',
    'a.list': [1, null, { b: true }],
  };
  for (const [key, value] of Object.entries(settings)) await store.write('setDeviceSetting', { key, value });
  assert.deepEqual(store.read.deviceSettings(), settings);
  await store.write('setDeviceSetting', { key: 'camera.width', value: 1280 });
  await store.write('removeDeviceSetting', { key: 'a.list' });
  await store.write('removeDeviceSetting', { key: 'never set' });
  const { 'a.list': _, ...rest } = settings;
  assert.deepEqual(store.read.deviceSettings(), { ...rest, 'camera.width': 1280 });
  assert.equal(
    (await faultOfWrite(store.write('setDeviceSetting', { key: 'k', value: undefined }))).kind,
    'constraint',
  );
});

test('a setting may be called __proto__', async (t) => {
  const store = storeInMemory(t);
  await store.write('setDeviceSetting', { key: '__proto__', value: { isAdmin: true } });
  assert.deepEqual(Object.keys(store.read.deviceSettings()), ['__proto__']);
});
