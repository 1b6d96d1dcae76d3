// The household's own store, gallery and acts; only what the nets would say is scripted.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import { complaintAboutChanges } from '../../../src/settings/explain.ts';
import type { Clock } from '../../../src/system/clock.ts';
import type { SelfTestReport } from '../../../src/visit/self-test/report.ts';
import { SelfTest } from '../../../src/visit/self-test/self-test.ts';
import { aHouse, nowMs, type House } from '../../people/house.ts';

const dayMs = 24 * 60 * 60_000;
const actor = 'owner';
const clock: Clock = {
  uptimeMs: () => nodeClock.uptimeMs(),
  wallMs: () => nowMs + dayMs,
  sleep: (durationMs) => nodeClock.sleep(durationMs),
};

function selfTestOf({ parts }: House, more: { clock?: Clock; strangersPerName?: number } = {}): SelfTest {
  const { strangersPerName = 1000 } = more;
  const recognition = { ...parts.recognition, strangersPerName };
  return new SelfTest({ reads: parts.store.read, gallery: parts.gallery, clock: more.clock ?? clock, recognition });
}

async function tested(house: House, days = 30): Promise<SelfTestReport> {
  const report = await selfTestOf(house).run(days);
  assert.ok(report !== undefined);
  return report;
}

/** As the door left it: one frame, and this person the nearest. */
function seenAs(person: { readonly id: string; readonly name: string }, distance = 0.3) {
  const candidates = [{ personId: person.id, name: person.name, distance, frames: 1 }];
  return { personId: person.id, startedMs: nowMs + 1000, candidates };
}
const asStranger = { startedMs: nowMs + 1000 };

/** Ada with two pictures, Bea with one. */
async function household(t: TestContext) {
  const house = aHouse(t);
  const ada = await house.enrolled('Ada', { who: 1, look: 1 }, { who: 1, look: 2 });
  const bea = await house.enrolled('Bea', { who: 2 });
  return { house, ada, bea };
}

test('without anybody, and without anything to try, it says so', async (t) => {
  const house = aHouse(t);
  const nobody = await tested(house);
  assert.deepEqual([nobody.state, nobody.verdict], ['good', 'Nobody is enrolled: there is nothing to try.']);
  await house.enrolled('Ada', { who: 1 });
  const single = await tested(house);
  assert.deepEqual([single.state, single.cases, single.pictures.tried], ['advice', 0, 0]);
  assert.match(single.verdict, /^Nothing can be said yet: nobody has a second picture/);
  assert.deepEqual(single.advice.map(({ kind, name }) => [kind, name]), [['add-picture', 'Ada']]); // prettier-ignore
});

test('each picture is tried against all others; of whom there is one only, nothing is tried', async (t) => {
  const { house, ada, bea } = await household(t);
  const { pictures, people, alike, state, verdict } = await tested(house);
  assert.deepEqual(pictures, { enrolled: 3, tried: 2, known: 2, probably: 0, missed: 0, wrong: 0, waiting: 0 });
  assert.deepEqual(people.map(({ name, tried }) => [name, tried]), [['Bea', 0], ['Ada', 2]]); // prettier-ignore
  assert.deepEqual([alike?.one.personId, alike?.other.personId], [ada.id, bea.id]);
  assert.ok(alike !== null && alike.distance > alike.allowed);
  assert.deepEqual([state, verdict], ['advice', 'Well: all of 2 pictures would get the right name.']);
});

test('a picture that is not like the others of its person is missed, and one that is another person’s named wrongly', async (t) => {
  const { house, ada } = await household(t);
  await house.store.write('addFace', strayFace(house, ada.id));
  house.parts.gallery.refresh();
  const { pictures, state, advice } = await tested(house);
  assert.deepEqual([pictures.known, pictures.wrong, state], [2, 1, 'mend']);
  assert.match(advice[0]?.text ?? '', /^1 of 3 pictures of Ada would be taken for Bea: look whether all show Ada$/);
});

/** A picture of Bea, recorded as Ada's: no act of the household would take it. */
function strayFace({ store }: House, personId: string) {
  const bea = store.read.people().find(({ name }) => name === 'Bea');
  const [face] = store.read.facesOf(bea?.id ?? '');
  assert.ok(face !== undefined);
  const vector = store.read.embeddingOf(face.id, 'scripted-1');
  assert.ok(vector !== undefined);
  return { face: { ...face, id: 'stray', personId }, recogniser: 'scripted-1', vector };
}

test('the visits of the last days are decided again: as at the door, named now, lost; older ones are left alone', async (t) => {
  const { house, ada } = await household(t);
  await house.visited('same', { who: 1, look: 3 }, seenAs(ada));
  await house.visited('named-now', { who: 1, look: 4 }, asStranger);
  await house.visited('lost', { who: 5 }, seenAs(ada));
  await house.visited('stranger', { who: 6 }, asStranger);
  await house.visited('old', { who: 1, look: 5 }, { startedMs: nowMs - 40 * dayMs });
  const { visits, strangers, cases } = await tested(house);
  assert.deepEqual(visits, { looked: 4, faceless: 0, same: 2, namedNow: 1, lost: 1, otherName: 0 });
  assert.deepEqual([strangers.tried, strangers.named, strangers.nearest?.visitId], [2, 1, 'named-now']);
  assert.equal(cases, 2, 'nobody has said who these visitors were');
  assert.equal((await tested(house, 100)).visits.looked, 5);
});

test('corrections are the truth: what the bell said, and what it says without having learnt from that visit', async (t) => {
  const { house, ada, bea } = await household(t);
  const correct = async (visitId: string, personId?: string): Promise<void> => {
    const verdict = personId === undefined ? ({ kind: 'was-not' } as const) : ({ kind: 'was', personId } as const);
    assert.equal((await house.household.correctVisit({ visitId, verdict, actor })).outcome, 'corrected');
  };
  await house.visited('confirmed', { who: 1, look: 3 }, seenAs(ada));
  await correct('confirmed', ada.id);
  await house.visited('missed-then', { who: 1, look: 4 }, asStranger);
  await correct('missed-then', ada.id);
  await house.visited('double', { who: 1, look: 7 }, seenAs(ada));
  await correct('double');
  await house.visited('was-bea', { who: 5 }, seenAs(ada));
  await correct('was-bea', bea.id);
  const { said, state, verdict, advice, cases, right } = await tested(house);
  assert.deepEqual(said.door, { right: 1, missed: 1, wrong: 2 });
  assert.deepEqual(said.now, { right: 2, missed: 1, wrong: 1 });
  assert.deepEqual([cases, right, state], [6, 4, 'mend']);
  assert.equal(verdict, 'Not well: of 2 pictures and 4 visits, 4 would get the right name, 1 a wrong one, 1 none.');
  const told = advice.map(({ kind, name, visitId }) => [kind, name, visitId]);
  assert.deepEqual(told.slice(0, 2), [['look-at-pictures', 'Ada', 'double'], ['add-picture', 'Bea', 'was-bea']]); // prettier-ignore
});

test('whoever is not named any more, because of a “not Ada” of her own face, is told why', async (t) => {
  const { house, ada } = await household(t);
  await house.visited('mistaken', { who: 1, look: 1 }, seenAs(ada));
  await house.household.correctVisit({ visitId: 'mistaken', verdict: { kind: 'was-not' }, actor });
  const { pictures, advice } = await tested(house);
  assert.equal(pictures.missed, 2, 'the picture that is that face, and the other without it');
  assert.deepEqual(advice.at(-2)?.text, '2 of 2 pictures of Ada would get no name, because you have said of a face like that that it is not Ada: say that it is, if it is'); // prettier-ignore
});

test('a name that was wrong makes it recommend settings that can be set, and with which it is given no more', async (t) => {
  const { house, ada } = await household(t);
  const [picture] = house.store.read.facesOf(ada.id);
  const vector = house.store.read.embeddingOf(picture?.id ?? '', 'scripted-1')?.slice();
  assert.ok(vector !== undefined);
  vector[0] = (vector[0] ?? 0) + 0.46; // Of a household of two, one stranger in 17,000 is as near to somebody with two pictures.
  await house.visited('double', { who: 5 }, seenAs(ada));
  await house.store.write('addEmbedding', { faceId: 'face-of-double', recogniser: 'scripted-1', vector });
  await house.household.correctVisit({ visitId: 'double', verdict: { kind: 'was-not' }, actor });
  const { settings, advice, said } = await tested(house);
  assert.deepEqual(said.now, { right: 0, missed: 0, wrong: 1 });
  assert.deepEqual(settings, { 'recognition.strangersPerName': 20_000, 'recognition.strangersPerKnown': 20_000 });
  assert.ok(
    advice.some(
      ({ kind, text }) => kind === 'set' && text.startsWith('let at most one stranger in 20000 be named, not in 1000'),
    ),
  );
  assert.equal(complaintAboutChanges(settings, {}), undefined);
  const after = await selfTestOf(house, { strangersPerName: 20_000 }).run(30);
  assert.deepEqual([after?.said.now.wrong, after?.settings, after?.pictures.missed], [0, {}, 0]);
});

test('a stranger who was named was no mistake before; the visits that were not enrolled are tried', async (t) => {
  const { house } = await household(t);
  await house.visited(
    'first',
    { who: 7, quality: { widthPx: 120 } },
    { startedMs: nowMs - 1000, strangerId: 'stranger-1' },
  );
  const named = await house.household.nameStranger({ strangerId: 'stranger-1', who: { name: 'Eve' }, actor });
  assert.equal(named.outcome === 'named' && named.faces.length, 1);
  const { said, visits, pictures } = await tested(house);
  assert.deepEqual([said.door, said.now], [noneJudged, noneJudged], 'its face is a picture, and is tried as one');
  assert.deepEqual([visits.looked, pictures.enrolled, pictures.tried], [1, 4, 2]);
});

const noneJudged = { right: 0, missed: 0, wrong: 0 };

test('faces that this recogniser has not embedded yet are not tried, and it says so', async (t) => {
  const { house, ada } = await household(t);
  await house.visited('v1', { who: 1, look: 3 }, seenAs(ada));
  const gallery = { recogniser: 'scripted-2', matchWithout: () => assert.fail('there is nothing to match') };
  const { reads, recognition } = { reads: house.store.read, recognition: house.parts.recognition };
  const report = await new SelfTest({ reads, gallery, clock, recognition }).run(30);
  assert.deepEqual([report?.pictures.waiting, report?.visits.faceless, report?.cases], [3, 1, 0]);
  assert.match(report?.verdict ?? '', /still being embedded/);
});

test('one at a time, between presses; the last is kept', async (t) => {
  const { house } = await household(t);
  let nowUptimeMs = 0;
  let sleeps = 0;
  const slow: Clock = {
    uptimeMs: () => (nowUptimeMs += 10),
    wallMs: () => nowMs,
    sleep: async (durationMs) => {
      sleeps += 1;
      await nodeClock.sleep(durationMs);
    },
  };
  const selfTest = selfTestOf(house, { clock: slow });
  const last = (): SelfTestReport | undefined => selfTest.last;
  assert.equal(last(), undefined);
  const running = selfTest.run(30);
  assert.equal(await selfTest.run(30), undefined, 'the second is refused');
  const report = await running;
  assert.ok(sleeps >= 3, `the thread belonged to the door ${sleeps} times`);
  assert.equal(last(), report);
  assert.ok((await selfTest.run(7)) !== undefined);
  assert.equal(last()?.days, 7);
});

test('when another recogniser comes into use meanwhile, it is made once more', async (t) => {
  const { house } = await household(t);
  const { gallery } = house.parts;
  const another: Clock = { ...clock, sleep: async () => gallery.changeTo({ recogniser: 'scripted-2' }) };
  let nowUptimeMs = 0;
  const report = await selfTestOf(house, { clock: { ...another, uptimeMs: () => (nowUptimeMs += 10) } }).run(30);
  assert.deepEqual([report?.recogniser, report?.pictures.waiting], ['scripted-2', 3]);
});
