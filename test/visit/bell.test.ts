import assert from 'node:assert/strict';
import test from 'node:test';
import { InferenceFault } from '../../src/system/inference.ts';
import { StoreFault } from '../../src/store/store.ts';
import { ringAt, startWorld, visitOf } from './rung-world.ts';
import { VisitWorld } from './visit-world.ts';

test('a press rings at once, and the name follows from the frames before it', async () => {
  const world = await startWorld(1);
  const visit = await visitOf(world);
  assert.deepEqual(world.phone.texts, ['Somebody is at the door', 'Ada is at the door']);
  assert.deepEqual([visit.phase, visit.outcome, visit.personName], ['decided', 'known', 'Ada']);
  assert.match(visit.reason ?? '', /^Ada: distance 0.30 \(0.48 allowed\), .* 3 of 3 frames agree$/);
  const order = ['EVENT_CREATED', 'DOORBELL_PRESSED', 'EVENT_STORED', 'FACE_RECOGNIZED', 'EVENT_ENRICHED'] as const;
  assert.deepEqual(
    world.events.types.filter((type) => order.some((known) => known === type)),
    order,
  );
  for (const type of ['FACES_DETECTED', 'FRAME_PROCESSED', 'NOTIFICATION_SENT'] as const)
    assert.ok(
      world.events.of(type).every(({ correlationId }) => correlationId === visit.id) &&
        world.events.of(type).length > 0,
    );
  assert.deepEqual(Object.keys(visit.trace).toSorted(), [
    'detected',
    'firstFrame',
    'named',
    'notified',
    'rung',
    'stored',
  ]);
  assert.equal(visit.picture, visit.frames[0]);
  for (const path of [visit.picture, visit.thumbnail, world.store.read.faceOfVisit(visit.id)?.picture])
    assert.ok(world.disk.paths.includes(`/home/${path}`), `${path} is not on the disk`);
  assert.equal(world.feed.framesHeld, 6, 'only the ring buffer holds frames after a visit');
  await world.stop();
});

test('the row is durable before anybody hears of the visit', async () => {
  const world = await startWorld(1);
  const order: string[] = [];
  world.store.after = (name) => void order.push(name);
  world.phone.answer = () => {
    order.push('told');
    return { outcome: 'delivered' };
  };
  await visitOf(world);
  assert.equal(order[0], 'openVisit');
  assert.ok(order.indexOf('told') > 0);
  assert.ok(order.lastIndexOf('told') > order.indexOf('decideVisit'));
  await world.stop();
});

test('the bell does not wait for the brain: it rings while recognition hangs, and the visit still ends', async () => {
  const world = await startWorld(1);
  world.inference.before = () => new Promise(() => {});
  const visitId = await ringAt(world, 'button');
  await world.clock.advance(10);
  assert.deepEqual(world.phone.texts, ['Somebody is at the door']);
  await world.clock.advance(20_000);
  const visit = world.store.read.visit(visitId);
  assert.deepEqual([visit?.phase, visit?.outcome], ['decided', 'no-face']);
  assert.equal(visit?.reason, 'recognition was too slow: no answer within 15 s');
  assert.equal(world.events.of('FACE_DETECTION_FAILED').length, 1);
  await world.stop();
});

test('where every look takes four seconds the name comes late, and it comes', async () => {
  const world = await startWorld(1);
  world.inference.before = (call) => (call === 'detect' ? world.clock.sleep(4000) : undefined);
  const visitId = await ringAt(world, 'button');
  await world.clock.advance(7000);
  assert.deepEqual(world.phone.texts, ['Somebody is at the door']);
  await world.clock.advance(3000);
  assert.deepEqual(world.phone.texts, ['Somebody is at the door', 'Ada is at the door']);
  const visit = world.store.read.visit(visitId);
  assert.match(visit?.reason ?? '', /2 of 2 frames agree$/);
  assert.equal(world.events.of('FACE_DETECTION_FAILED').length, 0);
  await world.stop();
});

test('a thread that has died is called dead at once', async () => {
  const world = await startWorld(1);
  world.inference.before = () => Promise.reject(new InferenceFault('cannot recognise: the inference thread died'));
  const visit = await visitOf(world);
  assert.equal(visit.reason, 'recognition is not running: cannot recognise: the inference thread died');
  assert.ok((visit.trace.named ?? Infinity) < 1000);
  await world.stop();
});

test('right after power-on the bell rings at once, and the name comes when the nets are loaded', async () => {
  const world = await startWorld(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  world.inference.loading = promise;
  world.inference.before = () => promise;
  const visitId = await ringAt(world, 'button');
  await world.clock.advance(10_000);
  assert.deepEqual(world.phone.texts, ['Somebody is at the door']);
  world.inference.loading = undefined;
  resolve();
  await world.clock.advance(3000);
  assert.deepEqual(world.phone.texts, ['Somebody is at the door', 'Ada is at the door']);
  assert.equal(world.store.read.visit(visitId)?.outcome, 'known');
  await world.stop();
});

test('a press while a visit is being recorded is a visit of its own', async () => {
  const world = await startWorld(1);
  let release = (): void => {};
  world.store.before = (name) => (name === 'decideVisit' ? new Promise((resolve) => (release = resolve)) : undefined);
  const first = await ringAt(world, 'button');
  await world.clock.advance(500);
  const second = await ringAt(world, 'button');
  assert.notEqual(first, second);
  world.store.before = () => {};
  release();
  await world.clock.advance(6000);
  assert.deepEqual(
    world.store.read.visits({ limit: 9 }).map(({ outcome }) => outcome),
    ['known', 'known'],
  );
  await world.stop();
});

test('the same stranger is recognised as the same, another one is not', async () => {
  const world = await startWorld(2);
  const first = await visitOf(world);
  const again = await visitOf(world);
  world.camera.scene = 8;
  await world.clock.advance(2000);
  const other = await visitOf(world);
  assert.ok(first.strangerId !== undefined);
  assert.equal(again.strangerId, first.strangerId);
  assert.notEqual(other.strangerId, first.strangerId);
  assert.equal(world.store.read.stranger(first.strangerId)?.visits, 2);
  await world.stop();
});

test('a watched person behind a known one raises the alarm, even in quiet hours', async () => {
  const world = await startWorld(5, { quietHours: '00:00-23:59' });
  const visit = await visitOf(world);
  assert.equal(visit.personName, 'Ada');
  assert.deepEqual(world.phone.texts, ['Watched: Mallory is at the door']);
  assert.equal(world.events.of('FACE_BLACKLISTED')[0]?.data?.name, 'Mallory');
  await world.stop();
});

test('a face in the dark is looked at in several frames at once, and one in the light is not', async () => {
  const world = await startWorld(9);
  assert.equal((await visitOf(world)).personName, 'Ada');
  const embedded = (): readonly string[] => world.inference.calls.filter((call) => call.startsWith('embed'));
  assert.deepEqual(new Set(embedded()), new Set(['embed 9 with 3 more']));
  world.camera.scene = 1;
  world.inference.calls = [];
  await world.clock.advance(2000);
  await visitOf(world);
  assert.deepEqual(new Set(embedded()), new Set(['embed 1']));
  assert.equal(world.feed.framesHeld, 6, 'only the ring buffer holds frames after a visit');
  await world.stop();
});

test('a face too small to recognise, an empty picture and a dead camera each have their reason', async () => {
  const world = await startWorld(3);
  assert.equal(
    (await visitOf(world)).reason,
    'face 31 px wide, 48 needed: stand 36 % nearer or mount the camera lower',
  );
  world.camera.scene = 0;
  await world.clock.advance(2000);
  assert.match((await visitOf(world)).reason ?? '', /^no face in \d+ frames$/);
  world.camera.mood = 'failing';
  await world.clock.advance(5000);
  const visit = await visitOf(world);
  assert.equal(visit.reason, 'the camera gives no pictures: cannot open the camera: no such device');
  assert.equal(visit.picture, undefined);
  await world.stop();
});

test('a full disk does not silence the bell: it rings late rather than never, and the visit is written when there is space', async () => {
  const world = await startWorld(1);
  world.store.before = () => {
    throw new StoreFault('cannot write: the disk is full', 'full');
  };
  const ringing = ringAt(world, 'button');
  await world.clock.advance(6000);
  const visitId = await ringing;
  assert.deepEqual(world.phone.texts, ['Somebody is at the door', 'Ada is at the door']);
  assert.equal(world.store.read.visit(visitId), undefined);
  assert.ok(world.events.of('COMPONENT_ERROR').some(({ data }) => data?.severity === 'critical'));
  assert.equal(world.bell.isUnderWay(visitId), true);
  world.store.before = () => {};
  await world.clock.advance(60_000);
  assert.equal(world.store.read.visit(visitId)?.personName, 'Ada');
  assert.equal(world.phone.told.length, 2, 'what was told from memory is not told again');
  assert.deepEqual([...new Set(world.store.read.notificationsOf(visitId).map(({ status }) => status))], ['sent']);
  assert.equal(world.bell.isUnderWay(visitId), false);
  await world.stop();
});

test('a database that does not answer at all delays the bell by two seconds, not for ever', async () => {
  const world = await startWorld(1);
  world.store.before = () => new Promise(() => {});
  const ringing = world.bell.ring({ source: 'button' });
  await world.clock.advance(2100);
  assert.equal((await ringing).outcome, 'ringing');
  assert.equal(world.phone.texts[0], 'Somebody is at the door');
  await world.clock.advance(60_000);
  assert.equal(world.bell.visitsUnderWay, 0);
  await world.stop();
});

test('a full disk for pictures costs the pictures, not the name', async () => {
  const world = await startWorld(1);
  world.disk.before = () => {
    throw new Error('cannot write: the disk is full');
  };
  const visit = await visitOf(world);
  assert.deepEqual([visit.personName, visit.picture, visit.thumbnail], ['Ada', undefined, undefined]);
  await world.stop();
});

test('a visit that ends while older ones are being finished is not finished a second time', async () => {
  const past = await startWorld(1);
  past.inference.before = (call) => (call === 'detect' ? new Promise(() => {}) : undefined);
  const left = await ringAt(past, 'button');
  await past.clock.advance(1000);
  const world = new VisitWorld({ remains: past.cutPower(), seed: 2 });
  world.camera.scene = 2;
  await world.start();
  const read = Promise.withResolvers<void>();
  world.inference.before = (call) => (call === 'decode' ? read.promise : undefined);
  const visitId = await ringAt(world, 'button');
  const finishing = world.bell.finishUnfinished();
  await world.clock.advance(4000);
  assert.equal(world.store.read.visit(visitId)?.phase, 'decided');
  read.resolve();
  await world.clock.advance(6000);
  assert.equal(await finishing, 1);
  assert.equal(world.store.read.visit(left)?.phase, 'decided');
  const names = world.phone.told.filter((told) => told.visitId === visitId && told.kind !== 'ring');
  assert.equal(names.length, 1, 'and nobody is told twice');
  await world.stop();
});

test('a bell that is stopping refuses to start what it could not finish', async () => {
  const world = await startWorld(1);
  const visitId = await ringAt(world, 'button');
  const closing = world.bell.close();
  const refused = await world.bell.ring({ source: 'button' });
  assert.equal(refused.outcome, 'refused');
  await world.clock.advance(6000);
  await closing;
  assert.equal(world.store.read.visit(visitId)?.phase, 'decided');
  await world.stop();
});
