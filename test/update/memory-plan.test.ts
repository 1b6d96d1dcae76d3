import assert from 'node:assert/strict';
import test from 'node:test';
import { planMemory } from '../../src/update/memory-plan.ts';

const mb = 1_000_000;

test('both keep their models only where both fit with somebody at the door', () => {
  const plan = (availableMb: number) => planMemory({ availableBytes: availableMb * mb, ownBytes: 190 * mb });
  assert.deepEqual([plan(650), plan(330), plan(300), plan(170), plan(90)], ['warm', 'warm', 'cold', 'cold', 'none']);
});
