import assert from 'node:assert/strict';
import test from 'node:test';
import { ringAt, startWorld, visitOf } from './rung-world.ts';
import { VisitWorld } from './visit-world.ts';

test('a press while a visit goes on joins it, is recorded and announced again', async () => {
  const world = await startWorld(0);
  const visitId = await ringAt(world, 'button');
  world.camera.scene = 1;
  await world.clock.advance(300);
  assert.deepEqual(await world.bell.ring({ source: 'button', press: 'double' }), {
    outcome: 'ringing',
    visitId,
    joined: true,
  });
  await world.bell.noteHold();
  await world.clock.advance(6000);
  assert.deepEqual(
    world.store.read.triggersOf(visitId).map(({ press }) => press),
    ['press', 'double', 'hold'],
  );
  assert.deepEqual(world.phone.texts, ['Somebody is at the door', 'Somebody is at the door', 'Ada is at the door']);
  assert.equal(new Set(world.phone.told.map(({ key }) => key)).size, 3);
  assert.equal(world.store.read.visits({ limit: 10 }).length, 1);
  await world.stop();
});

test('motion starts a visit without ringing; a press joins it and rings', async () => {
  const world = await startWorld(2);
  const quiet = await visitOf(world, 'motion');
  assert.equal(quiet.outcome, 'stranger');
  assert.deepEqual(world.phone.texts, ['A stranger is at the door']);
  assert.equal(world.events.of('DOORBELL_PRESSED').length, 0);
  world.camera.scene = 0;
  const visitId = await ringAt(world, 'motion');
  assert.equal(await ringAt(world, 'button'), visitId);
  assert.equal(world.events.of('DOORBELL_PRESSED').length, 1);
  await world.clock.advance(6000);
  await world.stop();
});

test('whoever rang is named to everybody who heard the ring; known people who only pass do not disturb; rules go first', async () => {
  const world = await startWorld(1, { announcesKnown: false });
  await visitOf(world);
  assert.deepEqual(world.phone.texts, ['Somebody is at the door', 'Ada is at the door']);
  const before = world.phone.told.length;
  assert.equal((await visitOf(world, 'motion')).outcome, 'known');
  assert.equal(world.phone.told.length, before, 'nobody rang');
  assert.equal(world.terminal.texts.at(-1), 'Ada is at the door');
  await world.store.write('setPersonRules', { personId: 'person-1', standing: 'household', notify: 'always' });
  world.gallery.refresh();
  await visitOf(world, 'motion');
  assert.equal(world.phone.told.length, before + 1);
  await world.store.write('setPersonRules', { personId: 'person-1', standing: 'ignored', notify: 'always' });
  world.gallery.refresh();
  const told = world.phone.told.length + world.terminal.told.length;
  assert.equal((await visitOf(world, 'motion')).outcome, 'known');
  assert.equal(world.phone.told.length + world.terminal.told.length, told);
  await world.stop();
});

test('motion that somebody then rings at is named like a ring, also after a power cut in between', async () => {
  const world = await startWorld(1, { announcesKnown: false });
  const seen = Promise.withResolvers<void>();
  world.inference.before = () => seen.promise;
  world.store.before = (name) => (name === 'decideVisit' ? new Promise(() => {}) : undefined);
  const visitId = await ringAt(world, 'motion');
  await world.clock.advance(200);
  assert.equal(await ringAt(world, 'button'), visitId);
  seen.resolve();
  await world.clock.advance(1500);
  world.store.before = () => {};
  const after = new VisitWorld({ remains: world.cutPower(), seed: 2, announcesKnown: false });
  after.gallery.refresh();
  await after.start();
  void after.bell.finishUnfinished();
  await after.clock.advance(6000);
  assert.equal(after.store.read.visit(visitId)?.personName, 'Ada');
  assert.equal(after.phone.texts.at(-1), 'Ada is at the door');
  await after.stop();
});

test('a second press adds frames: whoever steps up only then is still seen', async () => {
  const world = await startWorld(0);
  const visitId = await ringAt(world, 'button');
  await world.clock.advance(500);
  assert.equal(await ringAt(world, 'button'), visitId);
  await world.clock.advance(400); // The burst of the first press would be over.
  world.camera.scene = 1;
  await world.clock.advance(6000);
  assert.equal(world.store.read.visit(visitId)?.personName, 'Ada');
  await world.stop();
});

test('a visitor who rings among many rings of the API is named all the same', async () => {
  const world = await startWorld(1, { ratePerMinute: 2 });
  for (let ring = 0; ring < 20; ring += 1) {
    await ringAt(world, 'api');
    await world.clock.advance(300);
  }
  await world.clock.advance(8000);
  const before = world.phone.told.length;
  await ringAt(world, 'api');
  const visitId = await ringAt(world, 'button');
  await world.clock.advance(6000);
  const told = world.phone.told.slice(before).map((one) => [one.visitId, one.text]);
  assert.deepEqual(told, [
    [visitId, 'Somebody is at the door'],
    [visitId, 'Ada is at the door'],
  ]);
  await world.stop();
});

test('who presses while a visit goes on whose first press another process had stored is a visit of its own, and rings once', async () => {
  const world = await startWorld(1);
  const [first, second] = ['press-1', 'press-2'];
  const there = { id: 'there', source: 'button', startedMs: 1 } as const;
  const trigger = { id: first, visitId: 'there', source: 'button', press: 'press', atMs: 1 } as const;
  await world.store.write('openVisit', { visit: there, trigger, notifications: [] });
  const rings = [first, second].map((triggerId) => world.bell.ring({ source: 'button', triggerId }));
  await world.clock.advance(6000);
  await Promise.all(rings);
  const { read } = world.store;
  assert.equal(read.trigger(first)?.visitId, 'there');
  const visitId = read.trigger(second)?.visitId ?? '';
  assert.equal(read.visit(visitId)?.phase, 'decided');
  assert.equal(world.phone.told.filter(({ kind, visitId: of }) => kind === 'ring' && of === visitId).length, 1);
  await world.stop();
});
