import assert from 'node:assert/strict';
import test from 'node:test';
import { isLoopback, networkOf, peerOf, peerOfText, textOfPeer } from '../../src/system/peer.ts';

test('what one process tells another of a caller arrives as it was', () => {
  for (const peer of [
    { address: '192.168.1.7', isEncrypted: true, isHouse: false },
    { address: 'fe80::1%eth0', isEncrypted: false, isHouse: false },
    { address: '', isEncrypted: false, isHouse: false },
    { address: '', isEncrypted: false, isHouse: true },
  ])
    assert.deepEqual(peerOfText(textOfPeer(peer)), peer);
});

test('an IPv4 caller on a socket of IPv6 is one of IPv4, and loopback is this machine alone', () => {
  assert.equal(peerOf({ remoteAddress: '::ffff:127.0.0.1' }).address, '127.0.0.1');
  assert.equal(peerOf({}).address, '');
  for (const address of ['127.0.0.1', '127.1.2.3', '::1']) assert.equal(isLoopback(address), true, address);
  for (const address of ['', '128.0.0.1', '127.0.0.1.evil', '::2', 'house', '192.168.1.1'])
    assert.equal(isLoopback(address), false, address);
});

test('whoever has a network of IPv6 is one caller, whichever of its addresses comes', () => {
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), networkOf('2001:db8:1:2::9'));
  assert.notEqual(networkOf('2001:db8:1:2::9'), networkOf('2001:db8:1:3::9'));
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'));
  assert.equal(networkOf('192.168.1.7'), '192.168.1.7');
});
