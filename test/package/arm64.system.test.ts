import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { arm64Executable } from '../image/card.ts';
import { download, newFolder, piRoot, plainEnvironment } from './packaged.ts';

test('the executable for a Pi runs under emulation', async (t) => {
  const folder = newFolder(t);
  const emulator = ['qemu-aarch64-static', '-L', piRoot(folder)];
  const executable = await arm64Executable();
  assert.equal(readFileSync(executable).readUInt16LE(18), 183, 'not an ARM program');
  const pi = download(t, executable, emulator);

  await t.test('help and doctor', () => {
    assert.match(pi.run('help').stdout, /a doorbell that knows who is at the door/);
    const doctor = pi.run('doctor', '--web.port=0');
    assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
    assert.match(doctor.stdout, /good {2}models +5 in .*, intact/);
    assert.match(doctor.stdout, /good {2}database +readable/);
    assert.doesNotMatch(doctor.stderr, /rejected/, 'the code cache was made by this very Node');
  });

  await t.test('one enrolled, another picture of her has her name, and somebody else has none', () => {
    assert.match(pi.run('people', 'add', 'Ada', 'ada-enrolment.jpg').stdout, /^Ada: 1 face enrolled/);
    const { stdout, stderr } = pi.run('recognize', 'ada.jpg', 'grace-enrolment.jpg');
    assert.match(stdout, /^ada\.jpg: Ada \(known\)/, stderr);
    assert.match(stdout, /^grace-enrolment\.jpg: stranger/m, stderr);
  });

  await t.test('health over HTTP, and a good end', async () => {
    const [program, ...words] = [...emulator, pi.executable, 'run', '--web.port=0', '--camera.source=demo'];
    assert(program !== undefined);
    const child = spawn(program, words, {
      cwd: pi.folder,
      env: plainEnvironment(pi.userHome),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    t.after(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    const [printed] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown];
    const address = /http:\/\/[\d.]+:\d+/.exec(String(printed))?.[0];
    assert.ok(address !== undefined, String(printed));
    const health = (await (await fetch(`${address}/health`)).json()) as { checks: Record<string, string> };
    assert.equal(health.checks['database_connectivity'], 'healthy', JSON.stringify(health));
    child.kill('SIGTERM');
    assert.equal((await ended)[0], 0);
  });
});
