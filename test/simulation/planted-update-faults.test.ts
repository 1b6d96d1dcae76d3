import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gateTests, plantedGateFaults } from './planted-gate-faults.ts';
import { plantedPathFaults } from './planted-path-faults.ts';

test('every planted fault of an update still has its place in the sources', () => {
  const root = join(import.meta.dirname, '..', '..');
  for (const planted of [plantedPathFaults, plantedGateFaults]) {
    const homeless = planted.filter(({ file, from }) => !readFileSync(join(root, file), 'utf8').includes(from));
    assert.deepEqual(homeless.map(({ name, file }) => `${name}: ${file}`), []); // prettier-ignore
    assert.ok(planted.length >= 20, `${planted.length} faults`);
  }
});

test('every file of tests that is to notice them is there', () => {
  for (const pattern of gateTests) assert.notEqual(globSync(pattern).length, 0, pattern);
});
