import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { zooReleases } from './releases/all.ts';

const checkout = join(import.meta.dirname, '..', '..');

test('there are enough of them, each once, and every change still has its one place in the sources', () => {
  const bad = zooReleases.filter(({ mustEnd }) => mustEnd !== 'committed');
  assert.ok(bad.length >= 40, `${bad.length} bad ones`);
  assert.ok(zooReleases.length - bad.length >= 10, 'good ones');
  assert.equal(new Set(zooReleases.map(({ name }) => name)).size, zooReleases.length);
  const homeless = zooReleases.filter(({ patch }) => {
    if (patch === undefined) return false;
    return readFileSync(join(checkout, patch.file), 'utf8').split(patch.from).length !== 2;
  });
  assert.deepEqual(
    homeless.map(({ name, patch }) => `${name}: ${patch?.file}`),
    [],
  );
});
