import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { linuxResources } from '../../../src/machine/node/linux-resources.ts';

/** A machine made of the files that Linux would show. */
function machineOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'doorward-machine-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const memory = 'MemTotal:  4000000 kB\nMemFree: 10 kB\nMemAvailable:  3000000 kB\n';

test('this machine tells its memory, its name and, asked twice, its load', () => {
  const resources = linuxResources();
  const { totalBytes, availableBytes, ownBytes } = resources.memory();
  assert.ok(totalBytes > availableBytes && availableBytes > 0 && ownBytes > 10_000_000);
  assert.equal(resources.cpuPercent(), undefined);
  assert.ok(resources.hostname().length > 0);
});

test('load is the share of the time since the last call', (t) => {
  const root = machineOf(t, { 'proc/stat': 'cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3' });
  const resources = linuxResources(root);
  assert.equal(resources.cpuPercent(), undefined);
  writeFileSync(join(root, 'proc/stat'), 'cpu  120 0 105 765 110 0 0 0 0 0\n');
  assert.equal(resources.cpuPercent(), 25);
  assert.equal(resources.cpuPercent(), undefined, 'no time has passed');
});

test('in a container the memory is what the tightest control group leaves', (t) => {
  const files = {
    'proc/meminfo': memory,
    'proc/self/cgroup': '4:memory:/old\n0::/house/doorward\n',
    'sys/fs/cgroup/house/memory.max': '1000000',
    'sys/fs/cgroup/house/memory.current': '600000',
    'sys/fs/cgroup/house/memory.stat': 'anon 1\ninactive_file 200000\n',
    'sys/fs/cgroup/house/doorward/memory.max': 'max\n',
  };
  const { totalBytes, availableBytes } = linuxResources(machineOf(t, files)).memory();
  assert.deepEqual([totalBytes, availableBytes], [1_000_000, 600_000]);
  const older = {
    'proc/meminfo': memory,
    'proc/self/cgroup': '5:cpu,memory:/house\n0::/\n',
    'sys/fs/cgroup/memory/house/memory.limit_in_bytes': '2000000',
    'sys/fs/cgroup/memory/house/memory.usage_in_bytes': '700000',
    'sys/fs/cgroup/memory/house/memory.stat': 'inactive_file 1\ntotal_inactive_file 100000\n',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
  };
  const first = linuxResources(machineOf(t, older)).memory();
  assert.deepEqual([first.totalBytes, first.availableBytes], [2_000_000, 1_400_000]);
  const free = linuxResources(machineOf(t, { 'proc/meminfo': memory })).memory();
  assert.deepEqual([free.totalBytes, free.availableBytes], [4_096_000_000, 3_072_000_000]);
});

test('the temperature is the processor’s, or not given at all', async (t) => {
  const pi = machineOf(t, {
    'sys/class/thermal/thermal_zone0/type': 'acpitz\n',
    'sys/class/thermal/thermal_zone0/temp': '27800\n',
    'sys/class/thermal/thermal_zone1/type': 'cpu-thermal\n',
    'sys/class/thermal/thermal_zone1/temp': '48312\n',
  });
  assert.equal(await linuxResources(pi).temperatureCelsius(), 48.312);
  assert.equal(await linuxResources(machineOf(t, { 'proc/stat': '' })).temperatureCelsius(), undefined);
});
