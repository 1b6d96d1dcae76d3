/** `doorward install` on machines that are not as they should be: refused with the reason, and nothing is left half done. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  closeSync, copyFileSync, existsSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync,
} from 'node:fs'; // prettier-ignore
import { createServer } from 'node:http';
import { get } from '../../appliance/street.ts';
import { download, downloaded, install } from '../installed.ts';
import type { Scenario, Scene } from '../scenario.ts';

/** Where an ELF file says what processor it is for, and 64-bit ARM there. */
const elfMachineAt = 18;
const elfArm64 = 0xb7;

/** A machine on which it is refused, then mended, and then it goes well. */
function refusedUntilMended(
  why: RegExp,
  spoil: (scene: Scene) => Promise<{ readonly words?: readonly string[]; readonly mend?: () => Promise<unknown> }>,
): Scenario['run'] {
  return async (scene) => {
    const { device } = scene;
    await download(device, scene.materials);
    const { words = [], mend } = await spoil(scene);
    const refused = await install(device, ...words);
    assert.equal(refused.code, 1, `it was not refused: ${refused.stdout}`);
    assert.match(refused.stderr, /^cannot /);
    assert.match(refused.stderr, why);
    assert.ok(!existsSync(device.path('/opt/doorward/current')), 'something was installed all the same');
    await mend?.();
    await installs(scene);
  };
}

async function installs({ device }: Scene): Promise<void> {
  const { code, stdout, stderr } = await install(device);
  assert.equal(code, 0, stdout + stderr);
  await device.untilReady();
  assert.match(stdout, /http:\/\/127\.0\.0\.1:8080/);
}

const bare = { isBare: true } as const;
/** What people type. */
const command = '/usr/local/bin/doorward';

export const installScenarios: readonly Scenario[] = [
  {
    ...bare,
    name: 'install is done once, a second time it changes nothing, uninstall keeps the household',
    async run(scene) {
      const { device } = scene;
      await download(device, scene.materials);
      const planned = await install(device, '--dry-run');
      assert.match(planned.stdout, /would /);
      assert.ok(!existsSync(device.path('/opt/doorward')), '--dry-run has done something');
      await installs(scene);
      assert.match((await install(device)).stdout, /there is nothing to do/);
      const { code, stdout, stderr } = await device.try([downloaded, 'uninstall']);
      assert.equal(code, 0, stdout + stderr);
      assert.ok(!existsSync(device.path('/opt/doorward/current')), 'it is still there');
      assert.ok(existsSync(device.path('/var/lib/doorward/doorward.db')), 'the household is gone');
      await installs(scene);
    },
  },
  {
    ...bare,
    name: 'root and members of the group give commands, others do not, and root runs nothing of the bell’s user',
    async run(scene) {
      const { device } = scene;
      await download(device, scene.materials);
      await installs(scene);
      const as = async (user: string, ...words: readonly string[]): Promise<{ code: number; said: string }> => {
        const become = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--reset-env'];
        const { code, stdout, stderr } = await device.try([...(user === 'root' ? [] : become), command, ...words]);
        return { code, said: stdout + stderr };
      };
      await device.run(['useradd', '--user-group', '--groups', 'doorward', 'member']);
      await device.run(['useradd', '--user-group', 'other']);
      assert.equal(
        await device.run(['stat', '-c', '%U %G %a', '/run/doorward/doorward.sock']),
        'doorward doorward 660\n',
      );
      for (const user of ['root', 'member']) {
        const { code, said } = await as(user, 'status');
        assert.equal(code, 0, `${user}: ${said}`);
        assert.match(said, /^appliance +/m, user);
      }
      const other = await as('other', 'status');
      assert.notEqual(other.code, 0, other.said);
      await device.run(['cp', '--remove-destination', '/bin/false', '/opt/doorward/slots/a/doorward']); // Whatever the bell's user may put there.
      const uninstall = await as('root', 'uninstall', '--dry-run');
      assert.deepEqual(
        [uninstall.code, /would remove \/opt\/doorward/.test(uninstall.said)],
        [0, true],
        uninstall.said,
      );
    },
  },
  {
    ...bare,
    name: 'install of an executable for another processor is refused',
    run: refusedUntilMended(/arm64/, async ({ device }) => {
      const other = device.path('/root/other');
      copyFileSync(device.path(downloaded), other);
      const file = openSync(other, 'r+');
      writeSync(file, Buffer.from([elfArm64, 0]), 0, 2, elfMachineAt);
      closeSync(file);
      return { words: ['--from', '/root/other'] };
    }),
  },
  {
    ...bare,
    name: 'install of a truncated executable is refused',
    run: refusedUntilMended(/./, async ({ device }) => {
      copyFileSync(device.path(downloaded), device.path('/root/short'));
      truncateSync(device.path('/root/short'), 50_000_000);
      return { words: ['--from', '/root/short'] };
    }),
  },
  {
    ...bare,
    name: 'install with too little disk is refused',
    run: refusedUntilMended(/MB are needed/, async ({ device }) => {
      await device.run(['mkdir', '-p', '/opt']);
      await device.run(['mount', '-t', 'tmpfs', '-o', 'size=100M', 'tmpfs', '/opt']);
      return { mend: () => device.run(['umount', '/opt']) };
    }),
  },
  {
    ...bare,
    name: 'install onto a read-only disk is refused',
    run: refusedUntilMended(/writable/, async ({ device }) => {
      await device.run(['mkdir', '-p', '/opt']);
      await device.run(['mount', '--bind', '-o', 'ro', '/opt', '/opt']);
      return { mend: () => device.run(['umount', '/opt']) };
    }),
  },
  {
    ...bare,
    name: 'install beside a foreign program on the port is refused',
    run: refusedUntilMended(/another program uses port 8080/, async () => {
      const foreign = createServer((_asked, answer) => answer.end('hello'));
      foreign.listen(8080, '127.0.0.1');
      await once(foreign, 'listening');
      return {
        mend: () => {
          foreign.closeAllConnections();
          return new Promise((resolve) => foreign.close(resolve));
        },
      };
    }),
  },
  {
    ...bare,
    name: 'a secret of the machine reaches the bell when it is installed, and is shown to nobody',
    async run(scene) {
      const { device } = scene;
      await download(device, scene.materials);
      await device.run(['mkdir', '-p', '/etc/credstore']);
      writeFileSync(device.path('/etc/credstore/doorward.notify.webhookSecret'), 'from the vault\n', { mode: 0o600 });
      await installs(scene);
      const answer = await get(`${device.address}/api/v1/settings`, undefined);
      const { settings } = JSON.parse(answer.body) as { settings: { key: string; value: string; origin: string }[] };
      const secret = settings.find(({ key }) => key === 'notify.webhookSecret');
      assert.equal(secret?.origin, 'the credential doorward.notify.webhookSecret');
      assert.doesNotMatch(answer.body, /vault/);
      const { code } = await device.try(['grep', '-rq', 'from the vault', '/var/lib/doorward', '/opt/doorward/lib']);
      assert.equal(code, 1, 'it is written down');
      assert.doesNotMatch(await device.journal(), /vault/);
    },
  },
  {
    ...bare,
    name: 'a device whose slot is damaged is repaired by install, and takes releases as before',
    async run(scene) {
      const { device } = scene;
      await download(device, scene.materials);
      await installs(scene);
      const manifest = '/opt/doorward/slots/a/manifest.json';
      await device.run(['systemctl', 'stop', 'doorward.service', 'doorward.socket']);
      const file = openSync(device.path('/opt/doorward/slots/a/doorward'), 'r+');
      writeSync(file, Buffer.from([0xff]), 0, 1, 150_000_000); // One byte of a model or of a library.
      closeSync(file);
      const itself = await device.try([downloaded, 'install', '--from', '/opt/doorward/slots/a/doorward']);
      assert.equal(itself.code, 1, 'a damaged executable was installed over itself');
      const doctor = await device.try([downloaded, 'doctor', '--home', '/var/lib/doorward']);
      assert.match(doctor.stdout, /MEND +serving slot/);
      const { code, stdout, stderr } = await device.try([downloaded, 'install']); // Without the root of trust: it is kept.
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /put release .* into slot a/);
      assert.match(readFileSync(device.path(manifest), 'utf8'), /root\.json/);
    },
  },
  {
    ...bare,
    name: 'an installation that was cut short is completed',
    async run(scene) {
      const { device } = scene;
      await download(device, scene.materials);
      for (const seconds of ['0.3', '0.8', '1.5'])
        await device.try([
          'timeout',
          '--signal=KILL',
          seconds,
          downloaded,
          'install',
          '--root-of-trust',
          '/root/root.json',
        ]);
      await installs(scene);
    },
  },
];
