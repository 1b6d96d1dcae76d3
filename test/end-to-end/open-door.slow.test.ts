/** A door that is open to the network: what a stranger there meets, and what whoever is on the machine still has. */
import assert from 'node:assert/strict';
import { request as askPlain, type IncomingMessage } from 'node:http';
import { request as askSecure } from 'node:https';
import { networkInterfaces } from 'node:os';
import { json } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { Appliance, Doorward, newFolder, type, waitFor } from './appliance-process.ts';

/** An address of this machine that is not its loopback: whoever asks there comes from it. */
const outside = Object.values(networkInterfaces())
  .flatMap((one) => one ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

async function open(t: TestContext): Promise<{ appliance: Appliance; port: number; doorward: Doorward }> {
  const home = newFolder(t);
  assert.equal((await type(['--home', home, 'settings', 'set', 'web.address', '0.0.0.0'])).code, 0);
  const doorward = new Doorward(['run', '--home', home, '--camera.source=push', '--web.port=0']);
  t.after(async () => {
    doorward.send('SIGKILL');
    await doorward.ended;
  });
  const address = await waitFor('it runs', () => /^Doorward runs: (\S+)$/m.exec(doorward.out)?.[1]);
  return { doorward, appliance: new Appliance(doorward, home, address), port: Number(new URL(address).port) };
}

test(
  'from the network a stranger is told to use TLS, and by TLS nothing but that the bell is there',
  { skip: outside === undefined && 'no network' },
  async (t) => {
    const { appliance, doorward, port } = await open(t);
    assert.equal(appliance.address, `http://127.0.0.1:${port}`);
    const ask = (path: string, options: object = {}): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const asked = askSecure({ host: outside, port, path, servername: 'localhost', headers: { host: `${outside}:${port}` }, ...options }, resolve); // prettier-ignore
        asked.on('error', reject).end();
      });
    const led = await new Promise<IncomingMessage>((resolve, reject) => {
      askPlain({ host: outside, port, path: '/api/v1/visits' }, resolve).on('error', reject).end();
    });
    assert.deepEqual([led.statusCode, led.headers.location], [308, `https://${outside}:${port}/api/v1/visits`]);
    led.resume();

    const { certificate, fingerprint } = await appliance.json<{ certificate: string; fingerprint: string }>('/api/v1/access/certificate'); // prettier-ignore
    await assert.rejects(ask('/health'), 'a browser that does not know the root warns');
    const ca = certificate;
    const health = await ask('/health', { ca });
    assert.deepEqual(Object.keys((await json(health)) as object), ['status']);
    for (const [method, path] of [
      ['GET', '/api/v1/visits'],
      ['POST', '/api/v1/trigger'],
      ['GET', '/metrics'],
      ['GET', '/api/v1/settings'],
      ['GET', '/api/v1/live.mjpeg'],
    ] as const) {
      // prettier-ignore
      const answer = await ask(path, { ca, method });
      const { code } = (await json(answer)) as { code: string };
      assert.deepEqual([answer.statusCode, code], [401, 'not-claimed'], path);
    }
    assert.ok(doorward.log().some(({ message }) => /certificate authority of its own/.test(message)));
    const ready = doorward.log().find(({ message }) => message === 'ready');
    assert.match(String(ready?.context['page']), /^https:\/\/[\w-]+\.local:\d+$/, 'where people find it');
    assert.match(
      doorward.out,
      /^Nobody has claimed it yet: open https:\/\/[\w-]+\.local:\d+, and claim it with the code \S+$/m,
    );

    assert.equal((await appliance.type('ring')).code, 0, 'commands come in as ever');
    const told = await appliance.type('access', 'certificate');
    assert.ok(told.out.includes(fingerprint) && told.out.includes('doorward.crt'), told.out);
    const doctor = await appliance.type('doctor');
    assert.match(doctor.out, /certificate +good for (89|90) days/);
    const metrics = await appliance.get('/metrics');
    assert.match(metrics.text, /^doorward_certificate_days_left 8\d\.\d+$|^doorward_certificate_days_left 90$/m);
    assert.match(metrics.text, /^doorward_certificate_failures_total 0$/m);
    assert.equal((await appliance.stop()).code, 0);
  },
);
