import assert from 'node:assert/strict';
import test from 'node:test';
import type { Visit } from '../../src/store/records.ts';
import { VisitWorld } from './visit-world.ts';

async function startWorld(scene: number): Promise<VisitWorld> {
  const world = new VisitWorld();
  await world.enrolEverybody();
  world.camera.scene = scene;
  await world.start();
  return world;
}

/** Presses, waits for the end of the visit, and gives it as it is stored. */
async function visitOf(world: VisitWorld): Promise<Visit> {
  const ringing = await world.bell.ring({ source: 'button' });
  assert.ok(ringing.outcome === 'ringing');
  await world.clock.advance(6000);
  const visit = world.store.read.visit(ringing.visitId);
  assert.ok(visit !== undefined);
  return visit;
}

test('a camera that has frozen names nobody, however often it shows somebody known', async () => {
  const world = await startWorld(1);
  world.camera.isFrozen = true;
  await world.clock.advance(60_000);
  const visit = await visitOf(world);
  assert.deepEqual([visit.outcome, visit.personName], ['no-face', undefined]);
  assert.match(visit.reason ?? '', /^the camera gives no pictures: it has shown the same picture for 6\d s$/);
  assert.deepEqual(world.phone.texts, ['Somebody is at the door']);
  await world.stop();
});

test('a picture that was kept back on its way, and comes when somebody rings, names nobody', async () => {
  const world = await startWorld(0);
  world.camera.scene = 1;
  world.camera.lateMs = 30_000;
  await world.clock.advance(2000);
  const visit = await visitOf(world);
  assert.deepEqual([visit.outcome, visit.personName], ['no-face', undefined]);
  assert.match(visit.reason ?? '', /^the camera sent only old pictures \(\d+\): nobody is named from them$/);
  await world.stop();
});
