import assert from 'node:assert/strict';
import test from 'node:test';
import { commands } from '../../src/command/commands.ts';
import { madeFiles } from '../../src/command/install.ts';
import { deviceTree, directoryRules } from '../../src/install/device-tree.ts';
import { planInstall, systemdVersionMin, type InstallFacts } from '../../src/install/plan.ts';
import { carriedFile } from '../../src/machine/executable/carried-files.ts';

const bare: InstallFacts = {
  isRoot: true,
  isOffline: false,
  systemd: 257,
  machineArchitecture: 'linux-arm64',
  release: { version: '1.2.0', architecture: 'linux-arm64', bytes: 160_000_000 },
  isSourceInSlot: false,
  installed: undefined,
  isFactoryWhole: false,
  writeProblem: undefined,
  freeBytes: 10_000_000_000,
  port: 'free',
  changedFiles: deviceTree('').systemFiles,
  hasUser: false,
  areDirectoriesThere: false,
  hasSettings: false,
  hasCommand: false,
  isEnabled: false,
  isRunning: false,
};
const installed: InstallFacts = {
  ...bare,
  installed: { slot: 'a', version: '1.2.0', isWhole: true },
  isFactoryWhole: true,
  changedFiles: [],
  hasUser: true,
  areDirectoriesThere: true,
  hasSettings: true,
  hasCommand: true,
  isEnabled: true,
  isRunning: true,
};

function kindsOf(facts: InstallFacts): readonly string[] {
  const plan = planInstall(facts);
  assert.equal(plan.outcome, 'planned', JSON.stringify(plan));
  return plan.outcome === 'planned' ? plan.steps.map(({ kind }) => kind) : [];
}

function refusalOf(facts: Partial<InstallFacts>): string {
  const plan = planInstall({ ...bare, ...facts });
  return plan.outcome === 'refused' ? plan.message : `planned ${plan.steps.length} steps`;
}

test('a bare machine gets everything, in an order in which every step finds what it needs', () => {
  const kinds = kindsOf(bare);
  assert.deepEqual(
    kinds.filter((kind) => kind !== 'file'),
    ['user', 'directories', 'release', 'factory', 'libraries', 'link', 'settings', 'command', 'enable', 'start'],
  );
  assert.equal(kinds.lastIndexOf('file'), deviceTree('').systemFiles.length - 1);
});

test('a machine that is as it should be is left alone', () => {
  assert.deepEqual(kindsOf(installed), []);
});

test('a half-installed try is completed, and what is there already stays', () => {
  assert.deepEqual(kindsOf({ ...installed, installed: undefined, isRunning: false }), [
    'directories',
    'release',
    'libraries',
    'link',
    'settings',
    'start',
  ]);
  const damaged = { slot: 'b', version: '1.2.0', isWhole: false } as const;
  const plan = planInstall({ ...installed, installed: damaged });
  assert.deepEqual(plan.outcome === 'planned' && plan.steps[1], { kind: 'release', slot: 'b' });
});

test('the tree of a disk image is filled without starting anything', () => {
  const kinds = kindsOf({ ...bare, isOffline: true, systemd: undefined, machineArchitecture: 'linux-x64' });
  assert.ok(kinds.includes('release') && kinds.includes('enable'));
  assert.ok(!kinds.includes('start') && !kinds.includes('libraries'));
});

test('what cannot be done is refused with what to do instead', () => {
  assert.match(refusalOf({ isRoot: false }), /cannot install: .*sudo/);
  assert.match(refusalOf({ systemd: undefined }), /systemd does not run this machine/);
  assert.match(refusalOf({ systemd: systemdVersionMin - 1 }), /too old, 254 is needed/);
  assert.match(refusalOf({ machineArchitecture: 'linux-x64' }), /for linux-arm64, and the machine is linux-x64/);
  assert.match(refusalOf({ writeProblem: '/opt cannot be written (read-only)' }), /mount it writable/);
  assert.match(refusalOf({ freeBytes: 400_000_000 }), /620 MB are needed in \/opt, 400 MB are free/);
  assert.match(refusalOf({ port: 'foreign' }), /another program uses port 8080/);
  const damaged = { slot: 'a', version: '1.2.0', isWhole: false } as const;
  assert.match(
    refusalOf({ installed: damaged, isSourceInSlot: true }),
    /lies in the slot that is damaged: use the one of/,
  );
  const other = { slot: 'a', version: '1.1.0', isWhole: true } as const;
  assert.match(refusalOf({ installed: other }), /release 1.1.0 is installed: .*doorward update/);
});

test('every file of the system is carried, and the directories are those of the design', () => {
  const made = madeFiles(commands(), { version: '1.2.0', madeMs: 0 });
  for (const { name } of deviceTree('').systemFiles)
    assert.notEqual((made.get(name) ?? carriedFile(name))?.length ?? 0, 0, name);
  const rules = directoryRules(Buffer.from(carriedFile('systemd/doorward.tmpfiles') ?? []).toString());
  const modes = new Map(rules.map(({ path, mode }) => [path, mode.toString(8)]));
  assert.equal(modes.get('/var/lib/doorward'), '750');
  assert.equal(modes.get('/opt/doorward/slots'), '755');
  assert.equal(modes.get('/etc/doorward'), '750');
});
