import assert from 'node:assert/strict';
import test from 'node:test';
import { refuseForeign } from '../../src/web/guard.ts';
import type { Peer } from '../../src/system/peer.ts';
import { HostNames, isNearHost, ownNames } from '../../src/web/host-names.ts';
import { RequestRefused } from '../../src/web/problem.ts';

const names = new HostNames(ownNames('Door.example.net', { hostNames: 'Bell.example.org, ring' }));
const near: Peer = { address: '127.0.0.1', isEncrypted: false, isHouse: false };
const far: Peer = { address: '192.168.1.7', isEncrypted: true, isHouse: false };

function verdict(
  method: string,
  headers: Record<string, string>,
  from: { httpVersion?: string; peer?: Peer } = {},
): string {
  const { httpVersion = '1.1', peer = near } = from;
  try {
    refuseForeign({ method, headers, peer, raw: { httpVersion } }, names);
    return 'answered';
  } catch (error) {
    assert.ok(error instanceof RequestRefused);
    assert.equal(error.status, error.code === 'no-host' ? 400 : 403);
    return error.code;
  }
}

test('only names of this machine are answered, whatever the port', () => {
  for (const host of ['127.0.0.1:8080', 'localhost', 'LOCALHOST:9', '[::1]:8080'])
    assert.equal(verdict('GET', { host }), 'answered', host);
  assert.equal(verdict('GET', {}), 'no-host');
  assert.equal(verdict('GET', { host: '' }), 'no-host');
  for (const host of [
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil:80',
    '192.168.1.5:8080',
    'localhost:80@evil',
    '127.0.0.1 ',
  ])
    assert.equal(verdict('GET', { host }), 'foreign-host', host);
});

test('from the network its own names, those that the owner adds, and addresses are answered', () => {
  const fromFar = (host: string): string => verdict('GET', { host }, { peer: far });
  const own = [
    'door',
    'DOOR:8443',
    'door.local',
    'door.lan.',
    'door.home.arpa',
    'door.example.net',
    'bell.example.org',
    'ring',
  ];
  for (const host of [...own, '192.168.1.5:8080', '[fd00::5]:8080', 'localhost:8080'])
    assert.equal(fromFar(host), 'answered', host);
  for (const host of [
    'example.net',
    'door.example.org',
    'bell.example.org.evil',
    'adoor',
    '192.168.1.5.evil',
    '[::1',
    '1.2.3.4@door',
  ])
    assert.equal(fromFar(host), 'foreign-host', host);
  assert.equal(verdict('GET', { host: 'door.local' }), 'answered', 'from this machine too');
});

test('only a name of this machine alone makes a caller a neighbour', () => {
  for (const host of ['', 'localhost', '127.0.0.1:8080', '[::1]']) assert.equal(isNearHost(host), true, host);
  for (const host of ['door.local', '192.168.1.5', '127.0.0.1.evil', '0.0.0.0', 'x'.repeat(300)])
    assert.equal(isNearHost(host), false, host);
});

test('over TLS the page is another origin than in the clear', () => {
  const host = 'door.local';
  assert.equal(verdict('POST', { host, origin: 'https://door.local' }, { peer: far }), 'answered');
  for (const origin of ['http://door.local', 'https://door.local:8443', 'https://door'])
    assert.equal(verdict('POST', { host, origin }, { peer: far }), 'foreign-site', origin);
});

test('a cookie changes nothing unless its browser says where the request comes from', () => {
  const told = { host: 'door.local', cookie: '__Host-doorward=x' };
  const fromFar = (method: string, headers: Record<string, string>): string => verdict(method, headers, { peer: far });
  assert.equal(fromFar('POST', told), 'foreign-site');
  assert.equal(fromFar('POST', { ...told, 'sec-fetch-site': 'same-site' }), 'foreign-site');
  assert.equal(fromFar('POST', { ...told, 'sec-fetch-site': 'same-origin' }), 'answered');
  assert.equal(fromFar('POST', { ...told, origin: 'https://door.local' }), 'answered');
  assert.equal(fromFar('POST', { ...told, authorization: 'Bearer dw_1_x' }), 'answered', 'which no other site can add');
  assert.equal(fromFar('GET', told), 'answered');
});

test('a watcher that speaks HTTP/1.0 and names no host may read, and do nothing else', () => {
  assert.equal(verdict('GET', {}, { httpVersion: '1.0' }), 'answered');
  assert.equal(verdict('HEAD', {}, { httpVersion: '1.0' }), 'answered');
  assert.equal(verdict('POST', {}, { httpVersion: '1.0' }), 'foreign-host');
  assert.equal(verdict('GET', { host: 'evil.example' }, { httpVersion: '1.0' }), 'foreign-host');
  assert.equal(verdict('GET', { 'sec-fetch-site': 'cross-site' }, { httpVersion: '1.0' }), 'foreign-site');
});

test('a form or script of another site is refused, also of another port of this machine', () => {
  const host = '127.0.0.1:8080';
  assert.equal(verdict('POST', { host, origin: 'http://127.0.0.1:8080' }), 'answered');
  assert.equal(verdict('POST', { host }), 'answered', 'programs send no Origin');
  for (const origin of [
    'http://evil.example',
    'http://127.0.0.1:9999',
    'http://localhost:8080',
    'https://127.0.0.1:8080',
    'null',
  ])
    assert.equal(verdict('POST', { host, origin }), 'foreign-site', origin);
  assert.equal(verdict('DELETE', { host, 'sec-fetch-site': 'cross-site' }), 'foreign-site');
  assert.equal(verdict('POST', { host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }), 'foreign-site');
});

test('another site may link to the page but not embed its pictures', () => {
  const host = 'localhost:8080';
  assert.equal(verdict('GET', { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }), 'answered');
  assert.equal(verdict('GET', { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), 'foreign-site');
  assert.equal(verdict('GET', { host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }), 'answered');
});
