import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { explainSettings, maskedValue } from '../../src/settings/explain.ts';
import {
  loadSettings,
  rememberSettings,
  settingsFolder,
  type LoadedSettings,
  type SettingsSources,
} from '../../src/settings/load.ts';
import { DiskFault } from '../../src/system/disk.ts';
import { homeAt, type Home } from '../../src/system/home.ts';

interface House {
  readonly home: Home;
  file(name: string, text: string): string;
  load(more?: Partial<SettingsSources>): Promise<LoadedSettings>;
}

function newHouse(context: TestContext): House {
  const home = homeAt(mkdtempSync(join(tmpdir(), 'doorward-settings-')));
  context.after(() => rmSync(home.root, { recursive: true }));
  return {
    home,
    file(name, text) {
      const path = join(home.root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    load: (more) =>
      loadSettings({ disk: nodeDisk, home, folder: home.root, device: {}, environment: {}, flags: {}, ...more }),
  };
}

test('a credential of the service manager is a setting, is never written down, and a foreign one is complained about', async (context) => {
  const house = newHouse(context);
  house.file('credentials/doorward.notify.webhookSecret', 'from the vault\n');
  const environment = { CREDENTIALS_DIRECTORY: join(house.home.root, 'credentials') };
  const loaded = await house.load({ environment });
  assert.equal(loaded.settings.notify.webhookSecret, 'from the vault');
  assert.equal(loaded.origins['notify.webhookSecret'], 'the credential doorward.notify.webhookSecret');
  assert.deepEqual(loaded.complaints, []);
  await rememberSettings(nodeDisk, house.home, loaded);
  assert.doesNotMatch(readFileSync(house.home.lastGoodSettings, 'utf8'), /vault/);
  house.file('credentials/doorward.notify.webhookUrl', 'https://example.org/token-in-the-path');
  const shown = explainSettings(await house.load({ environment })).map(maskedValue);
  assert.doesNotMatch(JSON.stringify(shown), /token-in-the-path|vault/);
  house.file('credentials/doorward.notify.webhookSecrets', 'misspelt');
  const [complaint = ''] = (await house.load({ environment })).complaints;
  assert.match(complaint, /notify\.webhookSecrets.*there is no such setting/);
  assert.doesNotMatch(complaint, /misspelt/);
});

test('a credential that is a pipe, a device or a folder stops no start and takes no other credential with it', async (context) => {
  const house = newHouse(context);
  const folder = join(house.home.root, 'credentials');
  house.file('credentials/doorward.notify.webhookSecret', 'from the vault');
  mkdirSync(join(folder, 'doorward.web.port'));
  symlinkSync('/dev/zero', join(folder, 'doorward.log.level'));
  symlinkSync('doorward.camera.source', join(folder, 'doorward.camera.source'));
  execFileSync('mkfifo', [join(folder, 'doorward.camera.width')]);
  const { settings, complaints } = await house.load({ environment: { CREDENTIALS_DIRECTORY: folder } });
  assert.equal(settings.notify.webhookSecret, 'from the vault');
  const about = ['camera.source', 'camera.width', 'log.level', 'web.port'];
  const expected = about.map((key) => `cannot use the credential doorward.${key}: it is not a file`);
  assert.deepEqual(complaints.slice(0, -1), expected);
});

test('a link in a circle among the files of settings is complained about alone', async (context) => {
  const house = newHouse(context);
  house.file('settings.d/10.toml', '[camera]\nwidth = 800\n');
  symlinkSync('20.toml', join(house.home.root, 'settings.d/20.toml'));
  const { settings, complaints } = await house.load();
  assert.equal(settings.camera.width, 800);
  assert.match(complaints[0] ?? '', /settings\.d\/20\.toml: it is not a file/);
});

test('without any layer the defaults hold, complete and frozen', async (context) => {
  const { settings, origins, complaints } = await newHouse(context).load();
  assert.deepEqual(complaints, []);
  assert.equal(settings.web.port, 8080);
  assert.equal(settings.camera.burstFrames, 5);
  assert.deepEqual([...new Set(Object.values(origins))], ['default']);
  assert.throws(() => Object.assign(settings.motion.zone, [9]), TypeError);
  assert.throws(() => Object.assign(settings.web, { port: 1 }), TypeError);
});

test('a later layer wins: file, settings.d by name, device, environment, flag', async (context) => {
  const house = newHouse(context);
  const main = house.file(
    'doorward.toml',
    '[camera]\nsource = "a"\nwidth = 800\n[web]\nport = 1\n[log]\nlevel = "WARN"\n',
  );
  house.file('settings.d/10-first.toml', 'camera.width = 900\nweb.port = 2');
  const second = house.file('settings.d/20-second.toml', 'web.port = 3\nretention.days = 9');
  house.file('settings.d/30-not-toml.txt', 'nonsense');
  const { settings, origins, complaints } = await house.load({
    device: { 'retention.days': 7, 'notify.known': true },
    environment: { DOORWARD_NOTIFY_KNOWN: 'false', DOORWARD_CAMERA_FRAMES_PER_SECOND: '4.5', PATH: '/bin' },
    flags: { 'camera.framesPerSecond': '5', 'motion.zone': '0, 0.5, 1, 1' },
  });
  assert.deepEqual(complaints, []);
  assert.deepEqual([settings.camera.source, origins['camera.source']], ['a', main]);
  assert.deepEqual([settings.camera.width, settings.web.port, origins['web.port']], [900, 3, second]);
  assert.deepEqual([settings.retention.days, origins['retention.days']], [7, 'device']);
  assert.deepEqual([settings.notify.known, origins['notify.known']], [false, 'DOORWARD_NOTIFY_KNOWN']);
  assert.deepEqual(
    [settings.camera.framesPerSecond, origins['camera.framesPerSecond']],
    [5, '--camera.framesPerSecond'],
  );
  assert.deepEqual(settings.motion.zone, [0, 0.5, 1, 1]);
});

test('whichever layers say something, the uppermost is heard', async (context) => {
  const house = newHouse(context);
  const layer = fc.option(fc.integer({ min: 1, max: 3650 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(fc.tuple(layer, layer, layer, layer, layer), async ([main, more, device, environment, flag]) => {
      house.file('doorward.toml', main === undefined ? '' : `retention.days = ${main}`);
      house.file('settings.d/a.toml', more === undefined ? '' : `retention.days = ${more}`);
      const { settings } = await house.load({
        device: device === undefined ? {} : { 'retention.days': device },
        environment: { DOORWARD_RETENTION_DAYS: environment === undefined ? undefined : String(environment) },
        flags: flag === undefined ? {} : { 'retention.days': String(flag) },
      });
      assert.equal(settings.retention.days, flag ?? environment ?? device ?? more ?? main ?? 30);
    }),
    { numRuns: 40 },
  );
});

test('an unknown key is refused with its path, its file, and what was probably meant', async (context) => {
  const house = newHouse(context);
  const path = house.file('doorward.toml', '[camera]\nsorce = "demo"\n[kamera]\nwidth = 800\n[unheard]\nof = 1\n');
  const { complaints } = await house.load({ environment: { DOORWARD_WEB_PROT: '1' }, device: { 'web.adress': 'x' } });
  assert.deepEqual(complaints.slice(0, 5), [
    `cannot use camera.sorce in ${path}: there is no such setting; did you mean camera.source?`,
    `cannot use kamera.width in ${path}: there is no such setting; did you mean camera.width?`,
    `cannot use unheard.of in ${path}: there is no such setting`,
    'cannot use web.adress in device: there is no such setting; did you mean web.address?',
    'cannot use DOORWARD_WEB_PROT: there is no such setting; did you mean DOORWARD_WEB_PORT?',
  ]);
});

test('a value of the wrong kind is refused with its path, itself, and what was expected', async (context) => {
  const house = newHouse(context);
  const path = house.file(
    'doorward.toml',
    'camera = 5\n[web]\nport = "many"\n[motion]\nenabled = 1\nzone = [0, 2, 1]\n[log]\nlevel = "LOUD"\n' +
      '[notify]\nquietHours = "late"\nwebhookSecret = 12345\n[retention]\ndays = 2020-01-01\nbytesMax = 1.5\n[recognition]\nstrangerDistance = 7',
  );
  const { complaints } = await house.load({ environment: { DOORWARD_CAMERA_WIDTH: 'wide' } });
  assert.deepEqual(complaints.slice(0, -1), [
    `cannot use camera in ${path}: it is a section and holds no value: give one to a setting in it, such as camera.source or camera.width`,
    `cannot use web.port = "many" in ${path}: a whole number from 0 to 65535 was expected`,
    `cannot use motion.enabled = 1 in ${path}: true or false was expected`,
    `cannot use motion.zone = [0,2,1] in ${path}: 4 numbers from 0 to 1 was expected`,
    `cannot use log.level = "LOUD" in ${path}: one of DEBUG, INFO, WARN, ERROR was expected`,
    `cannot use notify.quietHours = "late" in ${path}: a time span like 22:00-07:00 with two different times, or nothing was expected`,
    `cannot use notify.webhookSecret = (hidden) in ${path}: a text of at most 200 characters was expected`,
    `cannot use retention.days = "2020-01-01" in ${path}: a whole number from 1 to 3650 was expected`,
    `cannot use retention.bytesMax = 1.5 in ${path}: a whole number from 10000000 to 1000000000000 was expected`,
    `cannot use recognition.strangerDistance = 7 in ${path}: a number from 0.1 to 1 was expected`,
    'cannot use camera.width = "wide" in DOORWARD_CAMERA_WIDTH: a whole number from 160 to 1920, a multiple of 2 was expected',
  ]);
});

test('a time span that ends when it begins is refused: it could mean a whole day, or no time at all', async (context) => {
  const house = newHouse(context);
  const path = house.file('doorward.toml', '[notify]\nquietHours = "22:00-22:00"\n[update]\nwindow = "00:00-00:00"\n');
  const { complaints, settings } = await house.load({});
  assert.deepEqual(complaints.slice(0, -1), [
    `cannot use notify.quietHours = "22:00-22:00" in ${path}: a time span like 22:00-07:00 with two different times, or nothing was expected`,
    `cannot use update.window = "00:00-00:00" in ${path}: a time span like 22:00-07:00 with two different times, or nothing was expected`,
  ]);
  assert.deepEqual([settings.notify.quietHours, settings.update.window], ['', '02:00-05:00']);
});

test('a broken file does not stop the bell: the last good settings hold, and it says so', async (context) => {
  const house = newHouse(context);
  house.file('doorward.toml', 'retention.days = 9\ncamera.width = 800');
  const good = await house.load({ flags: { 'web.port': '7' } });
  await rememberSettings(nodeDisk, house.home, good);
  const path = house.file('doorward.toml', 'retention.days = 5\ncamera.width = = 800');
  const { settings, origins, complaints } = await house.load({ flags: { 'log.level': 'DEBUG' } });
  assert.match(complaints[0] ?? '', new RegExp(`^cannot use ${path}: .+ \\(line 2, column \\d+\\)$`));
  assert.match(complaints[1] ?? '', /the last good settings hold/);
  assert.deepEqual([settings.retention.days, settings.camera.width], [9, 800]);
  assert.equal(settings.web.port, 8080, 'a flag of that day was for that day');
  assert.equal(settings.log.level, 'DEBUG', 'a flag of today holds');
  assert.match(origins['camera.width'] ?? '', /^the last good settings/);
});

test('without last good settings the good values hold', async (context) => {
  const house = newHouse(context);
  house.file('doorward.toml', 'retention.days = 9\ncamera.width = 3');
  house.file('last-good-settings.json', '{"camera":');
  const { settings, complaints } = await house.load();
  assert.deepEqual([settings.retention.days, settings.camera.width], [9, 1280]);
  assert.match(complaints.at(-1) ?? '', /left out/);
});

test('last good settings of another release lose only what no longer fits', async (context) => {
  const house = newHouse(context);
  house.file('doorward.toml', 'nonsense');
  house.file('last-good-settings.json', '{"retention":{"days":9,"gone":1},"camera":{"width":99999},"old":{"key":1}}');
  const { settings } = await house.load();
  assert.deepEqual([settings.retention.days, settings.camera.width], [9, 1280]);
});

test('values that do not go together are refused together', async (context) => {
  const house = newHouse(context);
  const path = house.file('doorward.toml', 'recognition.strangersPerName = 20000\nretention.days = 9');
  const { settings, complaints } = await house.load();
  assert.equal(
    complaints[0],
    `cannot use these settings together: recognition.strangersPerKnown must be at least recognition.strangersPerName (recognition.strangersPerName from ${path}, recognition.strangersPerKnown from default)`,
  );
  assert.deepEqual([settings.recognition.strangersPerName, settings.retention.days], [1000, 9]);
});

test('what is wrong with a flag is told apart: whoever typed it is there', async (context) => {
  const { complaints, flagComplaints } = await newHouse(context).load({
    flags: { 'camera.sorce': 'x', 'web.port': '-1' },
  });
  assert.deepEqual(complaints, []);
  assert.equal(flagComplaints.length, 2);
  assert.match(
    flagComplaints[0] ?? '',
    /camera\.sorce in --camera\.sorce: there is no such setting; did you mean camera\.source\?/,
  );
});

test('a folder that cannot be read is a complaint, not an end', async (context) => {
  const disk = {
    ...nodeDisk,
    list: (path: string) => Promise.reject(new DiskFault(`cannot list ${path}: permission denied`, 'denied')),
  };
  const { settings, complaints } = await newHouse(context).load({ disk });
  assert.match(complaints[1] ?? '', /cannot list .*settings\.d: permission denied/);
  assert.equal(settings.web.port, 8080);
});

test('good settings are remembered once, readable by the owner only', async (context) => {
  const house = newHouse(context);
  await rememberSettings(nodeDisk, house.home, await house.load());
  const before = statSync(house.home.lastGoodSettings);
  assert.equal(before.mode & 0o777, 0o600);
  await rememberSettings(nodeDisk, house.home, await house.load());
  assert.equal(statSync(house.home.lastGoodSettings).ino, before.ino, 'not written again');
  assert.match(readFileSync(house.home.lastGoodSettings, 'utf8'), /"port": 8080/);
});

test('broken settings are not remembered', async (context) => {
  const house = newHouse(context);
  await rememberSettings(nodeDisk, house.home, await house.load({ device: { 'web.port': 'x' } }));
  assert.throws(() => statSync(house.home.lastGoodSettings));
});

test('a device reads /etc/doorward, everything else its home', () => {
  assert.equal(settingsFolder(homeAt('/var/lib/doorward')), '/etc/doorward');
  assert.equal(settingsFolder(homeAt('/home/ada/door')), '/home/ada/door');
});

test('every setting is explained: value, where from, meaning', async (context) => {
  const explained = explainSettings(await newHouse(context).load({ device: { 'retention.days': 7 } }));
  assert.ok(explained.length > 30);
  assert.ok(explained.every(({ description }) => description.length > 10));
  assert.deepEqual(
    explained.find(({ key }) => key === 'retention.days'),
    {
      key: 'retention.days',
      value: 7,
      origin: 'device',
      description: 'Days a visit and its pictures are kept, counted while the bell runs',
      isSecret: false,
    },
  );
  assert.deepEqual(
    explained.filter(({ isSecret }) => isSecret).map(({ key }) => key),
    ['notify.webhookUrl', 'notify.webhookSecret'],
  );
});
