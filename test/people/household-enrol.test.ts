import assert from 'node:assert/strict';
import test from 'node:test';

import { referenceFacesMax } from '../../src/people/teach.ts';
import { DiskFault } from '../../src/system/disk.ts';
import { StoreFault } from '../../src/store/store.ts';
import { pictureOf } from '../fakes/scripted-faces.ts';
import { aHouse, fromFiles, reasonOf, reasonsOf } from './house.ts';

test('a person enrolled from files is recognised at once, and the crops lie in the home', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('  Ada ', { who: 1 }, { who: 1, look: 1 });
  assert.equal(ada.name, 'Ada');
  assert.deepEqual(await house.namesFor({ who: 1, look: 2 }), ['Ada']);
  assert.deepEqual(await house.namesFor({ who: 2 }), []);
  const faces = house.store.read.facesOf(ada.id);
  assert.equal(faces.length, 2);
  assert.deepEqual(faces.map(({ picture }) => `/home/${picture}`).toSorted(), house.disk.paths);
  assert.deepEqual(house.audited.map(({ action, resource, result }) => [action, resource, result]), [['enrol', `person/${ada.id}`, 'success']]); // prettier-ignore
  assert.doesNotMatch(JSON.stringify([house.audited, house.events.all]), /Ada/);
});

test('every picture that cannot teach is refused with its own reason', async (t) => {
  const house = aHouse(t);
  await house.enrolled('Bea', { who: 2 });
  const [large, small] = [
    { x: 0, y: 0, width: 100, height: 100 },
    { x: 200, y: 0, width: 51, height: 51 },
  ];
  const pictures: [Uint8Array, string, RegExp][] = [
    [pictureOf(), 'no-face', /cannot find a face/],
    [pictureOf({ who: 1 }, { who: 3 }), 'several-faces', /it shows 2 faces/],
    [pictureOf({ who: 1, box: large }, { who: 3, box: small }), 'several-faces', /cut it to one/],
    [
      pictureOf({ who: 1, box: small, quality: { widthPx: 31 } }),
      'face-too-small',
      /31 px wide, 48 needed: stand closer/,
    ],
    [pictureOf({ who: 1, quality: { detail: 0.24 } }), 'face-blurred', /detail 0\.24, 0\.25 needed/],
    [pictureOf({ who: 1, quality: { yawDeg: -62 } }), 'face-turned', /turned 62 degrees away, 40 at most/],
    [pictureOf({ who: 1, quality: { rollDeg: 124 } }), 'face-turned', /tilted 124 degrees/],
    [pictureOf({ who: 1, quality: { light: 9 } }), 'face-too-dark', /light 9, 10 needed/],
    [pictureOf({ who: 1, quality: { light: 250 } }), 'face-too-bright', /light 250, 235 at most/],
    [pictureOf({ who: 1, score: 0.32 }), 'no-face', /cannot find a face/],
    [pictureOf({ who: 1, box: large, quality: { widthPx: 31 } }), 'no-face', /cannot find a face/],
    [pictureOf({ who: 2, look: 1 }), 'like-another-person', /looks like Bea \(distance 0\.\d\d, under 0\.50\)/],
    [new Uint8Array(0), 'picture-unreadable', /cannot read this file/],
  ];
  for (const [bytes, reason, words] of pictures) {
    const result = await house.household.enrol(fromFiles({ name: 'Ada' }, bytes));
    assert(result.outcome === 'refused', reason);
    assert.equal(result.reason, reason);
    assert.match(result.message, words);
    assert.match(result.message, /^cannot /);
  }
  assert.deepEqual(house.store.read.people().map(({ name }) => name), ['Bea']); // prettier-ignore
  assert.equal(house.disk.paths.length, 1);
});

test('the good pictures of a pile are enrolled, the others named; with none good, all are named', async (t) => {
  const house = aHouse(t);
  const pile = [
    pictureOf({ who: 1 }),
    pictureOf(),
    pictureOf({ who: 1 }),
    pictureOf({ who: 7 }),
    pictureOf({ who: 1, look: 1 }),
  ];
  const result = await house.household.enrol(fromFiles({ name: 'Ada' }, ...pile));
  assert(result.outcome === 'enrolled');
  assert.deepEqual(result.faces.map(({ label }) => label), ['picture 1', 'picture 5']); // prettier-ignore
  assert.deepEqual(result.refusals.map(({ label, reason }) => [label, reason]), [['picture 2', 'no-face'], ['picture 3', 'picture-enrolled'], ['picture 4', 'unlike-this-person']]); // prettier-ignore
  const none = await house.household.enrol(
    fromFiles({ personId: result.person.id }, pictureOf(), pictureOf({ who: 1 })),
  );
  assert(none.outcome === 'refused');
  assert.match(none.message, /none of the 2 pictures can be used: picture 1: .*; picture 2: .*enrolled already/);
});

test('a face far larger than the others is the sitter', async (t) => {
  const house = aHouse(t);
  const picture = pictureOf(
    { who: 1, box: { x: 0, y: 0, width: 100, height: 100 } },
    { who: 2, box: { x: 200, y: 0, width: 49, height: 49 } },
  );
  assert.equal((await house.household.enrol(fromFiles({ name: 'Ada' }, picture))).outcome, 'enrolled');
  assert.deepEqual(await house.namesFor({ who: 1 }), ['Ada']);
});

test('of a burst of the live camera the sharpest usable face is enrolled', async (t) => {
  const house = aHouse(t);
  const frames = [
    house.scripted.frameOf({ who: 1, look: 1, quality: { sharpness: 90 } }),
    house.scripted.frameOf({ who: 1, look: 2, quality: { sharpness: 300 } }),
    house.scripted.frameOf({ who: 1, look: 3, quality: { sharpness: 900, yawDeg: 70 } }),
  ];
  const result = await house.household.enrol({
    who: { name: 'Ada' },
    from: { kind: 'camera', frames },
    actor: 'owner',
  });
  assert(result.outcome === 'enrolled');
  const faces = house.store.read.facesOf(result.person.id);
  assert.deepEqual(faces.map(({ source, quality }) => [source, quality.sharpness]), [['camera', 300]]); // prettier-ignore
});

test('two people who look alike are enrolled when somebody says that they are two', async (t) => {
  const house = aHouse(t);
  await house.enrolled('Ada', { who: 1 });
  const request = fromFiles({ name: 'Eda' }, pictureOf({ who: 1, look: 1 }));
  assert.equal(reasonOf(await house.household.enrol(request)), 'like-another-person');
  assert.equal(reasonOf(await house.household.enrol({ ...request, isSomebodyElse: true })), 'enrolled');
});

test('names that are taken, empty or hostile are refused before any picture is looked at', async (t) => {
  const house = aHouse(t);
  await house.enrolled('Ada', { who: 1 });
  const refused = async (name: string): Promise<string> =>
    reasonOf(await house.household.enrol(fromFiles({ name }, pictureOf({ who: 2 }))));
  assert.equal(await refused('ADA'), 'name-taken');
  assert.equal(await refused('  '), 'name-empty');
  assert.equal(await refused('Ada\u202Eevil'), 'name-unreadable');
  assert.equal(await refused('x'.repeat(501)), 'name-too-long');
  assert.equal(house.scripted.embedded, 1);
  const long = '山'.repeat(500);
  assert.equal((await house.enrolled(long, { who: 3 })).name, long);
});

test('limits: pictures of an act, pictures of a person', async (t) => {
  const house = aHouse(t);
  const { household } = house;
  assert.equal(reasonOf(await household.enrol(fromFiles({ name: 'Ada' }))), 'no-picture');
  const many = Array.from({ length: 21 }, (_, look) => pictureOf({ who: 1, look }));
  assert.equal(reasonOf(await household.enrol(fromFiles({ name: 'Ada' }, ...many))), 'too-many-pictures');
  const full = await household.enrol(fromFiles({ name: 'Ada' }, ...many.slice(0, referenceFacesMax)));
  assert(full.outcome === 'enrolled');
  assert.equal(full.faces.length, referenceFacesMax);
  const more = await household.enrol(fromFiles({ personId: full.person.id }, pictureOf({ who: 1, look: 99 })));
  assert.equal(reasonOf(more), 'person-full');
});

test('a full disk refuses the act and leaves nothing behind', async (t) => {
  const fault = new DiskFault('cannot write people/x.jpg: the disk is full', 'full');
  const house = aHouse(t);
  house.disk.before = (act) => {
    if (act === 'sync') throw fault;
  };
  const result = await house.household.enrol(fromFiles({ name: 'Ada' }, pictureOf({ who: 1 })));
  assert.deepEqual([reasonOf(result), result.outcome === 'refused' && result.message], ['storage', fault.message]);
  assert.deepEqual([house.store.read.people(), house.disk.paths], [[], []]);
  assert.equal(house.parts.gallery.size, 0);
  assert.deepEqual(house.events.all.map(({ type, data }) => [type, data?.errorType]), [['COMPONENT_ERROR', 'storage']]); // prettier-ignore
  assert.deepEqual(house.audited.map(({ result: audited, data }) => [audited, data]), [['failure', { reason: 'storage' }]]); // prettier-ignore
});

test('a database that refuses the face leaves neither a nameless person nor a crop', async (t) => {
  const house = aHouse(t);
  house.store.before = (name) => {
    if (name === 'addFace') throw new StoreFault('cannot write: the disk is full', 'full');
  };
  const result = await house.household.enrol(fromFiles({ name: 'Ada' }, pictureOf({ who: 1 })));
  assert.deepEqual([reasonOf(result), reasonsOf(result)], ['storage', ['storage']]);
  assert.deepEqual([house.store.read.people(), house.disk.paths], [[], []]);
});

test('two acts at once cannot both take a name', async (t) => {
  const house = aHouse(t);
  const results = await Promise.all(
    [1, 2].map((who) => house.household.enrol(fromFiles({ name: 'Ada' }, pictureOf({ who })))),
  );
  assert.deepEqual(results.map(reasonOf), ['enrolled', 'name-taken']);
});

test('more acts than may wait are refused as busy, and the others are all done', async (t) => {
  const house = aHouse(t);
  const acts = Array.from({ length: 40 }, (_, who) =>
    house.household.enrol(fromFiles({ name: `P${who}` }, pictureOf({ who }))),
  );
  const reasons = (await Promise.all(acts)).map(reasonOf);
  assert.deepEqual([reasons.filter((reason) => reason === 'enrolled').length, reasons.filter((reason) => reason === 'busy').length], [32, 8]); // prettier-ignore
  await house.household.idle();
  assert.equal(house.parts.gallery.size, 32);
});

test('a camera that gives no pictures is to blame, not who stands there', async (t) => {
  const house = aHouse(t);
  const trouble = 'cannot read camera rtsp://door.local/1: nothing answers there: connection refused';
  const refused = await house.household.enrol({
    actor: 'test',
    who: { name: 'Ada' },
    from: { kind: 'camera', frames: [], trouble },
  });
  assert.equal(refused.outcome, 'refused');
  assert.equal(
    'message' in refused ? refused.message : '',
    `cannot enrol from the camera: it gives no pictures: ${trouble}: mend it, or send a picture`,
  );
});
