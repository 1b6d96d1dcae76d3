import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as askPlain, type IncomingMessage } from 'node:http';
import { Agent, request as askSecure, type RequestOptions } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { json, text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { connect as connectSecure, type TLSSocket } from 'node:tls';
import type { Certificates, CertificatesParts } from '../../src/access/certificates.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { Doorstep } from '../../src/machine/process/doorstep.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { aCertificate } from './certificate.ts';
import { placesMax } from '../../src/web/connection-places.ts';
import { House, silentLog } from './house.ts';

interface Door {
  readonly house: House;
  readonly web: Web;
  readonly port: number;
  readonly certificates: Certificates;
  readonly failures: readonly string[];
  /** Of the certificate authority, PEM. */
  readonly ca: string;
}

/** A door with a doorstep. `from`: where callers seem to come from. */
async function openDoor(
  t: TestContext,
  { from, folder, files }: { from?: string; folder?: string; files?: CertificatesParts['files'] } = {},
): Promise<Door> {
  const house = new House();
  const certificates = aCertificate(folder ?? house.home.tls, { log: silentLog, ...(files && { files }) });
  const failures: string[] = [];
  const doorstep = new Doorstep({
    credentials: () => certificates.credentials(),
    onFailure: (reason) => void failures.push(reason),
  });
  const web = await startWeb({
    ...house.parts(),
    certificates,
    greet(socket, enter) {
      const seem = (connection: Socket): Socket =>
        from === undefined ? connection : Object.defineProperty(connection, 'remoteAddress', { value: from });
      doorstep.greet(seem(socket), (connection) => enter(connection === socket ? socket : seem(connection)));
    },
  });
  t.after(async () => {
    await web.close();
    await house.close();
  });
  const { port } = web.server.address() as AddressInfo;
  const ca = (await certificates.shown())?.root?.pem ?? '';
  return { house, web, port, certificates, failures, ca };
}

interface Asking extends RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

const ask = (door: Door, path: string, options: Asking = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { port, ca } = door;
    const headers = { host: `127.0.0.1:${port}`, ...options.headers };
    const asked = askSecure(
      { port, path, ca, servername: 'door.local', host: '127.0.0.1', ...options, headers },
      resolve,
    );
    asked.on('error', reject);
    asked.end();
  });

const askInTheClear = (port: number, options: Asking): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = { host: `door.local:${port}`, ...options.headers };
    askPlain({ port, host: '127.0.0.1', ...options, headers }, resolve)
      .on('error', reject)
      .end();
  });

test('the same port answers by TLS, with a certificate that the root of the device vouches for, and in the clear', async (t) => {
  const door = await openDoor(t);
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => kept.destroy());
  for (const servername of ['door.local', 'door', 'localhost']) {
    const answer = await ask(door, '/health', { servername });
    assert.equal(answer.statusCode, 200, servername);
    await text(answer);
  }
  for (let count = 0; count < 3; count += 1) {
    const answer = await ask(door, '/api/v1/trigger', { method: 'POST', agent: kept });
    assert.equal(answer.statusCode, 202);
    await text(answer);
  }
  assert.equal(door.house.rings.length, 3);
  const plain = await fetch(`${door.web.address}/api/v1/trigger`, { method: 'POST' });
  assert.equal(plain.status, 202);
  await assert.rejects(ask(door, '/health', { servername: 'bank.example' }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  await assert.rejects(ask(door, '/health', { ca: undefined }), /unable to|self-signed/);
});

test('in the clear nothing is lost of what comes in drops, several at once, or large', async (t) => {
  const { port } = await openDoor(t);
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  let answers = '';
  socket.setEncoding('latin1').on('data', (part: string) => void (answers += part));
  const head = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`;
  for (const drop of head) {
    socket.write(drop);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const body = `{${' '.repeat(50_000)}"log.level":"INFO"}`;
  const change = `PATCH /api/v1/settings HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  socket.write(`\r\n${head}\r\n${change}\r\n${body}${head}Connection: close\r\n\r\n`);
  await once(socket, 'close');
  const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  assert.deepEqual(statuses, ['200', '200', '200', '200']);
});

test('from the network nothing is answered in the clear but where to go', async (t) => {
  const { house, port } = await openDoor(t, { from: '::ffff:192.168.1.7' });
  const led = await askInTheClear(port, { path: '/api/v1/visits?limit=3' });
  assert.match(await text(led), /This doorbell speaks TLS/);
  assert.equal(led.statusCode, 308);
  assert.equal(led.headers.location, `https://door.local:${port}/api/v1/visits?limit=3`);
  for (const [name, options] of Object.entries<Asking>({
    'an act': { method: 'POST', path: '/api/v1/trigger' },
    'a host that is none': { path: '/', headers: { host: 'a"><script>' } },
    'another address': { path: 'http://evil.example/' },
  })) {
    const answer = await askInTheClear(port, options);
    assert.equal(answer.statusCode, 403, name);
    assert.equal(answer.headers.location, undefined, name);
    assert.equal(((await json(answer)) as { code: string }).code, 'tls-needed', name);
  }
  assert.equal(house.rings.length, 0);
});

test('who is at the other end is known by TLS too', async (t) => {
  const door = await openDoor(t, { from: '192.168.1.7' });
  const seen: unknown[] = [];
  door.web.server.on('request', ({ socket }) => void seen.push(socket.remoteAddress, 'encrypted' in socket));
  await text(await ask(door, '/health'));
  assert.deepEqual(seen, ['192.168.1.7', true]);
});

test('TLS 1.2 and 1.3 are spoken, nothing older, nothing weak, and nothing but HTTP/1.1', async (t) => {
  const door = await openDoor(t);
  const spoken = async (options: object): Promise<string> => {
    const socket = connectSecure({
      port: door.port,
      host: '127.0.0.1',
      ca: door.ca,
      servername: 'door.local',
      ...options,
    });
    const [outcome] = (await Promise.race([once(socket, 'secureConnect').then(() => ['done']), once(socket, 'error')])) as [string | Error & { code: string }]; // prettier-ignore
    const protocol = socket.getProtocol();
    socket.destroy();
    return outcome === 'done' ? String(protocol) : (outcome as { code: string }).code;
  };
  assert.equal(await spoken({}), 'TLSv1.3');
  assert.equal(await spoken({ maxVersion: 'TLSv1.2' }), 'TLSv1.2');
  assert.equal(await spoken({ ALPNProtocols: ['http/1.1'] }), 'TLSv1.3');
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' };
  assert.match(await spoken(old), /PROTOCOL_VERSION|HANDSHAKE_FAILURE|INTERNAL_ERROR/);
  const weak = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:NULL-SHA256:ECDHE-ECDSA-NULL-SHA@SECLEVEL=0' };
  assert.match(await spoken(weak), /HANDSHAKE_FAILURE/);
  assert.match(await spoken({ ALPNProtocols: ['h2'] }), /NO_APPLICATION_PROTOCOL/);
  assert.ok(door.failures.length > 0, 'whoever fails is counted');
});

test('a client may not renegotiate', async (t) => {
  const door = await openDoor(t);
  const socket = connectSecure({ port: door.port, host: '127.0.0.1', ca: door.ca, servername: 'door.local', maxVersion: 'TLSv1.2' }); // prettier-ignore
  await once(socket, 'secureConnect');
  const error = await new Promise<Error | null>((resolve) => {
    socket.once('error', resolve);
    socket.renegotiate({}, resolve);
  });
  assert.match(String(error), /renegotiation|no renegotiation/i);
  socket.destroy();
});

test('a handshake that is begun and not ended takes no place from whoever asks', async (t) => {
  const door = await openDoor(t);
  const half: Socket[] = [];
  t.after(() => half.forEach((socket) => socket.destroy()));
  for (let count = 0; count < placesMax + 20; count += 1) {
    const socket = connect(door.port, '127.0.0.1').on('error', () => undefined);
    socket.write(Buffer.from([0x16, 0x03, 0x01]));
    half.push(socket);
  }
  await Promise.all(half.map((socket) => once(socket, 'connect')));
  for (let count = 0; count < 5; count += 1) {
    const answer = await ask(door, '/health');
    assert.equal(answer.statusCode, 200);
    await text(answer);
  }
});

test('who comes back after a hand-over or a start is known by a ticket', async (t) => {
  const first = await openDoor(t);
  const second = await openDoor(t, { folder: first.house.home.tls });
  const third = await openDoor(t);
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const visit = async ({ port, ca }: Door, session?: Buffer): Promise<{ isKnown: boolean; ticket: Buffer }> => {
      const socket: TLSSocket = connectSecure({ port, host: '127.0.0.1', ca: ca + first.ca, servername: 'door.local', maxVersion, ...(session && { session }) }); // prettier-ignore
      let ticket = Buffer.alloc(0);
      socket.on('session', (one) => void (ticket = one));
      await once(socket, 'secureConnect');
      const isKnown = socket.isSessionReused();
      socket.end(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
      socket.resume();
      await once(socket, 'close');
      return { isKnown, ticket };
    };
    const { isKnown, ticket } = await visit(first);
    assert.equal(isKnown, false);
    assert.equal((await visit(second, ticket)).isKnown, true, `${maxVersion}: another process of this home`);
    assert.equal((await visit(third, ticket)).isKnown, false, `${maxVersion}: another home`);
  }
});

test('browsers are told to come by TLS alone where the owner has brought a certificate, and only there', async (t) => {
  const own = await openDoor(t);
  assert.equal((await ask(own, '/health')).headers['strict-transport-security'], undefined);
  const { keyed } = (await own.certificates.credentials()) ?? assert.fail();
  const [certificate, privateKey] = [`${own.house.home.root}/door.crt`, `${own.house.home.root}/door.key`];
  await nodeDisk.write(certificate, keyed.certificate);
  await nodeDisk.write(privateKey, keyed.privateKey);
  const brought = await openDoor(t, { files: { certificate, privateKey } });
  const answer = await ask({ ...brought, ca: own.ca }, '/health');
  assert.match(answer.headers['strict-transport-security'] ?? '', /^max-age=\d{8}$/);
  const plain = await fetch(`${brought.web.address}/health`);
  assert.equal(plain.headers.get('strict-transport-security'), null);
  const root = await fetch(`${brought.web.address}/api/v1/access/certificate?form=der`);
  assert.equal(root.status, 404);
});

test('phones are offered the root, as JSON and as a file', async (t) => {
  const door = await openDoor(t);
  const answer = await fetch(`${door.web.address}/api/v1/access/certificate`);
  const { certificate, fingerprint, names, validUntil } = (await answer.json()) as Record<string, unknown>;
  const root = (await door.certificates.shown())?.root;
  assert.deepEqual([certificate, fingerprint], [root?.pem, root?.fingerprint]);
  assert.deepEqual(names, ['door', 'door.local', 'localhost', '127.0.0.1', '::1', '192.168.1.5']);
  assert.match(String(validUntil), /^20\d\d-\d\d-\d\dT/);
  const file = await fetch(`${door.web.address}/api/v1/access/certificate?form=der`);
  assert.equal(file.headers.get('content-type'), 'application/x-x509-ca-cert');
  assert.match(file.headers.get('content-disposition') ?? '', /doorward\.crt/);
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), new Uint8Array(root?.der ?? []));
});

test('whoever says nothing, or does not come to an end of the handshake, is cut after ten seconds', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const door = await openDoor(t);
  for (const bytes of [Buffer.alloc(0), Buffer.from([0x16]), Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])]) {
    const greeted = once(door.web.server, 'connection');
    const socket = connect(door.port, '127.0.0.1').on('error', () => undefined);
    socket.write(bytes);
    const [accepted] = (await greeted) as [Socket];
    if (bytes.length > 0)
      while (accepted.bytesRead < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(9000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(accepted.destroyed, false);
    t.mock.timers.tick(1001);
    await once(socket, 'close');
  }
});
