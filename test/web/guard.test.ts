import assert from 'node:assert/strict';
import test from 'node:test';
import { addressRefusal, refuseForeign } from '../../src/web/guard.ts';
import { RequestRefused } from '../../src/web/problem.ts';

function verdict(method: string, headers: Record<string, string>, httpVersion = '1.1'): string {
  try {
    refuseForeign({ method, headers, raw: { httpVersion } });
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

test('a watcher that speaks HTTP/1.0 and names no host may read, and do nothing else', () => {
  assert.equal(verdict('GET', {}, '1.0'), 'answered');
  assert.equal(verdict('HEAD', {}, '1.0'), 'answered');
  assert.equal(verdict('POST', {}, '1.0'), 'foreign-host');
  assert.equal(verdict('GET', { host: 'evil.example' }, '1.0'), 'foreign-host');
  assert.equal(verdict('GET', { 'sec-fetch-site': 'cross-site' }, '1.0'), 'foreign-site');
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

test('no address but 127.0.0.1 is listened on, and the refusal says how to reach it from elsewhere', () => {
  assert.equal(addressRefusal('127.0.0.1'), undefined);
  for (const address of ['0.0.0.0', '::', '192.168.1.5', 'localhost', ''])
    assert.match(addressRefusal(address) ?? '', /^cannot listen on ".*": without a login .* ssh -L/);
});
