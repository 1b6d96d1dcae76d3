import assert from 'node:assert/strict';
import test from 'node:test';
import { measurePack, verdictOn } from '../../src/appliance/measure-pack.ts';
import { PackComparison, type PackComparisonParts } from '../../src/appliance/pack-comparison.ts';
import type { BesideResult } from '../../src/appliance/recognition.ts';
import type { PackFigures } from '../../src/web/parts.ts';
import { aHouse, recognition } from '../people/house.ts';
import { ScriptedFaces, vectorOf } from '../fakes/scripted-faces.ts';

const rest = (): Promise<void> => Promise.resolve();
const figures: PackFigures & { name: string } = {
  name: 'one', pictures: 12, known: 10, probably: 1, missed: 1, wrong: 0, strangers: 4, strangersNamed: 0, samePerson: 0.2,
  otherPerson: 0.9, nearestOther: 0.8, nearestStranger: 0.7, embedMs: 10,
}; // prettier-ignore

test('each picture is taken out and looked up as one that somebody shows, each stranger is looked up, and all stay', async (t) => {
  const house = aHouse(t);
  await house.enrolled('Ada', { who: 1 }, { who: 1, look: 1 }, { who: 1, look: 2 });
  await house.enrolled('Bea', { who: 2 }, { who: 2, look: 1 });
  await house.enrolled('Cleo', { who: 4 });
  await house.visited('v1', { who: 3 }, { strangerId: 's' });
  const { store, scripted } = house;
  const parts = { read: store.read, recognition, rest };
  const { samePerson, otherPerson, nearestOther, nearestStranger, ...good } = await measurePack(parts, scripted);
  assert.deepEqual(good, { pictures: 6, known: 5, probably: 0, missed: 0, wrong: 0, strangers: 1, strangersNamed: 0 });
  assert.ok(samePerson !== null && samePerson < 0.4, `${samePerson}`);
  assert.ok(otherPerson !== null && nearestOther !== null && otherPerson >= nearestOther && nearestOther > 0.6);
  assert.ok(nearestStranger !== null && nearestStranger > 0.6);

  // Another pack takes one of Ada’s for Bea (and so Bea’s for Ada), the stranger for Ada, and does not know Bea’s other one.
  const mistaken: Readonly<Record<string, number>> = { '1.1': 2, '2.1': 9, '3.0': 1 };
  const seen = new Map(store.read.embeddings('scripted-1').map(({ faceId, vector }) => [faceId, vector.join()]));
  for (const [who, look] of [
    [1, 0],
    [1, 1],
    [1, 2],
    [2, 0],
    [2, 1],
    [4, 0],
    [3, 0],
  ] as const) {
    const faceId = [...seen].find(([, vector]) => vector === vectorOf({ who, look }).join())?.[0] ?? '';
    const vector = vectorOf({ who: mistaken[`${who}.${look}`] ?? who, look: look + 3 });
    await store.write('addEmbedding', { faceId, recogniser: 'mistaken', vector });
  }
  const bad = await measurePack(parts, { recogniser: 'mistaken' });
  assert.deepEqual(
    [bad.pictures, bad.known, bad.wrong, bad.missed, bad.strangersNamed, bad.strangers],
    [6, 2, 2, 1, 1, 1],
  );
  assert.equal(store.read.facesKnownTo('mistaken', 'all').embedded, 7);
});

test('wrong names weigh more than missing ones, and a few pictures tell nothing', () => {
  const other = { ...figures, name: 'two' };
  assert.equal(verdictOn(figures, other), 'both do equally well here: keep one');
  assert.match(verdictOn(figures, { ...other, missed: 0, strangersNamed: 1 }), /two gives 1 wrong names .*: keep one$/);
  assert.match(verdictOn({ ...figures, wrong: 2 }, { ...other, missed: 5 }), /: use two$/);
  assert.match(
    verdictOn(figures, { ...other, missed: 0, known: 11 }),
    /two misses 0 of 12 pictures, one 1.*: use two$/,
  );
  assert.match(verdictOn(figures, { ...other, missed: 2, known: 9 }), /: keep one$/);
  assert.match(verdictOn({ ...figures, known: 2 }, { ...other, missed: 0 }), /^too few pictures to tell/);
});

test('a comparison embeds what the other pack has not seen, changes nothing, and gives its memory back', async (t) => {
  const scenes: [] = [];
  const house = aHouse(t, { scripted: new ScriptedFaces('scripted-1', { scenes }) });
  await house.enrolled('Ada', { who: 1 }, { who: 1, look: 1 });
  const other = new ScriptedFaces('scripted-2', { scenes, shift: 0.5 });
  let stops = 0;
  let refusal: Exclude<BesideResult, { outcome: 'started' }> | undefined;
  const stop = (): Promise<void> => Promise.resolve(void (stops += 1));
  const stats = { busyMs: 0, spentMs: {}, answered: 0, waiting: 0, restarts: 0 };
  const beside: BesideResult = {
    outcome: 'started', inference: other, pictures: other, stats: () => stats, ping: rest, restart() {}, stop,
    gone: new AbortController().signal,
  }; // prettier-ignore
  const nets: PackComparisonParts['nets'] = {
    pack: 'one', inference: house.scripted, openBeside: () => Promise.resolve(refusal ?? beside),
  }; // prettier-ignore
  const bell = { visitsUnderWay: 0 };
  const clock = { sleep: rest, uptimeMs: () => 0 };
  const parts: PackComparisonParts = { ...house.parts, nets, bell, clock, mayLoadTwo: () => true };
  const comparison = new PackComparison(parts);
  const outcome = async (): Promise<unknown> => {
    assert.ok(comparison.begin('two', 'scripted-2'));
    assert.ok(!comparison.begin('two', 'scripted-2'), 'one at a time');
    while (comparison.state.state === 'running') await new Promise((resolve) => setImmediate(resolve));
    return comparison.state;
  };
  const done = (await outcome()) as { state: string; sides: { name: string; known: number }[]; verdict: string };
  assert.equal(done.state, 'done', JSON.stringify(done));
  assert.deepEqual(done.sides.map(({ name, known }) => [name, known]), [['one', 2], ['two', 2]]); // prettier-ignore
  assert.match(done.verdict, /^too few pictures/);
  assert.deepEqual([stops, house.parts.gallery.recogniser], [1, 'scripted-1']);
  assert.equal(house.store.read.facesKnownTo('scripted-2', 'all').embedded, 2);
  refusal = { outcome: 'models-damaged', message: 'it is broken' };
  assert.deepEqual(await outcome(), { state: 'failed', pack: 'two', message: 'cannot compare the model pack "two": it is broken' }); // prettier-ignore
  refusal = { outcome: 'let-go' };
  assert.match(JSON.stringify(await outcome()), /memory is needed for a release on trial/);
});
