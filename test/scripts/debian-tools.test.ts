/** Whatever scripts and tests start by its name stands in the table that `.ci/run` installs from. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { adviceFor, isTool, requireTools } from '../../scripts/debian/tools.ts';

const root = join(import.meta.dirname, '..', '..');
/** What npm brings, and npm itself. */
const ofNpm = new Set(['npm', 'node', 'npx']);
const started = /(?<![.\w])(?:spawn|spawnSync|execFile|execFileSync|execute|run|runTool)\(\s*\[?\s*'([^'\s]+)'/g;
const inShell = /(?:^|&&|\|\||;|\bexec)\s*(mount|umount|losetup|ip|systemd-[a-z]+|mke2fs|unshare|nsenter)\b/gm;

function startedIn(text: string): readonly string[] {
  return [...text.matchAll(started), ...text.matchAll(inShell)].map(([, name = '']) => name);
}

test('a program that is started by its name is seen, however the call is written', () => {
  const text = `
    execFileSync('mkfifo', [path]);
    const child = spawn(
      'qemu-storage-daemon',
      [],
    );
    await runTool('mtype', ['-i', card]);
    const shell = 'umount -R /a || umount -l /a; exec systemd-nspawn --boot';
    device.run('not-here'); rerun('nor-here');`;
  assert.deepEqual(startedIn(text), ['mkfifo', 'qemu-storage-daemon', 'mtype', 'umount', 'systemd-nspawn']);
});

test('every program that a script or a test starts is in the table of tools', () => {
  const files = globSync('{scripts,test}/**/*.ts', { cwd: root }).filter(
    (file) => !file.endsWith('debian-tools.test.ts'),
  );
  const all = files.flatMap((file) =>
    startedIn(readFileSync(join(root, file), 'utf8')).map((tool) => ({ file, tool })),
  );
  assert.ok(all.length > 60, `only ${all.length} are seen`);
  assert.deepEqual(all.filter(({ tool }) => !isTool(tool) && !ofNpm.has(tool)), []); // prettier-ignore
});

test('the dead code search overlooks programs of the table alone', () => {
  const { knip } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    knip: { ignoreBinaries: string[] };
  };
  assert.ok(knip.ignoreBinaries.length > 10);
  assert.deepEqual(knip.ignoreBinaries.filter((name) => !isTool(name)), []); // prettier-ignore
});

test('what is missing is said with the package that has it', () => {
  requireTools('sh', 'cat');
  assert.equal(adviceFor('mke2fs'), 'mke2fs is missing: apt-get install e2fsprogs');
  const path = process.env['PATH'];
  try {
    process.env['PATH'] = '/nowhere';
    assert.throws(() => requireTools('mcopy', 'mtype', 'strace'), {
      message: 'cannot go on: mcopy, mtype, strace are missing: apt-get install mtools strace',
    });
  } finally {
    process.env['PATH'] = path;
  }
});
