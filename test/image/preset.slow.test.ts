import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const files = join(import.meta.dirname, '..', '..', 'scripts', 'image');
const script = join(files, 'files', 'usr', 'lib', 'doorward-image', 'preset.sh');
const key = `ssh-ed25519 ${'A'.repeat(68)} me@laptop`;

interface Preset {
  readonly code: number | null;
  readonly said: string;
  /** What the device gets, by the name of the file. */
  readonly made: Readonly<Record<string, string>>;
  readonly hostName: string | undefined;
  readonly modes: readonly string[];
}

function preset(text: string | Buffer): Preset {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-preset-'));
  try {
    const [file, out, name] = ['doorward-preset.txt', 'out', 'name'].map((each) => join(folder, each));
    assert.ok(file !== undefined && out !== undefined && name !== undefined);
    writeFileSync(file, text);
    const { status, stderr } = spawnSync('sh', [script, file, out, name], { encoding: 'utf8' });
    const names = readdirSync(out);
    return {
      code: status,
      said: stderr,
      made: Object.fromEntries(names.map((each) => [each, readFileSync(join(out, each), 'utf8')])),
      hostName: existsSync(name) ? readFileSync(name, 'utf8').trim() : undefined,
      modes: ['.', ...names].map((each) => (statSync(join(out, each)).mode & 0o077).toString(8)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('Wi-Fi, key and host name are taken from the file, and only root can read them', () => {
  const text = `# mine\nwifi-name=Küche "5 GHz"\nwifi-password=it's "so" #1\nwifi-country=DE\nssh-key=${key}\nhost-name=front-door\n`;
  const { code, said, made, hostName, modes } = preset(text);
  assert.deepEqual([code, said], [0, '']);
  assert.equal(hostName, 'front-door');
  assert.equal(made['authorized_keys'], `${key}\n`);
  const ssid = Buffer.from('Küche "5 GHz"').toString('hex');
  assert.equal(
    made['wpa_supplicant.conf'],
    `country=DE\nnetwork={\n  scan_ssid=1\n  ssid=${ssid}\n  key_mgmt=WPA-PSK SAE\n  ieee80211w=1\n  psk="it's "so" #1"\n}\n`,
  );
  assert.deepEqual([...new Set(modes)], ['0']);
});

test('a file written on Windows means the same', () => {
  const { code, made, hostName } = preset(`\ufeffhost-name=door\r\nssh-key=${key}\r\nwifi-name=home`);
  assert.equal(code, 0);
  assert.equal(hostName, 'door');
  assert.equal(made['authorized_keys'], `${key}\n`);
  assert.match(made['wpa_supplicant.conf'] ?? '', /ssid=686f6d65\n {2}key_mgmt=NONE/);
});

test('a line that cannot be used is named, without its value, and costs only itself', () => {
  const { code, said, made, hostName } = preset(
    `wifi-name=home\nwifi-password=short\nhost-name=Front Door\nwifi\nssh-key=${key}\n`,
  );
  assert.equal(code, 1);
  assert.match(said, /cannot use line 2 of doorward-preset\.txt: wifi-password takes 8 to 63 plain characters/);
  assert.match(said, /cannot use line 3 .*: host-name takes/);
  assert.match(said, /cannot use line 4 .*: it has no =/);
  assert.doesNotMatch(said, /short|Front Door/);
  assert.equal(hostName, undefined);
  assert.equal(made['authorized_keys'], `${key}\n`);
});

test('a Wi-Fi whose password cannot be used is not joined without one', () => {
  assert.equal(preset('wifi-name=home\nwifi-password=short\n').made['wpa_supplicant.conf'], undefined);
});

test('nothing in the file is run or smuggled into another file', () => {
  for (const line of [
    `ssh-key=command="reboot" ${key}`,
    `ssh-key=${key}\rssh-key=other`,
    'host-name=$(touch /tmp/x)',
    'host-name=-door',
    'wifi-country=DE}',
    `wifi-password=12345678\x0bnetwork={`,
    'password=secret',
  ]) {
    const { code, made, hostName } = preset(`${line}\n`);
    assert.deepEqual([code, made, hostName], [1, {}, undefined], line);
  }
});

test('the file that lies on the card presets nothing until somebody fills it in', () => {
  const { code, said, made, hostName } = preset(readFileSync(join(files, 'boot', 'doorward-preset.txt')));
  assert.deepEqual([code, said, made, hostName], [0, '', {}, undefined]);
});
