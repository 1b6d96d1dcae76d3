import assert from 'node:assert/strict';
import test from 'node:test';

import { pictureOf } from '../fakes/scripted-faces.ts';
import { aHouse, fromFiles, reasonOf, vectorOfPicture } from './house.ts';

const actor = 'owner';

test('"not this person" is remembered: the face is not taken for that person again, the person still is', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 });
  const double = { who: 1, look: 7 };
  await house.visited('v1', double, { personId: ada.id });
  assert.deepEqual(await house.namesFor(double), ['Ada']);
  const result = await house.household.correctVisit({ visitId: 'v1', verdict: { kind: 'was-not' }, actor });
  assert.deepEqual(result, { outcome: 'corrected', toldApartFrom: [ada.id] });
  assert.deepEqual(await house.namesFor(double), []);
  assert.deepEqual(await house.namesFor({ who: 1 }), ['Ada']);
  const visit = house.store.read.visit('v1');
  assert.deepEqual([visit?.outcome, visit?.personId, visit?.reason], ['stranger', undefined, 'You said that this was not Ada.']); // prettier-ignore
  const restarted = aHouse(t, { store: house.store, disk: house.disk, scripted: house.scripted });
  assert.deepEqual(await restarted.namesFor(double), []);
  assert.equal(reasonOf(await house.household.correctVisit({ visitId: 'v1', verdict: { kind: 'was-not' }, actor })), 'visit-not-named'); // prettier-ignore
});

test('"this was Bea" names the visit, and tells Ada, who had been named, apart', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 });
  const bea = await house.enrolled('Bea', { who: 2 });
  await house.visited('v1', { who: 1, look: 3 }, { personId: ada.id });
  const verdict = { kind: 'was', personId: bea.id } as const;
  assert.deepEqual(await house.household.correctVisit({ visitId: 'v1', verdict, actor }), { outcome: 'corrected', toldApartFrom: [ada.id] }); // prettier-ignore
  const visit = house.store.read.visit('v1');
  assert.deepEqual([visit?.outcome, visit?.personName], ['known', 'Bea']);
  assert.deepEqual(await house.namesFor({ who: 1, look: 3 }), []);
});

test('what is said last holds: "this was Ada" takes back an earlier "not Ada"', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 });
  await house.visited('v1', { who: 1, look: 4 }, { personId: ada.id });
  await house.household.correctVisit({ visitId: 'v1', verdict: { kind: 'was-not' }, actor });
  assert.deepEqual(await house.namesFor({ who: 1, look: 4 }), []);
  await house.household.correctVisit({ visitId: 'v1', verdict: { kind: 'was', personId: ada.id }, actor });
  assert.deepEqual(await house.namesFor({ who: 1, look: 4 }), ['Ada']);
  const kinds = house.store.read.facesOf(ada.id).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['reference']);
});

test('a reference that came from a visit goes when the visit turns out to be somebody else', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 });
  await house.visited('v1', { who: 1, look: 5 }, { personId: ada.id });
  const taught = await house.household.enrol({
    who: { personId: ada.id },
    from: { kind: 'visit', visitId: 'v1' },
    actor,
  });
  assert.equal(reasonOf(taught), 'enrolled');
  await house.household.correctVisit({ visitId: 'v1', verdict: { kind: 'was-not' }, actor });
  const kinds = house.store.read.facesOf(ada.id).map(({ kind, source }) => `${kind} from ${source}`);
  assert.deepEqual(kinds.toSorted(), ['negative from visit', 'reference from file']);
});

test('a visit enrols the person it shows; a poor face or none is refused', async (t) => {
  const house = aHouse(t);
  await house.visited('good', { who: 5 });
  await house.visited('poor', { who: 6, quality: { widthPx: 30 } });
  const enrol = (visitId: string, name: string) =>
    house.household.enrol({ who: { name }, from: { kind: 'visit', visitId }, actor });
  assert.equal(reasonOf(await enrol('good', 'Eve')), 'enrolled');
  assert.deepEqual(await house.namesFor({ who: 5, look: 1 }), ['Eve']);
  assert.equal(reasonOf(await enrol('poor', 'Fay')), 'face-too-small');
  assert.equal(reasonOf(await enrol('never', 'Gil')), 'no-such-visit');
  await house.disk.remove('/home/visits/poor/face.jpg');
  const gone = await house.household.correctVisit({ visitId: 'poor', verdict: { kind: 'was-not' }, actor });
  assert.equal(reasonOf(gone), 'visit-not-named');
});

test('the enrolled face outlives the visit it came from', async (t) => {
  const house = aHouse(t);
  await house.visited('v1', { who: 5 });
  await house.household.enrol({ who: { name: 'Eve' }, from: { kind: 'visit', visitId: 'v1' }, actor });
  await house.household.forgetVisit({ visitId: 'v1', actor });
  assert.deepEqual(await house.namesFor({ who: 5, look: 1 }), ['Eve']);
  assert.equal(house.disk.paths.length, 1);
});

test('naming a stranger makes the person, enrols the best faces and tags the past visits', async (t) => {
  const house = aHouse(t);
  const looks = [1, 2, 3, 4, 5, 6, 7];
  for (const look of looks) await house.visited(`v${look}`, { who: 8, look, quality: { sharpness: 100 + look } }, { strangerId: 's' }); // prettier-ignore
  await house.visited('v8', { who: 8, look: 8, quality: { yawDeg: 80 } }, { strangerId: 's' });
  const vector = await vectorOfPicture(house.parts, pictureOf({ who: 8 }));
  assert.equal(house.parts.gallery.nearestStranger(vector)?.strangerId, 's');
  const result = await house.household.nameStranger({ strangerId: 's', who: { name: 'Hal' }, actor });
  assert(result.outcome === 'named');
  assert.deepEqual([result.visits, result.isNew, result.faces.map(({ label }) => label)], [8, true, ['visit v7', 'visit v6', 'visit v5', 'visit v4', 'visit v3']]); // prettier-ignore
  assert.deepEqual(result.refusals.map(({ label, reason }) => [label, reason]), [['visit v8', 'face-turned']]); // prettier-ignore
  assert.deepEqual(await house.namesFor({ who: 8 }), ['Hal']);
  assert.equal(house.store.read.visit('v8')?.personName, 'Hal');
  assert.equal(house.parts.gallery.nearestStranger(vector), undefined);
  const again = await house.household.nameStranger({ strangerId: 's', who: { name: 'Ida' }, actor });
  assert.equal(reasonOf(again), 'stranger-named');
  assert.equal(house.parts.gallery.nearestStranger(vector), undefined);
});

test('a stranger who turns out to be one of the household becomes that person', async (t) => {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1 });
  await house.visited('v1', { who: 1, look: 6, quality: { yawDeg: 30 } }, { strangerId: 's' });
  const result = await house.household.nameStranger({ strangerId: 's', who: { personId: ada.id }, actor });
  assert(result.outcome === 'named');
  assert.deepEqual([result.isNew, result.faces.length, house.store.read.visit('v1')?.personName], [false, 1, 'Ada']);
  assert.equal(reasonOf(await house.household.nameStranger({ strangerId: 'x', who: { name: 'Bea' }, actor })), 'no-such-stranger'); // prettier-ignore
});

test('naming a stranger without a usable face names the visits, and says why nobody will be recognised', async (t) => {
  const house = aHouse(t);
  await house.visited('v1', { who: 9, quality: { detail: 0.1 } }, { strangerId: 's' });
  const result = await house.household.nameStranger({ strangerId: 's', who: { name: 'Jon' }, actor });
  assert(result.outcome === 'named');
  assert.deepEqual(
    [result.visits, result.faces, result.refusals.map(({ reason }) => reason)],
    [1, [], ['face-blurred']],
  );
  assert.equal(house.store.read.visit('v1')?.personName, 'Jon');
});

test('names, rules and merges', async (t) => {
  const house = aHouse(t);
  const { household } = house;
  const ada = await house.enrolled('Ada', { who: 1 });
  const eda = await house.enrolled('Eda', { who: 2 });
  assert.equal(reasonOf(await household.rename({ personId: eda.id, name: 'ada', actor })), 'name-taken');
  assert.equal(reasonOf(await household.rename({ personId: ada.id, name: 'ADA', actor })), 'done');
  assert.deepEqual(await house.namesFor({ who: 1 }), ['ADA']);
  await household.setRules({ personId: ada.id, standing: 'watched', notify: 'always', actor });
  const candidate = (await matchOf(house, 1))[0];
  assert.deepEqual([candidate?.standing, candidate?.notify], ['watched', 'always']);

  assert.equal(reasonOf(await household.merge({ personId: ada.id, into: ada.id, actor })), 'same-person');
  assert.equal(reasonOf(await household.merge({ personId: eda.id, into: 'nobody', actor })), 'no-such-person');
  assert.equal(reasonOf(await household.merge({ personId: eda.id, into: ada.id, actor })), 'done');
  assert.deepEqual(await house.namesFor({ who: 2 }), ['ADA']);
  assert.equal(reasonOf(await household.merge({ personId: ada.id, into: eda.id, actor })), 'same-person');
  assert.equal(reasonOf(await household.rename({ personId: eda.id, name: 'Edda', actor })), 'merged');
  const enrolled = await household.enrol(fromFiles({ personId: eda.id }, pictureOf({ who: 2, look: 1 })));
  assert.equal(reasonOf(enrolled), 'merged');
  assert.equal(reasonOf(await household.unmerge({ personId: eda.id, actor })), 'done');
  assert.equal(reasonOf(await household.unmerge({ personId: eda.id, actor })), 'not-merged');
  assert.deepEqual(await house.namesFor({ who: 2 }), ['Eda']);
});

async function matchOf(house: ReturnType<typeof aHouse>, who: number) {
  return house.parts.gallery.match(await vectorOfPicture(house.parts, pictureOf({ who }))).candidates;
}
