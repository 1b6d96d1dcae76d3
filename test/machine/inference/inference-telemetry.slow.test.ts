import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const recognise = path.join(import.meta.dirname, 'recognise-once.ts');
const modelsFolder = path.join(import.meta.dirname, '../../../.models');
const picture = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
  'demo/sample1.jpg',
);

/** What a watch saw of an attempt to reach the world; nothing is what it shall see. */
interface Watch {
  readonly name: string;
  /** Whom a program that is watched so may try to reach: nothing leaves this machine. */
  readonly harmless: string;
  watch(...extra: string[]): Promise<string[]>;
}

/** Every system call that leads out: internet sockets, look-ups, and what ONNX Runtime's telemetry does first. */
const tracer: Watch = {
  name: 'strace',
  harmless: '127.0.0.1',
  async watch(...extra) {
    const folder = await mkdtemp(path.join(tmpdir(), 'doorward-trace-'));
    try {
      const trace = path.join(folder, 'trace');
      const calls = 'trace=socket,connect,sendto,sendmsg,sendmmsg,open,openat,mkdir,mkdirat';
      const program = ['-f', '-qq', '-o', trace, '-e', calls, process.execPath, recognise, modelsFolder, picture];
      await recognised('strace', [...program, ...extra]);
      const seen = await readFile(trace, 'utf8');
      assert.match(seen, /libonnxruntime/, 'the watch sees what the program opens');
      return seen.split('\n').filter((line) => leadsOut.some((pattern) => pattern.test(line)));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

const leadsOut = [
  /socket\(AF_INET6?, /,
  /(connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_INET6?/,
  /"\/etc\/(resolv\.conf|hosts|nsswitch\.conf)"/,
  /"\/etc\/machine-id"|DeveloperTools/,
];

/** A network of its own, without a way out, that counts what somebody tried to send. */
const namespace: Watch = {
  name: 'unshare',
  harmless: '192.0.2.1', // For documentation (RFC 5737), and there is no way to it.
  async watch(...extra) {
    const program = [process.execPath, recognise, modelsFolder, picture, ...extra];
    const quoted = program.map((word) => `'${word}'`).join(' ');
    const counters = 'cat /proc/net/snmp6 /proc/net/snmp';
    const text = await recognised('unshare', ['-rn', 'sh', '-c', `${quoted} && ${counters}`]);
    return [...text.matchAll(/^(?:Ip6OutNoRoutes|Ip6OutRequests|Udp6OutDatagrams)\s+([1-9]\d*)$/gm)]
      .map(([line]) => line)
      .concat(
        ['Ip OutNoRoutes', 'Ip OutRequests', 'Tcp ActiveOpens', 'Udp OutDatagrams'].filter(
          (name) => counter(text, name) > 0,
        ),
      );
  },
};

/** A figure of /proc/net/snmp: a line of names, then a line of numbers. */
function counter(text: string, name: string): number {
  const [protocol = '', field = ''] = name.split(' ');
  const [names, numbers] = text.split('\n').filter((line) => line.startsWith(`${protocol}: `));
  const place = names?.split(' ').indexOf(field) ?? -1;
  assert(place > 0, `the watch counts ${name}`);
  return Number(numbers?.split(' ')[place]);
}

async function recognised(command: string, words: string[]): Promise<string> {
  const environment = { ...process.env };
  delete environment['ORT_DISABLE_TELEMETRY']; // The program itself must turn it off.
  const { stdout } = await run(command, words, { env: environment, timeout: 120_000 });
  assert.match(stdout, /^recognised [1-9]/m, 'the program recognised somebody');
  return stdout;
}

async function works(command: string, ...words: string[]): Promise<boolean> {
  return await run(command, words).then(
    () => true,
    () => false,
  );
}

const watches: Watch[] = [];
if (await works('strace', '-qq', '-o', '/dev/null', 'true')) watches.push(tracer);
if (await works('unshare', '-rn', 'true')) watches.push(namespace);

test('there is a watch over the network on this machine', () => {
  assert(watches.length > 0, 'cannot watch for connections: install strace, or allow unshare -rn');
});

for (const one of watches) {
  const { name, harmless } = one;
  test(`a recognition opens no connection and looks up no name (${name})`, async () => {
    assert.deepEqual(await one.watch(), []);
  });

  test(`the watch sees a connection when there is one (${name})`, async () => {
    assert.notDeepEqual(await one.watch('--call', harmless), []);
  });
}
