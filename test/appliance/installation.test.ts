import assert from 'node:assert/strict';
import test from 'node:test';
import { installationOf } from '../../src/appliance/installation.ts';
import { hardwareNames } from '../../src/machine/executable/running-release.ts';
import { homeAt } from '../../src/system/home.ts';

const home = homeAt('/var/lib/doorward');

test('what runs from a slot updates itself, below the folder that holds the slots; a checkout does not', () => {
  const installation = installationOf(home, { directory: '/opt/doorward/slots/b' });
  assert.equal(installation?.slot, 'b');
  assert.equal(installation.places.current, '/opt/doorward/current');
  assert.equal(installation.places.incoming, '/var/lib/doorward/incoming');
  for (const directory of ['/home/ada/doorward', '/home/ada/slots/doorward', '/home/ada/b', '/home/ada/slots/b/deeper'])
    assert.equal(installationOf(home, { directory }), undefined, directory);
});

test('a machine without a device tree answers to no name of hardware', () => {
  assert.deepEqual(hardwareNames('/nowhere'), []);
});
