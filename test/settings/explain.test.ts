import assert from 'node:assert/strict';
import test from 'node:test';
import { complaintAboutChanges, maskedValue, secretsOf } from '../../src/settings/explain.ts';
import { layerOfDevice } from '../../src/settings/layers.ts';
import { resolveLayers } from '../../src/settings/resolve.ts';
import { settingKeys } from '../../src/settings/setting-keys.ts';

test('secrets and passwords in addresses are masked, nothing else', () => {
  assert.equal(maskedValue({ value: 'key', isSecret: true }), '••••••');
  assert.equal(maskedValue({ value: '', isSecret: true }), '');
  assert.equal(maskedValue({ value: 'rtsp://ada:p@ss@door.local/1', isSecret: false }), 'rtsp://••••••@door.local/1');
  assert.equal(maskedValue({ value: 'https://door.local/@me', isSecret: false }), 'https://door.local/@me');
  assert.equal(maskedValue({ value: 8080, isSecret: false }), 8080);
  const path = 'rtsp://10.0.0.9/user=ada_password=hush_channel=1.sdp?token=hush';
  assert.equal(
    maskedValue({ value: path, isSecret: false }),
    'rtsp://10.0.0.9/user=ada_password=••••••_channel=1.sdp?token=••••••',
  );
  assert.equal(
    maskedValue({ value: 'https://hooks.example.org/t0ken?x=1', isSecret: true }),
    'https://hooks.example.org/••••••',
  );
});

test('a change of the device’s own settings is checked as a whole', () => {
  assert.equal(complaintAboutChanges({ 'retention.days': 7, 'web.port': null }, {}), undefined);
  assert.match(
    complaintAboutChanges({ 'retention.dyas': 7 }, {}) ?? '',
    /no such setting; did you mean retention\.days\?/,
  );
  assert.match(complaintAboutChanges({ 'retention.dyas': null }, {}) ?? '', /no such setting/);
  assert.match(
    complaintAboutChanges({ 'retention.days': '7' }, {}) ?? '',
    /a whole number from 1 to 3650 was expected/,
  );
  assert.match(
    complaintAboutChanges({ 'recognition.strangersPerName': 20_000 }, {}) ?? '',
    /strangersPerKnown must be at least recognition\.strangersPerName/,
  );
  assert.equal(
    complaintAboutChanges({ 'recognition.strangersPerName': 20_000 }, { 'recognition.strangersPerKnown': 30_000 }),
    undefined,
  );
  assert.match(
    complaintAboutChanges(
      { 'recognition.strangersPerKnown': null },
      { 'recognition.strangersPerName': 20_000, 'recognition.strangersPerKnown': 30_000 },
    ) ?? '',
    /cannot use these settings together/,
  );
});

test('what the schema marks as secret is what the log hides: its name, its value, and the path of its address', () => {
  const device = { 'notify.webhookUrl': 'https://hooks.example.org/t0ken', 'notify.webhookSecret': 'hush-hush' };
  const { names, values } = secretsOf(resolveLayers([layerOfDevice(device)]));
  const marked = settingKeys().filter(({ schema }) => Reflect.get(schema, 'secret') === true);
  assert.deepEqual(
    [...names],
    marked.map(({ name }) => name),
  );
  assert.ok(names.has('webhookUrl') && names.has('webhookSecret'));
  assert.deepEqual(values, ['https://hooks.example.org/t0ken', '/t0ken', 'hush-hush']);
});
