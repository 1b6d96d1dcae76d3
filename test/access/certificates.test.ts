import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import test from 'node:test';
import { Certificates, type CertificatesParts } from '../../src/access/certificates.ts';
import { certificateIssuer } from '../../src/machine/certificate/issuer.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import type { KeyedCertificate } from '../../src/system/certificates.ts';
import { DiskFault } from '../../src/system/disk.ts';
import type { Log } from '../../src/system/log.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

const dayMs = 24 * 60 * 60_000;

/** A machine with certificates: its clock, its disk, its names, and what was said. */
class Device {
  readonly clock = new SteppedClock();
  readonly disk = new MemoryDisk();
  readonly said: string[] = [];
  names = ['door', 'door.local'];
  addresses = ['127.0.0.1', '::1', '192.168.1.5', '2003:e1::5', 'fe80::1'];
  mayWrite = true;

  /** A process that is started on it. */
  start(parts: Partial<CertificatesParts> = {}): Certificates {
    const note = (message: string, context?: object): void =>
      void this.said.push(`${message} ${JSON.stringify(context)}`);
    const log: Log = { debug: note, info: note, warn: note, error: note, named: () => log };
    return new Certificates({
      clock: this.clock,
      disk: this.disk,
      random: nodeRandom,
      log,
      issuer: certificateIssuer,
      machine: () => this,
      folder: '/home/tls',
      files: { certificate: '', privateKey: '' },
      mayWrite: () => this.mayWrite,
      ...parts,
    });
  }

  pass(days: number): void {
    this.clock.wallStartMs += days * dayMs;
  }
}

async function keyedOf(certificates: Certificates): Promise<KeyedCertificate> {
  const credentials = await certificates.credentials();
  assert.ok(credentials !== undefined);
  return credentials.keyed;
}

async function ticketsOf(certificates: Certificates): Promise<string> {
  return Buffer.from((await certificates.credentials())?.ticketKeys ?? []).toString('hex');
}

/** Asked again each time, whatever the compiler believes of a getter. */
function stateOf(certificates: Certificates): Certificates['state'] {
  return certificates.state;
}

async function rootOf(certificates: Certificates): Promise<X509Certificate> {
  const root = (await certificates.shown())?.root;
  assert.ok(root !== undefined);
  return new X509Certificate(root.pem);
}

test('a device makes a root and a certificate of its own when they are needed, and has them after a power cut', async () => {
  const device = new Device();
  const first = device.start();
  assert.equal(stateOf(first), undefined);
  assert.deepEqual(device.disk.paths, []);
  const keyed = await keyedOf(first);
  const [leaf, root] = [new X509Certificate(keyed.certificate), await rootOf(first)];
  assert.ok(leaf.checkIssued(root) && leaf.verify(root.publicKey));
  assert.deepEqual((await first.shown())?.leaf.names, [
    'door',
    'door.local',
    'localhost',
    '127.0.0.1',
    '::1',
    '192.168.1.5',
  ]);
  assert.ok(root.ca && !leaf.ca);
  assert.equal(Math.round(stateOf(first)?.daysLeft ?? 0), 90);
  device.disk.losePower();
  const second = device.start();
  assert.deepEqual(await keyedOf(second), keyed);
  assert.equal((await rootOf(second)).fingerprint256, root.fingerprint256);
  assert.deepEqual(await ticketsOf(second), await ticketsOf(first));
  assert.equal(second.state?.renewals, 0);
});

test('the certificate is renewed a month before its end, and when the machine gets an address or a name', async () => {
  const device = new Device();
  const certificates = device.start();
  const root = await rootOf(certificates);
  let last = await keyedOf(certificates);
  const isRenewed = async (): Promise<boolean> => {
    await certificates.look();
    const now = await keyedOf(certificates);
    const isNew = now.certificate !== last.certificate;
    last = now;
    return isNew;
  };
  assert.equal(await isRenewed(), false);
  device.pass(59);
  assert.equal(await isRenewed(), false);
  device.pass(2);
  assert.equal(await isRenewed(), true, 'it ends in 29 days');
  device.addresses = [...device.addresses, '10.0.0.9'];
  assert.equal(await isRenewed(), true, 'another address');
  device.addresses = ['127.0.0.1'];
  assert.equal(await isRenewed(), false, 'an address that is gone may come back');
  device.names = ['door', 'door.local', 'door.fritz.box'];
  assert.equal(await isRenewed(), false, 'the root vouches for no other name');
  assert.match(device.said.at(-1) ?? '', /may not vouch for.*door\.fritz\.box/);
  device.pass(-300);
  assert.equal(await isRenewed(), true, 'a clock before its beginning');
  assert.equal((await rootOf(certificates)).fingerprint256, root.fingerprint256, 'phones know the root for ever');
  assert.equal(certificates.state?.renewals, 3);
  assert.equal(certificates.state?.failures, 0);
});

test('a machine whose clock was never set has a certificate, and another one when the clock is right', async () => {
  const device = new Device();
  const rightMs = device.clock.wallStartMs;
  device.clock.wallStartMs = 0;
  const certificates = device.start();
  const [early, root] = [await keyedOf(certificates), await rootOf(certificates)];
  device.clock.wallStartMs = rightMs;
  await certificates.look();
  assert.notEqual((await keyedOf(certificates)).certificate, early.certificate);
  assert.equal((await rootOf(certificates)).fingerprint256, root.fingerprint256);
  assert.ok((certificates.state?.daysLeft ?? 0) > 80);
});

test('the root is good for the names of its device and addresses of a house, and for nothing else', async () => {
  const device = new Device();
  const certificates = device.start();
  await certificates.look();
  const stored = Buffer.from((await device.disk.read('/home/tls/authority.pem')) ?? []).toString();
  assert.match(stored, /^Vouches for: door door\.local localhost\n/);
  const der = Buffer.from((await certificates.shown())?.root?.der ?? []);
  assert.ok(der.includes(Buffer.from('0603551d1e0101ff', 'hex')), 'name constraints, and critical');
  assert.ok(der.includes(Buffer.from('\x82\x0adoor.local', 'latin1')));
  assert.ok(der.includes(Buffer.from('8708c0a80000ffff0000', 'hex')), '192.168.0.0/16');
});

test('a certificate of the owner comes first, and is read again when its files change', async () => {
  const others = new Device();
  others.names = ['bell'];
  const [one, two] = [await keyedOf(others.start()), await keyedOf(others.start({ folder: '/other' }))];
  const device = new Device();
  const write = async (certificate: KeyedCertificate, key: KeyedCertificate): Promise<void> => {
    await device.disk.write('/etc/tls/door.crt', certificate.certificate);
    await device.disk.write('/etc/tls/door.key', key.privateKey);
  };
  await write(one, one);
  const certificates = device.start({ files: { certificate: '/etc/tls/door.crt', privateKey: '/etc/tls/door.key' } });
  assert.equal((await keyedOf(certificates)).certificate, one.certificate);
  assert.equal(certificates.isOwners, true);
  assert.equal((await certificates.shown())?.root, undefined, 'phones are offered no root that vouches for nothing');
  await write(two, one);
  await certificates.look();
  await certificates.look();
  assert.equal((await keyedOf(certificates)).certificate, one.certificate, 'the last good pair until both are there');
  assert.match(device.said.at(-1) ?? '', /cannot use the certificate in .*door\.crt.*belongs to another certificate/);
  assert.equal(device.said.filter((line) => /cannot use/.test(line)).length, 1, 'said once');
  await write(two, two);
  await certificates.look();
  assert.equal((await keyedOf(certificates)).certificate, two.certificate);
  assert.deepEqual([certificates.state?.renewals, certificates.state?.failures], [1, 2]);
});

test('where the files of the owner cannot be used from the beginning, the device shows its own', async () => {
  const device = new Device();
  const certificates = device.start({ files: { certificate: '/nowhere.crt', privateKey: '/nowhere.key' } });
  await keyedOf(certificates);
  assert.equal(certificates.isOwners, false);
  assert.match(device.said.join('\n'), /there is no \/nowhere\.crt; that of the device is shown/);
});

test('a candidate reads what lies there and makes nothing; a full disk keeps nobody from speaking TLS', async () => {
  const device = new Device();
  device.mayWrite = false;
  const candidate = device.start();
  assert.equal(await candidate.credentials(), undefined);
  assert.deepEqual(device.disk.paths, []);
  device.mayWrite = true;
  device.disk.before = () => {
    throw new DiskFault('cannot write: the disk is full', 'full');
  };
  const certificates = device.start();
  const keyed = await keyedOf(certificates);
  const root = await rootOf(certificates);
  await certificates.look();
  assert.deepEqual(await keyedOf(certificates), keyed);
  device.disk.before = () => {};
  await certificates.look();
  assert.deepEqual(await keyedOf(certificates), keyed);
  device.mayWrite = false;
  assert.deepEqual(await keyedOf(candidate), keyed, 'kept as soon as there was room');
  assert.equal((await rootOf(candidate)).fingerprint256, root.fingerprint256);
});

test('keys of session tickets live for a day', async () => {
  const device = new Device();
  const certificates = device.start();
  const before = await ticketsOf(certificates);
  device.pass(2);
  await certificates.look();
  assert.notEqual(await ticketsOf(certificates), before);
});
