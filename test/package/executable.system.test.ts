import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import test from 'node:test';
import { checkout, commandMsMax, download, newFolder, packaged, plainEnvironment, type Download } from './packaged.ts';

const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const libraryFiles = ({ folder }: Download): string[] =>
  globSync(join(folder, '.doorward/lib/**/*'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

/** The heaps that glibc gives to threads beside the main one: 64 MB each, at multiples of that, used from their beginning. */
function sideHeaps(maps: string): number {
  const heapBytes = 64 * 1024 * 1024;
  const areas = maps.split('\n').map((line) => {
    const [, from = '', to = '', rights = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ 00:00 0\s*$/.exec(line) ?? [];
    return { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), rights };
  });
  return areas.filter(({ from, to, rights }, index) => {
    const rest = areas[index + 1];
    const isHeap = rights === 'rw-p' && from % heapBytes === 0;
    return isHeap && rest?.rights === '---p' && rest.from === to && rest.to === from + heapBytes;
  }).length;
}

test('the single executable', async (t) => {
  process.env['SOURCE_DATE_EPOCH'] = '1790000000';
  t.after(() => delete process.env['SOURCE_DATE_EPOCH']);
  const executable = await packaged(newFolder(t), arch);

  await t.test('is byte for byte the same when another checkout makes it', () => {
    const other = join(newFolder(t), 'a', 'checkout', 'elsewhere');
    mkdirSync(other, { recursive: true });
    const kept = ['src', 'scripts', 'systemd', 'native', '.models', 'package.json', 'package-lock.json', 'README.md'];
    for (const name of kept.filter((one) => existsSync(join(checkout, one))))
      cpSync(join(checkout, name), join(other, name), { recursive: true });
    execFileSync('cp', ['-al', join(checkout, 'node_modules'), join(other, 'node_modules')]);
    const words = [join(other, 'scripts', 'package.ts'), '--arch', arch, '--no-measure'];
    const made = spawnSync(process.execPath, words, { encoding: 'utf8', cwd: other, timeout: commandMsMax });
    assert.equal(made.status, 0, made.stderr);
    assert.equal(hashOf(join(other, '.build', `linux-${arch}`, 'doorward')), hashOf(executable));
  });

  await t.test('holds no path of the machine that made it, and names its parts', () => {
    const bytes = readFileSync(executable);
    for (const path of [checkout, join(homedir(), '.npm'), executable, 'doorward-package-'])
      assert.equal(bytes.indexOf(path), -1, path);
    assert.ok(bytes.includes('doorward'), 'the search sees what is there');
  });

  await t.test('says what it is made of, on which terms, and what to watch it with', () => {
    const lone = download(t, executable);
    const materials = JSON.parse(lone.run('licences', '--materials').stdout) as { specVersion: string; components: { name: string; version: string }[] }; // prettier-ignore
    assert.equal(materials.specVersion, '1.6');
    const names = materials.components.map(({ name }) => name);
    for (const name of [
      'fastify',
      'better-sqlite3',
      'onnxruntime-node',
      'sharp',
      `node-linux-${arch}`,
      'face-api',
      'uqr',
    ])
      assert.ok(names.includes(name), name);
    assert.ok(!names.includes('typescript') && !names.includes('esbuild'), 'tools are not in it');
    const licences = lone.run('licences').stdout;
    assert.match(licences, /^Doorward\n\nMIT/);
    assert.match(licences, /sharp-libvips-linux-\w+ [\d.]+ \(LGPL-3.0-or-later\)/);
    const alerts = lone.run('dashboards', '--alerts').stdout;
    const rules = join(newFolder(t), 'rules.yaml');
    writeFileSync(rules, alerts);
    const checked = spawnSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' });
    assert.match(checked.stdout, /SUCCESS: \d+ rules found/, checked.stderr);
  });

  await t.test('recognises a face, leaves HOME empty and asks nobody on the network', () => {
    const lone = download(t, executable);
    assert.equal(lone.run('people', 'add', 'Ada', 'ada-enrolment.jpg').status, 0);
    const trace = join(lone.folder, 'trace');
    const calls = 'trace=socket,connect,sendto,sendmsg,sendmmsg,open,openat,mkdir,mkdirat';
    const words = ['-f', '-qq', '-o', trace, '-e', calls, lone.executable, 'recognize', 'ada.jpg'];
    const seen = spawnSync('strace', words, { cwd: lone.folder, env: plainEnvironment(lone.userHome), encoding: 'utf8', timeout: commandMsMax }); // prettier-ignore
    assert.match(seen.stdout, /^ada\.jpg: Ada \(known\)/, seen.stderr);
    assert.doesNotMatch(seen.stderr, /rejected|Warning/, 'the code cache fits the Node that runs it');
    const lines = readFileSync(trace, 'utf8').split('\n');
    assert.ok(
      lines.some((line) => line.includes('libonnxruntime')),
      'the watch sees what is opened',
    );
    assert.ok(
      lines.some((line) => line.includes('127.0.0.1')),
      'the watch sees connections',
    );
    const isOut = (line: string): boolean => /sa_family=AF_INET6?/.test(line) && !/127\.0\.0\.1|"::1"/.test(line);
    assert.deepEqual(lines.filter(isOut), []);
    // A look-up asks /etc/hosts first. That Node reads resolv.conf at its start asks nobody.
    assert.deepEqual(
      lines.filter((line) => /"\/etc\/hosts"|DeveloperTools/.test(line)),
      [],
    );
    assert.deepEqual(readdirSync(lone.userHome), []);
    assert.deepEqual(readdirSync(lone.folder).filter((name) => !/^(ada|grace|trace)/.test(name)).toSorted(), ['.doorward', 'doorward']); // prettier-ignore
  });

  await t.test(
    'unpacks its libraries once, whole, even when several start at once or one is killed at it',
    async () => {
      const lone = download(t, executable);
      const start = (): ReturnType<typeof spawn> =>
      spawn(lone.executable, ['people', 'list', '--home', newFolder(t)], { cwd: lone.folder, env: plainEnvironment(lone.userHome), stdio: 'ignore' }); // prettier-ignore
      const killed = start();
      const ended = once(killed, 'exit');
      while (killed.exitCode === null && libraryFiles(lone).length === 0)
        await new Promise((resolve) => setImmediate(resolve));
      killed.kill('SIGKILL');
      await ended;
      const codes = await Promise.all([start(), start(), start()].map(async (child) => (await once(child, 'exit'))[0]));
      assert.deepEqual(codes, [0, 0, 0]);
      const whole = libraryFiles(lone).filter((path) => !path.includes('.new-'));
      assert.ok(whole.length >= 5, `only ${whole.length} libraries`);
      const before = whole.map((path) => [basename(path), hashOf(path), statSync(path).ino]);
      assert.equal(lone.run('people', 'list').status, 0);
      assert.deepEqual(
        whole.map((path) => [basename(path), hashOf(path), statSync(path).ino]),
        before,
        'unpacked again',
      );
      const [first = '', second = ''] = whole;
      chmodSync(first, 0o755);
      truncateSync(first, 1000);
      rmSync(second);
      assert.equal(lone.run('people', 'list').status, 0, 'what is missing or cut short is unpacked again');
      assert.deepEqual(
        whole.map((path) => hashOf(path)),
        before.map(([, hash]) => hash),
      );
    },
  );

  await t.test('starts no heaps for the threads that it starts, unless it is told otherwise', async () => {
    const lone = download(t, executable);
    const heapsOf = async (environment: Readonly<Record<string, string>>): Promise<number> => {
      const words = ['run', '--home', newFolder(t), '--web.port=0', '--camera.source=none'];
      const options = { cwd: lone.folder, env: { ...plainEnvironment(lone.userHome), ...environment } };
      const running = spawn(lone.executable, words, { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
      t.after(() => running.kill('SIGKILL'));
      let said = '';
      for await (const chunk of running.stdout) if ((said += String(chunk)).includes('Doorward runs')) break;
      const heaps = sideHeaps(readFileSync(`/proc/${running.pid}/maps`, 'utf8'));
      running.kill('SIGTERM');
      await once(running, 'exit');
      return heaps;
    };
    const own = await heapsOf({}); // Those of Node's threads, which are there before its first line.
    const told = await heapsOf({ MALLOC_ARENA_MAX: '8' });
    assert.ok(own < told, `${own} heaps, ${told} when many are allowed`);
  });

  await t.test('says what to do where its libraries have no room, and does not start when it was cut short', () => {
    const lone = download(t, executable);
    writeFileSync(join(lone.folder, '.doorward'), 'a file where a folder should be');
    const refused = lone.run('people', 'list', '--home', join(lone.folder, 'elsewhere'));
    assert.notEqual(refused.status, 0);
    assert.match(
      refused.stderr,
      /cannot unpack .* \(ENOTDIR\): free some space there, or name another folder in DOORWARD_LIB/,
    );
    const bytes = readFileSync(executable);
    for (const share of [0.2, 0.6, 0.99]) {
      const short = join(lone.folder, `short-${share}`);
      writeFileSync(short, bytes.subarray(0, Math.floor(bytes.length * share)), { mode: 0o755 });
      // The kernel refuses it; whoever gives it to a shell then hears that it is no script either.
      const { status, stdout } = spawnSync(short, ['version'], { encoding: 'utf8' });
      assert.notEqual(status, 0, 'it does not start');
      assert.doesNotMatch(String(stdout), /\d+\.\d+\.\d+/);
    }
  });
});
