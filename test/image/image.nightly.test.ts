/**
 * The disk image as people get it: written to a larger card, with a preset file, started in a virtual machine, met from
 * outside, pulled from the mains and started again.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { arm64Executable, makeCard, powerOn, spareBytes, untilHealthy, type Card } from './card.ts';
import { Workshop } from '../device/releases.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** What the tests share: one card, and the machine that it is in. */
const bench: { card?: Card; machine?: VirtualMachine; workshop?: Workshop } = {};
const trialMsMax = 300_000;

before(async () => {
  const executable = await arm64Executable();
  const workshop = new Workshop(mkdtempSync(join(tmpdir(), 'doorward-image-')), executable, 'arm64');
  bench.workshop = workshop;
  const rootOfTrust = join(workshop.folder, 'root.json');
  bench.card = await makeCard({ executable, rootOfTrust }, ['host-name=front-door']);
});

after(async () => {
  await bench.machine?.kill();
  for (const folder of [bench.card?.folder, bench.workshop?.folder])
    if (folder !== undefined) rmSync(folder, { recursive: true });
});

async function switchOn(): Promise<VirtualMachine> {
  assert.ok(bench.card !== undefined, 'the image was not made');
  bench.machine = await powerOn(bench.card);
  return bench.machine;
}

async function inside(command: string): Promise<string> {
  assert.ok(bench.machine !== undefined);
  return (await bench.machine.run(command)).trim();
}

test('the image boots to a healthy appliance, seen from outside', async () => {
  const beganMs = performance.now();
  const machine = await switchOn();
  const { status } = await untilHealthy(machine);
  assert.equal(status, 200);
  console.log(`boot to healthy: ${((performance.now() - beganMs) / 1000).toFixed(1)} s, ${machine.processorSeconds.toFixed(1)} s of processor time`); // prettier-ignore
  assert.equal(await inside('readlink /opt/doorward/current'), 'slots/a');
});

test('with a camera it is healthy in every part', async () => {
  const { machine } = bench;
  assert.ok(machine !== undefined);
  const file = '/etc/doorward/settings.d/50-test.toml';
  await inside(`printf '[camera]\\nsource = "demo"\\n' > ${file} && systemctl restart --no-block doorward`);
  await untilHealthy(machine, ({ body }) => body.startsWith('{"status":"healthy"'));
});

test('no unit has failed', async () => {
  assert.equal(await inside('systemctl --failed --no-legend --plain'), '');
});

test('the root cannot be written, nor the factory release, and the rest of the card is there for data', async () => {
  for (const path of ['/etc', '/usr/bin', '/boot', '/opt/doorward/factory'])
    assert.match(await inside(`touch ${path}/x 2>&1 || true`), /Read-only file system/, path);
  const bytes = Number(await inside('df --block-size=1 --output=size /data | tail -n 1'));
  assert.ok(bytes > spareBytes, `the data partition has ${bytes} bytes`);
  for (const path of ['/opt/doorward', '/var/lib/doorward', '/etc/doorward'])
    assert.equal(await inside(`findmnt --noheadings --output=LABEL --target ${path}`), 'doorward-data', path);
});

test('nobody comes in by a password, and by a key only while one is preset', async () => {
  const passwords = (await inside('cut -d: -f2 /etc/shadow')).split('\n').filter((word) => !/^[*!]/.test(word));
  assert.deepEqual(passwords, []);
  assert.match(await inside('sshd -T'), /^passwordauthentication no$/m);
  const key = '/run/doorward-preset/authorized_keys';
  const state = await inside(
    `mv ${key} /run/key; systemctl restart ssh; systemctl is-active ssh; mv /run/key ${key}; systemctl start ssh; true`,
  );
  assert.equal(state, 'inactive');
});

test('the appliance is the only one that listens beside SSH and name services, and it listens on the loopback', async () => {
  const listening = await inside('ss -Htln | tr -s " " | cut -d" " -f4');
  const open = listening.split('\n').filter((address) => !/^127\.|^\[::1\]/.test(address));
  assert.deepEqual(open.map((address) => address.replace(/.*:/, '')).filter((port) => port !== '22' && port !== '5355'), []); // prettier-ignore
});

test('it answers by the preset name, keeps time, uses no swap, and its watchdog runs', async () => {
  assert.equal(await inside('hostname'), 'front-door');
  assert.match(await inside('resolvectl mdns eth0'), /: yes$/);
  assert.equal(await inside('systemctl is-active systemd-timesyncd'), 'active');
  assert.equal(await inside('tail -n +2 /proc/swaps'), '');
  assert.equal(await inside('cat /sys/class/watchdog/watchdog0/state'), 'active');
  assert.match(await inside('systemd-analyze cat-config systemd/journald.conf'), /^SystemMaxUse=64M$/m);
  assert.match(await inside('stat --format=%a /run/doorward-preset'), /^700$/);
});

test('the kernel holds the service to its limits: memory, tasks, and the devices that it needs', async () => {
  const { machine } = bench;
  assert.ok(machine !== undefined);
  const group = '/sys/fs/cgroup/system.slice/doorward.service';
  const limits = await inside(`cd ${group} && cat memory.max memory.swap.max pids.max`);
  assert.deepEqual(limits.split('\n'), [String(768 * 1024 * 1024), '0', '256']);
  /** What it says as a part of the bell, and its exit code, which the shell outside tells. */
  const within = (command: string): Promise<string> =>
    inside(
      `sh -c 'echo $$ > ${group}/bell/cgroup.procs; echo 1000 > /proc/self/oom_score_adj; exec ${command}' 2>&1; echo $?`,
    );
  assert.match(await within('head -c 1 /dev/vda'), /Operation not permitted\n1$/);
  assert.equal(await within('dd if=/dev/zero of=/dev/null count=1 status=none'), '0');
  assert.match(await within('tail /dev/zero'), /137$/, 'whoever takes too much memory ends');
  const [, first] = /out of memory: Killed process \d+ \((.+?)\)/.exec(await inside('dmesg')) ?? [];
  assert.equal(first, 'tail', 'and not the bell');
  // The kernel may take another one before it has back what the first one held: then the bell starts again.
  assert.equal((await untilHealthy(machine)).status, 200);
});

test('a release on trial that takes all memory ends alone: the bell never stops', async () => {
  const { machine, workshop } = bench;
  assert.ok(machine !== undefined && workshop !== undefined);
  const greedy = await workshop.make('9.0.0', { script: '#!/bin/sh\nexec tail /dev/zero\n' });
  const main = await inside('systemctl show --value --property MainPID doorward');
  await inside('dmesg --clear');
  await inside(`echo ${readFileSync(greedy.file).toString('base64')} | base64 --decode > /run/greedy.release`);
  await inside('/opt/doorward/current/doorward update --no-wait /run/greedy.release');
  const history = await machine.until('the trial has ended', trialMsMax, async () => {
    const text = await inside('/opt/doorward/current/doorward history --json');
    return text.includes('9.0.0') ? text : undefined;
  });
  assert.match(history, /"reverted",\s+"reason": "candidate-ended"/);
  assert.equal(await inside('systemctl show --value --property MainPID doorward'), main);
  const kernel = await inside('dmesg');
  assert.match(kernel, /oom_memcg=\/system.slice\/doorward.service\/trial,/, 'it met its own limit');
  const victims = kernel.matchAll(/out of memory: Killed process \d+ \((.+?)\)/gi);
  assert.deepEqual(new Set([...victims].map(([, name]) => name)), new Set(['tail']));
});

test('the program that reads cameras starts', async () => {
  assert.match(await inside('ffmpeg -hide_banner -version'), /^ffmpeg version/);
});

test('pulled from the mains, it starts again as the same device', async () => {
  const identity = 'cat /etc/machine-id /var/lib/doorward-ssh/ssh_host_ed25519_key.pub';
  const before = await inside(identity);
  await bench.machine?.kill();
  const machine = await switchOn();
  assert.equal((await untilHealthy(machine)).status, 200);
  assert.equal(await inside(identity), before);
  assert.match(before, /^[0-9a-f]{32}\n/);
  assert.ok(Number(await inside('journalctl --list-boots --no-pager --quiet | wc -l')) >= 2, 'the journal forgot the first start'); // prettier-ignore
});
