/** What may not be set: refused when it is set, left out when it was said somewhere, by the same judge with the same words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { complaintAboutChanges } from '../../src/settings/explain.ts';
import { loadSettings, type LoadedSettings, type SettingsSources } from '../../src/settings/load.ts';
import { expectationOf, settingKeys, variableOf } from '../../src/settings/setting-keys.ts';
import { homeAt } from '../../src/system/home.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';

const home = homeAt('/home');

/** By setting: values that it may not have. */
const bad: Readonly<Record<string, readonly string[]>> = {
  'web.address': ['0.0.0.0.', '::2', '192.168.1.5', 'localhost.example.org', '', '127.0.0.1 '],
  'web.port': ['-1', '65536', '80.5', 'http'],
  'camera.source': ['', 'a\0b', 'rtsp://door/1\nX: y'],
  'notify.webhookUrl': [
    'javascript:alert(1)', 'file:///etc/passwd', 'ftp://door.local/', 'example.org/hook', 'http://hooks.example.org/x',
    'http://8.8.8.8/', 'http://[2001:db8::1]/', 'http://[::1:2:3]/', 'https://', 'http://172.32.0.1/', 'https://a b/', 'https://example.org/a b',
    'http://127.0.0.1.example.org/', 'http://134744072/', `https://example.org/${'x'.repeat(2000)}`,
  ],
  'update.sourceUrl': ['http://updates.example.org/', 'https://updates.example.org', 'ftp://door.local/', 'javascript:/'],
  'household.timeZone': ['Europe/Berln', 'UTC+25', 'Nowhere/Atall', '../Berlin'],
  'update.window': ['2:00-5:00', '02:00', '24:00-25:00', 'night'],
  'notify.quietHours': ['22:00–07:00', '22:00-7', 'never'],
  'gate.errorPercent': ['100', '11', '-1'],
  'gate.errorPercentTwoMinutes': ['100'],
  'gate.errorPercentAtOnce': ['100', '51'],
  'gate.freeBytesMin': ['16000000000'],
  'log.level': ['LOUD', 'debug'],
  'motion.zone': ['1,1,0,0', '0,0,1', '0,0,0,0'],
  'button.line': ['gpio17', 'pipe:'],
  'retention.days': ['0', '1e9', '30 days'],
}; // prettier-ignore

const good: Readonly<Record<string, readonly string[]>> = {
  'notify.webhookUrl': [
    '', 'https://hooks.example.org/token', 'http://127.0.0.1:9/', 'http://localhost/', 'http://door/', 'http://[::1]:80/',
    'http://10.0.0.1/', 'http://172.31.255.1/x', 'http://nas.local/', 'http://pi.home.arpa/', 'http://[fd00::1]/',
    'http://[fe80::1]/', 'http://2130706433/', 'https://8.8.8.8/',
  ],
  'update.sourceUrl': ['', 'https://updates.example.org/', 'http://192.168.1.5:8000/releases/'],
  'household.timeZone': ['', 'UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'],
  'update.window': ['', '23:30-00:30'],
  'web.address': ['127.0.0.1'],
}; // prettier-ignore

function load(more: Partial<SettingsSources>, disk = new MemoryDisk()): Promise<LoadedSettings> {
  return loadSettings({ disk, home, folder: '/home', device: {}, environment: {}, flags: {}, ...more });
}

/** The value as a file or the device says it: a number is one. */
function typed(key: string, text: string): unknown {
  const { default: example } = settingKeys().find((one) => one.key === key) ?? {};
  if (Array.isArray(example)) return text.split(',').map(Number);
  return typeof example === 'number' && /^[-\d.e]+$/.test(text) ? Number(text) : text;
}

/** Without the place: what is wrong, in the words of one judge. */
function wordsOf(complaint: string | undefined): string | undefined {
  return complaint?.replace(/ in (device|this change|DOORWARD_\w+|the credential \S+|--\S+|\/home\S+):/, ':');
}

test('what may not be set is left out wherever it was said, with the words of whoever tries to set it', async () => {
  let judged = 0;
  for (const [key, values] of Object.entries(bad))
    for (const text of values) {
      const value = typed(key, text);
      const refusal = complaintAboutChanges({ [key]: value }, {});
      assert.match(refusal ?? 'it is taken', /^cannot use /, `${key} = ${JSON.stringify(text)}`);
      const [section = '', name = ''] = key.split('.');
      const files = new MemoryDisk();
      await files.write('/home/doorward.toml', `[${section}]\n${name} = ${JSON.stringify(value)}\n`);
      const places: readonly [Partial<SettingsSources>, MemoryDisk?][] = [
        [{ device: { [key]: value } }],
        [{ environment: { [variableOf(key)]: text } }],
        [{}, files],
      ];
      for (const [said, disk] of places) {
        const { complaints, refused, origins } = await load(said, disk);
        assert.ok(refused.has(key), `${key} = ${text} holds: ${JSON.stringify(said)}`);
        assert.doesNotMatch(origins[key] ?? '', /device|DOORWARD|toml/);
        if (!/together/.test(refusal ?? '') && !text.includes('\0'))
          assert.equal(wordsOf(complaints[0]), wordsOf(refusal), `${key} = ${text}`);
      }
      const flagged = await load({ flags: { [key]: text } });
      assert.ok(flagged.flagComplaints.length > 0, `--${key}=${text} is taken`);
      judged += 1;
    }
  assert.ok(judged > 50);
});

test('what may be set is taken', async () => {
  for (const [key, values] of Object.entries(good))
    for (const value of values) {
      assert.equal(complaintAboutChanges({ [key]: value }, {}), undefined, `${key} = ${value}`);
      assert.equal((await load({ device: { [key]: value } })).origins[key], 'device');
    }
});

test('every setting can say what it expects, and every default is what it expects itself', async () => {
  for (const { key, schema, default: value, safe } of settingKeys()) {
    assert.ok(expectationOf(schema).length > 5, key);
    assert.equal(complaintAboutChanges({ [key]: value }, {}), undefined, key);
    if (safe !== undefined) assert.equal(complaintAboutChanges({ [key]: safe }, {}), undefined, `safe value of ${key}`);
  }
  assert.match(
    complaintAboutChanges({ 'update.sourceUrl': 'nonsense' }, {}) ?? '',
    /an address that begins with https/,
  );
});

test('settings that are good alone and not together: none of them holds, whoever said them', async () => {
  const pairs: readonly Readonly<Record<string, unknown>>[] = [
    { 'recognition.strangersPerName': 20_000 },
    { 'button.holdMs': 5000, 'button.stuckMs': 2000 },
    { 'button.debounceMs': 1000, 'button.holdMs': 200 },
    { 'camera.framesPerSecond': 1, 'camera.stallMs': 500 },
    { 'camera.width': 1920, 'camera.height': 1920, 'camera.ringBytesMax': 2_000_000 },
    { 'gate.errorPercent': 9 },
  ];
  for (const together of pairs) {
    assert.match(complaintAboutChanges(together, {}) ?? 'taken', /^cannot use these settings together: /);
    const { refused, complaints, origins } = await load({ device: together });
    for (const key of Object.keys(together)) assert.ok(refused.has(key) && origins[key] === 'default', key);
    assert.match(complaints[0] ?? '', /^cannot use these settings together: .* from device/);
  }
  // A credential is no flag: it stops nothing.
  const disk = new MemoryDisk();
  await disk.write('/run/secrets/doorward.recognition.strangersPerName', '20000\n');
  const { complaints, flagComplaints, settings } = await load(
    { environment: { CREDENTIALS_DIRECTORY: '/run/secrets' } },
    disk,
  );
  assert.deepEqual([flagComplaints, settings.recognition.strangersPerName], [[], 1000]);
  assert.match(complaints[0] ?? '', /recognition\.strangersPerName from the credential/);
});

test('where nothing usable is said, what can do no harm holds', async () => {
  const disk = new MemoryDisk();
  await disk.write('/home/doorward.toml', 'camera.source = "rtsp://door.local/1"\nretention.days = 400\n= broken');
  const { settings, origins, complaints } = await load({ device: { 'update.consent': 'aks' } }, disk);
  assert.deepEqual(
    [settings.camera.source, settings.update.consent, settings.update.window],
    ['none', 'ask', '02:00-05:00'],
  );
  assert.ok(settings.retention.days > 400, 'nothing is removed that was meant to be kept');
  assert.match(origins['camera.source'] ?? '', /^what is safe/);
  assert.equal(complaints.length, 3);
});

test('one slip does not make everything else that is set hold no more', async () => {
  const disk = new MemoryDisk();
  await disk.write('/home/last-good-settings.json', '{"camera":{"width":800},"retention":{"days":9}}');
  const device = { 'retention.days': 5, 'camera.width': 'wide', 'of.another': 1 };
  const { settings, origins } = await load({ device }, disk);
  assert.deepEqual([settings.retention.days, settings.camera.width], [5, 800]);
  assert.match(origins['camera.width'] ?? '', /^the last good settings/);
});

test('last good settings that break a rule give way to the defaults, and everything else that is set holds', async () => {
  const disk = new MemoryDisk();
  await disk.write('/home/last-good-settings.json', '{"recognition":{"strangersPerName":900,"strangersPerKnown":200}}');
  const device = { 'recognition.strangersPerName': 'x', 'recognition.strangersPerKnown': 'y', 'retention.days': 5 };
  const { settings, flagComplaints } = await load({ device }, disk);
  assert.deepEqual([settings.recognition.strangersPerName, settings.recognition.strangersPerKnown], [1000, 10_000]);
  assert.deepEqual([flagComplaints, settings.retention.days], [[], 5]);
});

test('rows of the device that cannot be read, or all of them: the rest holds, and it is told', async () => {
  const row = await load({ device: { 'retention.days': undefined, 'web.port': 9000 } });
  assert.match(row.complaints[0] ?? '', /retention\.days in device: its row in the database cannot be read/);
  assert.equal(row.settings.web.port, 9000);
  const all = await load({ device: 'cannot read device_settings: database disk image is malformed' });
  assert.match(all.complaints[0] ?? '', /malformed/);
});

test('a setting that was renamed is understood by its former name, with a warning, for as long as the new one is unsaid', async () => {
  const old = await load({ device: { 'update.timeZone': 'Europe/Berlin' } });
  assert.deepEqual([old.settings.household.timeZone, old.complaints], ['Europe/Berlin', []]);
  assert.match(old.warnings[0] ?? '', /^update\.timeZone in device is called household\.timeZone now/);
  const both = await load({ device: { 'household.timeZone': 'UTC', 'update.timeZone': 'Europe/Berlin' } });
  assert.equal(both.settings.household.timeZone, 'UTC');
  const slip = await load({ environment: { DOORWARD_UPDATE_TIME_ZONE: 'Europe/Berln' } });
  assert.match(slip.complaints[0] ?? '', /household\.timeZone = "Europe\/Berln" in DOORWARD_UPDATE_TIME_ZONE/);
  const flag = await load({ flags: { 'update.timeZone': 'UTC' } });
  assert.deepEqual([flag.flagComplaints, flag.settings.household.timeZone], [[], 'UTC']);
  assert.match(complaintAboutChanges({ 'update.timeZone': 'UTC' }, {}) ?? '', /it is called household\.timeZone now/);
  assert.equal(complaintAboutChanges({ 'update.timeZone': null }, { 'update.timeZone': 'UTC' }), undefined);
});

test('a setting that is read no more is told of wherever it was said, and changes nothing: not even from the last good settings', async () => {
  const before = await load({});
  const disk = new MemoryDisk();
  await disk.write('/home/doorward.toml', '[recognition]\nsharpnessMin = 40\n');
  await disk.write('/home/last-good-settings.json', '{"recognition":{"sharpnessMin":40,"lightMin":25,"yawDegMax":30}}');
  const environment = { DOORWARD_RECOGNITION_LIGHT_MIN: '25' };
  const flags = { 'recognition.sharpnessMin': '40' };
  const said = await load(
    { device: { 'recognition.sharpnessMin': 40, 'retention.days': 'x' }, environment, flags },
    disk,
  );
  assert.deepEqual(said.settings.recognition, before.settings.recognition);
  assert.equal(said.complaints.length, 2, said.complaints.join());
  assert.match(said.complaints.join(), /retention\.days/);
  assert.deepEqual(said.flagComplaints, []);
  const origins = said.warnings.map((one) => /^recognition\.(\w+) in (\S+) has no effect any more/.exec(one)?.slice(1));
  assert.deepEqual(origins, [
    ['sharpnessMin', '/home/doorward.toml'],
    ['sharpnessMin', 'device'],
    ['lightMin', 'DOORWARD_RECOGNITION_LIGHT_MIN'],
    ['sharpnessMin', '--recognition.sharpnessMin'],
  ]);
  assert.match(complaintAboutChanges({ 'recognition.sharpnessMin': 40 }, {}) ?? '', /it is no setting any more: /);
  assert.equal(
    complaintAboutChanges({ 'recognition.sharpnessMin': null }, { 'recognition.sharpnessMin': 40 }),
    undefined,
  );
});

test('a secret on the command line is told of: everybody here can read it', async () => {
  const { warnings } = await load({
    flags: { 'notify.webhookSecret': 'hush', 'camera.source': 'rtsp://ada:hush@door.local/1', 'web.port': '1' },
  });
  assert.deepEqual(
    warnings.map((one) => one.split(' ')[0]),
    ['--notify.webhookSecret', '--camera.source'],
  );
  assert.match(
    warnings[0] ?? '',
    /DOORWARD_NOTIFY_WEBHOOK_SECRET, or as the credential doorward\.notify\.webhookSecret/,
  );
  assert.doesNotMatch(warnings.join(), /hush/);
});

test('what is no file is not read as one: a pipe has no end', async () => {
  const disk = new MemoryDisk();
  await disk.write('/home/doorward.toml', '');
  const list: MemoryDisk['list'] = async (path) =>
    (await disk.list(path)).map((entry) => (entry.name === 'doorward.toml' ? { ...entry, kind: 'other' } : entry));
  const { complaints } = await loadSettings({
    disk: Object.assign(Object.create(disk) as MemoryDisk, { list, read: () => assert.fail('it was read') }),
    home, folder: '/home', device: {}, environment: {}, flags: {},
  }).catch((error: unknown) => assert.fail(String(error))); // prettier-ignore
  assert.match(complaints[0] ?? '', /doorward\.toml: it is not a file/);
});
