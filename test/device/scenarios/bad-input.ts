/** What a bad card, a full disk and a clock without a battery do to a device that is installed. */
import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { until } from '../../appliance/street.ts';
import { namesAda, type Scenario } from '../scenario.ts';

const waitMsMax = 120_000;
const home = '/var/lib/doorward';

export const badInputScenarios: readonly Scenario[] = [
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
        async () => (await device.journal('doorward.service')).includes('Somebody is at the door'),
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
