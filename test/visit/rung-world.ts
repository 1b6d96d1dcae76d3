import assert from 'node:assert/strict';
import type { Visit } from '../../src/store/records.ts';
import { VisitWorld } from './visit-world.ts';

/** A doorbell with a household, and somebody in front of it. */
export async function startWorld(
  scene: number,
  options: ConstructorParameters<typeof VisitWorld>[0] = {},
): Promise<VisitWorld> {
  const world = new VisitWorld(options);
  await world.enrolEverybody();
  world.camera.scene = scene;
  await world.start();
  return world;
}

/** Presses, waits for the name, and gives the visit as it is stored. */
export async function visitOf(world: VisitWorld, source: 'button' | 'motion' | 'api' = 'button'): Promise<Visit> {
  const ringing = await ringAt(world, source);
  await world.clock.advance(6000);
  assert.equal(world.bell.visitsUnderWay, 0);
  const visit = world.store.read.visit(ringing);
  assert.ok(visit !== undefined);
  return visit;
}

export async function ringAt(world: VisitWorld, source: 'button' | 'motion' | 'api'): Promise<string> {
  const ringing = await world.bell.ring({ source });
  assert.equal(ringing.outcome, 'ringing');
  return ringing.outcome === 'ringing' ? ringing.visitId : '';
}
