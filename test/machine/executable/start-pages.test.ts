import assert from 'node:assert/strict';
import test from 'node:test';
import { forgetPages } from '../../../src/machine/executable/start-pages.ts';
import { systemAddon } from '../../../src/machine/executable/system-addon.ts';

test('an addon of another build stops no start: it only costs memory', (t) => {
  t.after(() => Reflect.deleteProperty(globalThis, '__native'));
  Reflect.set(globalThis, '__native', () => ({ notify: () => 0 }));
  assert.throws(() => systemAddon(), /build it again/);
  forgetPages();
});
