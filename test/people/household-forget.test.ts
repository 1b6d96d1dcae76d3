import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';

import { certificateSha256 } from '../../src/people/forget.ts';
import { Gallery } from '../../src/people/gallery.ts';
import { DiskFault } from '../../src/system/disk.ts';
import { pictureOf } from '../fakes/scripted-faces.ts';
import { aHouse, fromFiles, nowMs, reasonOf, vectorOfPicture } from './house.ts';

test('removing a person removes rows, vectors and pictures, says so, and nothing comes back on rebuild', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 }, { who: 1, look: 1 });
  const bea = await house.enrolled('Bea', { who: 2 });
  await house.visited('visit-ada', { who: 1, look: 2 }, { personId: ada.id });
  await house.visited('visit-bea', { who: 2, look: 1 }, { personId: bea.id });
  const result = await house.household.remove({ personId: ada.id, actor: 'owner' });
  assert(result.outcome === 'removed');
  const { sha256, ...facts } = result.certificate;
  assert.deepEqual(facts, {
    personId: ada.id, removedAtMs: nowMs, people: 1, faces: 3, embeddings: 3, visits: 1, triggers: 1, notifications: 0,
    strangers: 0, backups: 0, pictures: 5, picturesLeft: 0,
  }); // prettier-ignore
  assert.equal(certificateSha256(facts), sha256);
  const sorted = Object.fromEntries(Object.entries(facts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  assert.equal(createHash('sha256').update(JSON.stringify(sorted)).digest('hex'), sha256);

  assert.ok(
    house.disk.paths.every((path) => !path.includes('visit-ada')),
    'a picture stayed',
  );
  assert.equal(house.disk.paths.length, 4);
  assert.deepEqual(await house.namesFor({ who: 1 }), []);
  const rebuilt = new Gallery(house.store.read, { recogniser: 'scripted-1' });
  assert.deepEqual(rebuilt.match(await vectorOfPicture(house.parts, pictureOf({ who: 2 }))).candidates.map(({ name }) => name), ['Bea']); // prettier-ignore
  assert.deepEqual(house.store.read.leftoverFiles(10), []);
  assert.doesNotMatch(JSON.stringify([result.certificate, house.audited]), /Ada/);
  assert.equal(house.audited.at(-1)?.data?.['certificate'], sha256);
  assert.equal(reasonOf(await house.household.remove({ personId: ada.id, actor: 'owner' })), 'no-such-person');
});

test('a changed certificate no longer has its hash', () => {
  const facts = {
    personId: 'p', removedAtMs: 1, people: 1, faces: 3, embeddings: 3, visits: 1, triggers: 1, notifications: 0,
    strangers: 0, backups: 0, pictures: 5, picturesLeft: 0,
  }; // prettier-ignore
  assert.notEqual(certificateSha256(facts), certificateSha256({ ...facts, picturesLeft: 1 }));
});

test('a file that cannot be removed now is counted, and the next start removes it', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 });
  house.disk.before = (act) => {
    if (act === 'remove') throw new DiskFault('cannot remove a file: the disk is read-only', 'read-only');
  };
  const result = await house.household.remove({ personId: ada.id, actor: 'owner' });
  assert(result.outcome === 'removed');
  assert.deepEqual([result.certificate.pictures, result.certificate.picturesLeft], [0, 1]);
  house.disk.before = () => {};
  const restarted = aHouse(t, { store: house.store, disk: house.disk });
  assert.deepEqual(await restarted.household.sweep(), { removed: 1, left: 0 });
  assert.deepEqual([house.disk.paths, house.store.read.leftoverFiles(10)], [[], []]);
});

test('wherever the power is cut while enrolling or removing, the next start finds no picture without a row or row without picture', async (t) => {
  class PowerCut extends Error {}
  for (let cutAt = 0; cutAt < 20; cutAt += 1) {
    const house = aHouse(t);
    const bea = await house.enrolled('Bea', { who: 2 });
    let acts = 0;
    const cut = (): void => {
      if (acts === cutAt) throw new PowerCut('the power is cut');
      acts += 1;
    };
    house.disk.before = cut;
    house.store.before = cut;
    const ended = (error: unknown): void => assert.ok(error instanceof PowerCut);
    await house.household.enrol(fromFiles({ name: 'Ada' }, pictureOf({ who: 1 }))).then(() => {}, ended);
    await house.household.remove({ personId: bea.id, actor: 'owner' }).then(() => {}, ended);
    house.disk.before = () => {};
    house.store.before = () => {};
    house.disk.losePower();
    const restarted = aHouse(t, { store: house.store, disk: house.disk });
    await restarted.household.sweep();
    const rows = house.store.read.people().flatMap(({ id }) => house.store.read.facesOf(id));
    const named = rows.map(({ picture }) => `/home/${picture}`);
    assert.deepEqual(named.toSorted(), house.disk.paths, `cut at act ${cutAt}`);
  }
});

test('the sweep leaves alone what has a row', async (t) => {
  const house = aHouse(t);
  await house.enrolled('Ada', { who: 1 });
  await house.visited('v1', { who: 3 });
  const before = house.disk.paths;
  await house.disk.write('/home/people/orphan.jpg', 'x');
  await house.disk.write('/home/people/half.jpg.draft', 'x');
  await house.disk.write('/home/visits/gone/frame-0.jpg', 'x');
  assert.deepEqual(await house.household.sweep(), { removed: 3, left: 0 });
  assert.deepEqual(house.disk.paths, before);
});

test('one face can be removed, the last one not', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 }, { who: 1, look: 1 });
  const [first, second] = house.store.read.facesOf(ada.id);
  assert(first !== undefined && second !== undefined);
  assert.equal(reasonOf(await house.household.removeFace({ faceId: first.id, actor: 'owner' })), 'done');
  assert.deepEqual(house.disk.paths, [`/home/${second.picture}`]);
  assert.equal(house.parts.gallery.size, 1);
  assert.equal(reasonOf(await house.household.removeFace({ faceId: second.id, actor: 'owner' })), 'last-face');
  assert.equal(reasonOf(await house.household.removeFace({ faceId: first.id, actor: 'owner' })), 'no-such-face');
});

test('a forgotten visit takes its pictures and its stranger with it', async (t) => {
  const house = aHouse(t);
  await house.visited('v1', { who: 3 }, { strangerId: 's1' });
  const vector = await vectorOfPicture(house.parts, pictureOf({ who: 3 }));
  assert.equal(house.parts.gallery.nearestStranger(vector)?.strangerId, 's1');
  assert.equal(reasonOf(await house.household.forgetVisit({ visitId: 'v1', actor: 'owner' })), 'done');
  assert.equal(house.parts.gallery.nearestStranger(vector), undefined);
  assert.deepEqual(house.disk.paths, []);
  assert.equal(house.store.read.stranger('s1'), undefined);
  assert.equal(reasonOf(await house.household.forgetVisit({ visitId: 'v1', actor: 'owner' })), 'no-such-visit');
});

test('a visit that is going on is not forgotten', async (t) => {
  const house = aHouse(t);
  const trigger = { id: 't', visitId: 'v', source: 'button', press: 'press', atMs: 1 } as const;
  await house.store.write('openVisit', {
    visit: { id: 'v', source: 'button', startedMs: 1 },
    trigger,
    notifications: [],
  });
  assert.equal(reasonOf(await house.household.forgetVisit({ visitId: 'v', actor: 'owner' })), 'visit-under-way');
});

test('a row that points outside the home removes nothing there', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 });
  await house.disk.write('/etc/passwd', 'root');
  const [face] = house.store.read.facesOf(ada.id);
  assert(face !== undefined);
  const tampered = { ...face, id: 'tampered', picture: '../etc/passwd' };
  await house.store.write('addFace', {
    face: tampered,
    recogniser: 'scripted-1',
    vector: new Float32Array(128).fill(0.1),
  });
  const result = await house.household.remove({ personId: ada.id, actor: 'owner' });
  assert.equal(result.outcome === 'removed' && result.certificate.picturesLeft, 1);
  assert.deepEqual(house.disk.paths, ['/etc/passwd']);
});
