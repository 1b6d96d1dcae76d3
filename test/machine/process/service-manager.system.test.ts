/** Our own addon against real datagram sockets: path and abstract ones, and the barrier that ends when its reader lets go. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { before, type TestContext } from 'node:test';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import { serviceManager } from '../../../src/machine/process/service-manager.ts';
import type { ServiceManager } from '../../../src/system/service-manager.ts';
import { compileNative } from '../../../scripts/native/compile.ts';
import { newFolder } from '../../release/workshop.ts';

before(() => void compileNative(process.arch === 'arm64' ? 'arm64' : 'x64'));

interface Listener {
  readonly manager: ServiceManager;
  readonly complaints: readonly string[];
  readonly heard: () => Promise<string>;
  /** Lets go of the barrier that was heard last. */
  readonly letGo: () => void;
}

async function listenOn(context: TestContext, socket: string): Promise<Listener> {
  const child = spawn('python3', [join(import.meta.dirname, 'notify-socket.py'), socket], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async (): Promise<string> => String((await lines.next()).value);
  assert.equal(await heard(), 'listening');
  const complaints: string[] = [];
  const environment = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '30000000' };
  const manager = serviceManager({ clock: nodeClock, environment, complain: (message) => complaints.push(message) });
  return { manager, complaints, heard, letGo: () => child.stdin.write('\n') };
}

for (const kind of ['path', 'abstract'] as const) {
  test(`a manager on a socket of the ${kind} kind hears everything, and is waited for at the hand-over`, async (context) => {
    const socket = kind === 'path' ? join(newFolder(context), 'notify') : `@doorward-test-${process.pid}`;
    const { manager, complaints, heard, letGo } = await listenOn(context, socket);
    assert.equal(manager.watchdogMs, 30_000);
    manager.ready('release 1.0.0');
    assert.equal(await heard(), 'READY=1|STATUS=release 1.0.0');
    manager.alive();
    assert.equal(await heard(), 'WATCHDOG=1');
    manager.status('two\nlines');
    assert.equal(await heard(), 'STATUS=two lines');

    let isNamed = false;
    const named = manager.nameMain(4711).finally(() => (isNamed = true));
    assert.equal(await heard(), 'MAINPID=4711');
    assert.equal(await heard(), 'BARRIER=1');
    await nodeClock.sleep(50); // Long enough for a pipe that was closed too soon to show.
    assert.equal(isNamed, false, 'it has not acknowledged yet');
    letGo();
    assert.deepEqual(await named, { outcome: 'named' });
    manager.alive(); // The successor is heard now: this process has nothing to say.
    manager.stopping();
    const next = serviceManager({
      clock: nodeClock,
      environment: { NOTIFY_SOCKET: socket },
      complain: () => undefined,
    });
    next.alive();
    assert.equal(await heard(), 'WATCHDOG=1');
    next.status('the successor');
    assert.equal(await heard(), 'STATUS=the successor');
    assert.deepEqual(complaints, []);
  });
}

test('a manager that has gone is complained of once for each reason, and names nobody', async (context) => {
  const complaints: string[] = [];
  const environment = { NOTIFY_SOCKET: join(newFolder(context), 'nobody') };
  const manager = serviceManager({ clock: nodeClock, environment, complain: (message) => complaints.push(message) });
  manager.alive();
  manager.alive();
  assert.deepEqual(complaints, ['cannot tell the service manager: no such file or directory']);
  assert.deepEqual(await manager.nameMain(1), {
    outcome: 'failed',
    reason: 'cannot name the main process: no such file or directory',
  });
});

test('in a terminal nobody listens', () => {
  const manager = serviceManager({ clock: nodeClock, environment: {}, complain: assert.fail });
  manager.ready('release 1.0.0');
  assert.equal(manager.isListening, false);
});

test('the addon is the same bytes whenever and wherever it is built, for both architectures', (context) => {
  for (const architecture of ['x64', 'arm64'] as const) {
    const [once, again] = [newFolder(context), newFolder(context)].map((folder) =>
      readFileSync(compileNative(architecture, folder)),
    );
    assert(once !== undefined && again !== undefined);
    assert.ok(once.equals(again), architecture);
    assert.ok(!once.includes(join(import.meta.dirname, '..', '..', '..')), 'it names no path of this machine');
  }
});
