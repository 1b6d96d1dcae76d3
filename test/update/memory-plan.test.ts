import assert from 'node:assert/strict';
import test from 'node:test';
import { candidateBytesMax, planMemory } from '../../src/update/memory-plan.ts';

const mb = 1_000_000;

test('both keep their models only where both fit with somebody at the door', () => {
  const plan = (availableMb: number) => planMemory({ availableBytes: availableMb * mb, ownBytes: 190 * mb });
  assert.deepEqual([plan(650), plan(330), plan(300), plan(170), plan(90)], ['warm', 'warm', 'cold', 'cold', 'none']);
});

test('a candidate may take what the gate lets pass, but not what the bell needs at the door, and always enough to start', () => {
  const most = (availableMb: number, plan: 'warm' | 'cold') =>
    Math.round(candidateBytesMax({ availableBytes: availableMb * mb, ownBytes: 190 * mb }, plan, 400 * mb) / mb);
  assert.deepEqual([most(600, 'warm'), most(440, 'warm'), most(250, 'cold'), most(50, 'cold')], [400, 373, 225, 101]);
  assert.equal(candidateBytesMax({ availableBytes: 1e9, ownBytes: 1 }, 'warm', 300_000_000.5), 300_000_000);
});
