/** What a bad card, a full disk and a clock without a battery do to a device that is installed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { NativeLibraries } from '../../../src/system/native-libraries.ts';
import { get, until } from '../../appliance/street.ts';
import type { Device } from '../device.ts';
import { namesAda, type Scenario } from '../scenario.ts';

const waitMsMax = 120_000;
const home = '/var/lib/doorward';

const scrubSettings = '/etc/doorward/settings.d/60-scrub.toml';
/** In the licences, which nobody needs to start. */
const harmless = 'Permission is hereby granted';

export const badInputScenarios: readonly Scenario[] = [
  {
    name: 'a flipped bit in the committed slot is found by the daily reading, and mended from the factory release',
    says: /a file that the card had damaged was mended/,
    async run({ device }) {
      const path = '/opt/doorward/slots/a/doorward';
      await device.run(['systemctl', 'stop', 'doorward.service', 'doorward.socket']);
      flipAt(device.path(path), readFileSync(device.path(path)).lastIndexOf(harmless));
      const library = await libraryOf(device, 'better_sqlite3.node');
      flipAt(library.path, statSync(library.path).size - 1); // In its table of sections, which nobody loads.
      writeFileSync(device.path(scrubSettings), '[update]\nscrubHours = 0.002\n');
      await device.run(['chown', 'root:doorward', scrubSettings]);
      await device.run(['systemctl', 'start', 'doorward.socket', 'doorward.service']);
      await device.untilReady();
      await until(async () => (await device.journal('doorward.service')).includes('was mended'), waitMsMax);
      await device.run(['cmp', path, '/opt/doorward/factory/doorward']);
      const metrics = async (): Promise<string> => (await get(`${device.address}/metrics`, undefined)).body;
      await until(async () => /^doorward_slot_files_repaired_total 2$/m.test(await metrics()), waitMsMax);
      assert.equal(hashOf(library.path), library.sha256);
      await device.run(['rm', scrubSettings]);
      await device.run(['systemctl', 'restart', 'doorward.service']);
    },
  },
  {
    name: 'a native library with a flipped bit keeps every release from starting: it is mended, and nobody is blamed',
    says: /better_sqlite3\.node was damaged/,
    async run({ device }) {
      await device.run(['systemctl', 'stop', 'doorward.service', 'doorward.socket']);
      const library = await libraryOf(device, 'better_sqlite3.node');
      flipAt(library.path, 0); // Not an ELF file any more.
      await device.run(['systemctl', '--no-block', 'start', 'doorward.socket', 'doorward.service']);
      await until(() => device.isReady(), waitMsMax);
      assert.equal(hashOf(library.path), library.sha256);
    },
  },
  {
    name: 'the executable in the committed slot is cut short: the factory release serves',
    says: /fell back to /,
    async run({ device }) {
      await device.run(['systemctl', 'stop', 'doorward.service', 'doorward.socket']);
      truncateSync(device.path('/opt/doorward/current/doorward'), 1000);
      await device.run(['systemctl', '--no-block', 'start', 'doorward.socket', 'doorward.service']);
      await until(() => device.isReady(), waitMsMax);
    },
  },
  {
    name: 'the data partition is full at power-on: it still rings',
    async run({ device }) {
      await device.run(['systemctl', 'stop', 'doorward.service', 'doorward.socket']);
      await device.run(['cp', '-a', home, '/root/home']);
      const kilobytes = Number((await device.run(['du', '-sk', home])).split('\t')[0]) + 1024;
      await device.run(['mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', home]);
      await device.run(['cp', '-a', '/root/home/.', home]);
      await device.try(['dd', 'if=/dev/zero', `of=${home}/full`, 'bs=4k']);
      await device.run(['systemctl', '--no-block', 'start', 'doorward.socket', 'doorward.service']);
      await until(() => device.isServing(), waitMsMax);
      await device.press();
      await until(
        async () => (await device.journal('doorward.service')).includes('somebody is at the door'),
        waitMsMax,
      );
      await device.run(['rm', `${home}/full`]);
      await device.run(['systemctl', 'stop', 'doorward.service', 'doorward.socket']);
      await device.run(['umount', '--lazy', home]);
      await device.run(['systemctl', 'start', 'doorward.socket', 'doorward.service']);
    },
  },
  {
    name: 'the clock is at 1970: it rings and names, and takes releases once the time is right',
    async run({ device }) {
      const folder = device.path('/etc/systemd/system/doorward.service.d');
      mkdirSync(folder, { recursive: true });
      const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
      writeFileSync(
        `${folder}/1970.conf`,
        `[Service]\nEnvironment=LD_PRELOAD=${library} "FAKETIME=@1970-01-01 00:01:00"\n`,
      );
      await device.run(['systemctl', 'daemon-reload']);
      await device.run(['systemctl', 'restart', 'doorward.service']);
      await device.untilReady();
      await namesAda(device);
      const [started] = await device.query('SELECT started_ms FROM visits ORDER BY rowid DESC LIMIT 1');
      assert.ok(Number(started) < 86_400_000, `its clock is right: ${started}`);
      await device.run(['rm', '/etc/systemd/system/doorward.service.d/1970.conf']);
      await device.run(['systemctl', 'daemon-reload']);
      await device.run(['systemctl', 'restart', 'doorward.service']);
    },
  },
];

/** A native library that the committed release has unpacked, as its list says that it is. */
async function libraryOf(device: Device, name: string): Promise<{ path: string; sha256: string }> {
  const list = JSON.parse(await device.run(['cat', '/opt/doorward/current/libraries.json'])) as NativeLibraries;
  const library = list.libraries.find((one) => one.name === name);
  assert.ok(library !== undefined);
  return { path: device.path(`/opt/doorward/lib/${list.id}/${name}`), sha256: library.sha256 };
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function flipAt(path: string, at: number): void {
  const file = openSync(path, 'r+');
  const byte = new Uint8Array(1);
  readSync(file, byte, 0, 1, at);
  writeSync(file, Uint8Array.of((byte[0] ?? 0) ^ 1), 0, 1, at);
  closeSync(file);
}
