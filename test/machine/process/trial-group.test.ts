/** Where the service manager delegates control groups; the kernel's own answer to them is in test/image. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { linuxResources } from '../../../src/machine/node/linux-resources.ts';
import {
  confineToTrial,
  endTrialGroup,
  leaveTrialGroup,
  pidsOnTrial,
} from '../../../src/machine/process/trial-group.ts';

const service = 'sys/fs/cgroup/system.slice/doorward.service';

/** A machine whose bell is in this group of its service. */
function machineWith(t: TestContext, group: string): string {
  const root = mkdtempSync(join(tmpdir(), 'doorward-groups-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'proc/self'), { recursive: true });
  mkdirSync(join(root, service, 'bell'), { recursive: true });
  nowIn(root, group);
  return root;
}

function nowIn(root: string, group: string): void {
  writeFileSync(join(root, 'proc/self/cgroup'), `0::/system.slice/doorward.service${group}\n`);
}

const said = (root: string, name: string): string => readFileSync(join(root, service, name), 'utf8');

test('a candidate gets a memory of its own beside the bell, and becomes the bell without a limit', async (t) => {
  const root = machineWith(t, '/bell');
  await confineToTrial(4711, 300_000_000, root);
  assert.equal(said(root, 'cgroup.subtree_control'), '+memory');
  const files = ['memory.max', 'memory.oom.group', 'cgroup.procs'];
  assert.deepEqual(files.map((name) => said(root, `trial/${name}`)), ['300000000', '1', '4711']); // prettier-ignore
  await leaveTrialGroup(root);
  assert.equal(said(root, 'trial/memory.max'), '300000000', 'the bell has no limit to take away');
  nowIn(root, '/trial');
  await leaveTrialGroup(root);
  assert.equal(said(root, 'trial/memory.max'), 'max');
  assert.equal(said(root, 'bell/cgroup.procs'), '4711');
});

for (const group of ['', '/elsewhere'])
  test(`nothing is touched where this process is in ${group === '' ? 'the group of its service' : group}`, async (t) => {
    const root = machineWith(t, group);
    await confineToTrial(4711, 300_000_000, root);
    await leaveTrialGroup(root);
    assert.ok(!existsSync(join(root, service, 'trial')));
    assert.ok(!existsSync(join(root, service, 'cgroup.subtree_control')));
  });

test('everybody on trial is known to the bell, and ended at once by it alone', async (t) => {
  const root = machineWith(t, '/bell');
  assert.deepEqual(pidsOnTrial(root), []);
  await confineToTrial(4711, 300_000_000, root);
  writeFileSync(join(root, service, 'trial/cgroup.procs'), '4711\n4712\n');
  assert.deepEqual(pidsOnTrial(root), [4711, 4712]);
  nowIn(root, '/trial');
  endTrialGroup(root);
  assert.ok(!existsSync(join(root, service, 'trial/cgroup.kill')), 'a release on trial ends nobody');
  nowIn(root, '/bell');
  endTrialGroup(root);
  assert.equal(said(root, 'trial/cgroup.kill'), '1');
});

test('a machine whose kernel has no such groups starts candidates all the same', async () => {
  await confineToTrial(4711, 300_000_000, '/nowhere');
  await leaveTrialGroup('/nowhere');
});

test('a release on trial tries no other', async (t) => {
  const root = machineWith(t, '/trial');
  await confineToTrial(4711, 300_000_000, root);
  assert.ok(!existsSync(join(root, service, 'trial')));
});

test('the release on trial sees the memory of the machine, and does not take its own limit for it', (t) => {
  const root = machineWith(t, '/trial');
  mkdirSync(join(root, service, 'trial'));
  writeFileSync(join(root, 'proc/meminfo'), 'MemTotal: 4000000 kB\nMemAvailable: 3000000 kB\n');
  writeFileSync(join(root, service, 'memory.max'), '800000000');
  writeFileSync(join(root, service, 'memory.current'), '500000000');
  writeFileSync(join(root, service, 'trial/memory.max'), '300000000');
  writeFileSync(join(root, service, 'trial/memory.current'), '290000000');
  const { totalBytes, availableBytes } = linuxResources(root).memory();
  assert.deepEqual([totalBytes, availableBytes], [800_000_000, 300_000_000]);
});
