/** A socket that the service manager keeps: who comes while nothing runs waits in it. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import test, { type TestContext } from 'node:test';
import { handleOf } from '../../src/machine/process/listening-socket.ts';
import { Appliance, Doorward, newFolder, waitFor } from './appliance-process.ts';

/** As systemd passes it: LISTEN_PID is known only to the process itself. */
const throughShell = ['sh', '-c', 'LISTEN_PID=$$ exec "$0" "$@"'];

async function startOn(
  context: TestContext,
  host: string,
): Promise<{ doorward: Doorward; port: number; home: string }> {
  const keeper = createServer();
  await new Promise<void>((resolve) => keeper.listen(0, host, resolve));
  const { port } = keeper.address() as AddressInfo;
  const { fd } = handleOf(keeper) as { fd: number };
  const home = newFolder(context);
  const doorward = new Doorward(['run', '--home', home, '--camera.source=push'], {
    environment: { LISTEN_FDS: '1', LISTEN_FDNAMES: 'web' },
    through: throughShell,
    inherits: fd,
  });
  context.after(async () => {
    doorward.send('SIGKILL');
    await doorward.ended;
  });
  keeper.close(); // From now on the socket is open in the appliance alone, which does not accept yet.
  return { doorward, port, home };
}

test('a connection made before the appliance is ready is answered by it, and the settings are told to be unused', async (t) => {
  const { doorward, port, home } = await startOn(t, '127.0.0.1');
  const early = await fetch(`http://127.0.0.1:${port}/ready`);
  assert.equal(early.status, 200);
  const appliance = new Appliance(doorward, home, `http://127.0.0.1:${port}`);
  const warning = await waitFor('it tells', () => doorward.log().find(({ message }) => /are not used/.test(message)));
  assert.deepEqual(warning.context['address'], appliance.address);
  assert.match(String(warning.context['advice']), /systemctl edit doorward\.socket/);
  assert.equal((await appliance.type('ring')).code, 0, 'commands find it there');
  assert.equal((await appliance.stop()).code, 0);
});

/** Of this machine in a network. */
const outside = Object.values(networkInterfaces())
  .flatMap((one) => one ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

const skip = outside === undefined && 'this machine is in no network';

test(
  'a socket that one network alone finds is left alone: the bell rings, and its door is at home',
  { skip },
  async (t) => {
    const { doorward, port, home } = await startOn(t, outside ?? '');
    const address = await waitFor('it runs', () => /^Doorward runs: (\S+)$/m.exec(doorward.out)?.[1]);
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(
      doorward.err,
      /cannot use the socket of the service manager: whoever is on this machine does not find /,
    );
    const appliance = new Appliance(doorward, home, address);
    assert.equal((await appliance.type('ring')).code, 0, 'commands find it there');
    await assert.rejects(fetch(`http://${outside}:${port}/ready`), 'nobody is let in there');
    assert.equal((await appliance.stop()).code, 0);
  },
);
