import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import { RowLooks } from '../../../src/appliance/trial/row-looks.ts';
import type { InventoryQuery, InventoriedVisit, Store } from '../../../src/store/store.ts';
import { judgeStoredRows } from '../../../src/update/judge/stored-rows.ts';
import { addFace, face, person, storeInMemory, wholeVisit } from '../../store/samples.ts';
import { RecordingLog } from '../../fakes/recorders.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';

interface Scene {
  readonly store: Store;
  readonly looks: RowLooks;
  readonly acts: Set<string>;
  readonly clock: SteppedClock;
  /** Pictures that are gone, and what is wrong with the audit chain. */
  readonly beside: {
    readonly visits: Set<string>;
    readonly faces: Set<string>;
    chain: string | undefined;
    /** In the middle of a look. */
    meanwhile?: () => Promise<unknown>;
  };
  /** The verdict, so long after what was just done. */
  readonly after: (ms: number) => Promise<string | undefined>;
}

/** Ada may do everything, and Mia look. */
async function letIn(store: Store): Promise<void> {
  const user = (id: string, role: string) => ({ id, name: id, nameKey: id, role, password: id, createdMs: 1, recoveryCodes: [] });
  const session = (userId: string) => ({ id: userId, userId, secret: userId, device: userId, address: '', agent: '', ...seen });
  const seen = { createdMs: 1, createdLivedMs: 0, seenMs: 1, seenLivedMs: 0, provenMs: 1, provenUptimeMs: 1 };
  await store.write('claim', { user: user('ada', 'administrator'), session: session('ada') });
  await store.write('addInvitation', { id: 'i', secret: 'i', role: 'viewer', madeBy: 'ada', createdMs: 1, expiresLivedMs: 9 });
  await store.write('addInvitedUser', { invitationId: 'i', user: user('mia', 'viewer'), session: session('mia') });
} // prettier-ignore

/** Two people, a setting and three visits; Bob was merged into Ada. */
async function scene(t: TestContext, { visitsMax = 100, isSpaceShort = false } = {}): Promise<Scene> {
  const store = storeInMemory(t);
  await store.write('addPerson', person('ada'));
  await store.write('addPerson', person('bob', { mergedInto: 'ada' }));
  await store.write('addPerson', person('eve'));
  await addFace(store, 1, face('ada-1', { personId: 'ada' }));
  await store.write('setDeviceSetting', { key: 'household.name', value: 'home' });
  await letIn(store);
  await wholeVisit(store, 'v1', { outcome: 'known', personId: 'bob' });
  await wholeVisit(store, 'v2', { outcome: 'known', personId: 'eve' });
  await wholeVisit(store, 'v3');
  const acts = new Set<string>();
  const clock = new SteppedClock();
  const beside: Scene['beside'] = { visits: new Set(), faces: new Set(), chain: undefined };
  const looks = await RowLooks.begin({
    reads: store.read, clock, log: new RecordingLog(), retention: { days: 30, visitsMax }, acts: async () => acts, isSpaceShort: async () => isSpaceShort,
    files: { gone: async () => { await beside.meanwhile?.(); return beside; } }, chain: { broken: async () => beside.chain },
  }); // prettier-ignore
  const after = async (ms: number): Promise<string | undefined> => {
    await looks.look();
    const finding = judgeStoredRows({ rows: looks.facts, nowMs: clock.uptimeMs() + ms });
    if (finding === undefined || 'well' in finding) return undefined;
    return 'broken' in finding ? `broken: ${finding.broken}` : JSON.stringify(finding);
  };
  return { store, looks, acts, clock, beside, after };
}

test('a person who is gone without a word ends the trial, after the time that the word takes', async (t) => {
  const { store, acts, after } = await scene(t);
  assert.equal(await after(9000), undefined);
  await store.write('removePerson', { personId: 'eve' });
  assert.match((await after(100)) ?? '', /missing.*3 people became 2/);
  assert.match((await after(9000)) ?? '', /^broken: .*3 people became 2, 3 visits became 2/);
  acts.add('rename person/eve');
  assert.match((await after(9000)) ?? '', /^broken: .*3 people became 2/, 'another act is no cause');
  acts.add('remove person/eve');
  assert.equal(await after(9000), undefined);
});

test('who may log in stays so, in the same role, unless somebody has said otherwise', async (t) => {
  const { store, acts, after } = await scene(t);
  await store.write('setRole', { userId: 'mia', role: 'administrator', highest: 'administrator' });
  assert.match((await after(9000)) ?? '', /^broken: .*users/, 'a viewer has become an administrator');
  acts.add('change-role user/mia');
  assert.equal(await after(9000), undefined);
  await store.write('removeUser', { userId: 'mia', highest: 'administrator' });
  assert.match((await after(9000)) ?? '', /^broken: .*2 rows of users became 1/);
  acts.add('remove-user user/mia');
  assert.equal(await after(9000), undefined);
  await store.write('resetAccess', {});
  assert.match((await after(9000)) ?? '', /^broken: .*2 rows of users became 1/);
  acts.add('reset-access access');
  assert.equal(await after(9000), undefined);
});

test('visits go by an act of their own or with their person, merged ones too', async (t) => {
  const { store, acts, after } = await scene(t);
  await store.write('removeVisit', { visitId: 'v3' });
  assert.match((await after(9000)) ?? '', /broken.*3 visits became 2/);
  acts.add('forget-visit visit/v3');
  assert.equal(await after(9000), undefined);
  await store.write('removePerson', { personId: 'ada' });
  acts.add('remove person/ada');
  assert.equal(await after(9000), undefined, 'Bob and his visit have gone with Ada');
});

test('new visits hide none that went; the oldest may go when there are too many, and no others', async (t) => {
  const { store, after } = await scene(t);
  await store.write('removeVisit', { visitId: 'v1' });
  await wholeVisit(store, 'v4');
  assert.match((await after(9000)) ?? '', /broken.*3 visits became 2/);
  for (const limit of [{ visitsMax: 3 }, { isSpaceShort: true }]) {
    const full = await scene(t, limit);
    await full.store.write('removeVisit', { visitId: 'v1' });
    assert.equal(await full.after(9000), undefined);
    await full.store.write('removeVisit', { visitId: 'v3' });
    assert.match((await full.after(9000)) ?? '', /broken.*3 visits became 2/);
  }
});

test('a name, a setting or a face that says something else needs a cause as well', async (t) => {
  const { store, acts, after } = await scene(t);
  await store.write('renamePerson', { personId: 'eve', name: '' });
  await store.write('setDeviceSetting', { key: 'household.name', value: 'elsewhere' });
  await store.write('removeFace', { faceId: 'ada-1' });
  assert.match(
    (await after(9000)) ?? '',
    /1 reference faces became 0, 1 embeddings became 0, 1 people say something else, 1 settings say/,
  );
  for (const act of ['rename person/eve', 'change-settings settings', 'remove-face face/ada-1']) acts.add(act);
  assert.equal(await after(9000), undefined);
});

test('a visit or a face that has lost its picture, and a broken audit chain, need no row that is gone', async (t) => {
  const { store, after, beside } = await scene(t);
  const later = async (): Promise<string | undefined> => {
    for (let look = 0; look < 3; look += 1) await after(0);
    return after(9000);
  };
  beside.visits.add('v1').add('nobody');
  beside.faces.add('ada-1').add('nobody');
  assert.match((await later()) ?? '', /^broken: .* 2 rows have lost their pictures$/);
  await store.write('removeVisit', { visitId: 'v1' });
  assert.match((await later()) ?? '', /3 visits became 2, 1 rows have lost/, 'a row that is gone is told of by itself');
  const removing = await scene(t);
  removing.acts.add('forget-visit visit/v1');
  removing.beside.meanwhile = () => {
    removing.beside.visits.add('v1');
    return removing.store.write('removeVisit', { visitId: 'v1' });
  };
  assert.equal(await removing.after(9000), undefined, 'the household lets it go just now');
  const another = await scene(t);
  another.beside.chain = 'entry 7 is not what was written';
  assert.match((await another.after(9000)) ?? '', /^broken: .*the audit chain is broken: entry 7/);
});

test('one that has harmed the database while it migrated does not get the door', async (t) => {
  const { store, looks, clock } = await scene(t);
  assert.equal(await looks.harm(), undefined);
  await store.write('removeDeviceSetting', { key: 'household.name' });
  const harm = looks.harm();
  await clock.advance(3000);
  assert.match((await harm) ?? '', /does not leave stored data as it was: .*1 settings became 0/);
});

/** A bell with so many visits, and what was read of them at once: which place in turn had the reading, and how many. */
async function manyVisits(
  t: TestContext,
  count: number,
): Promise<{ looks: RowLooks; visits: InventoriedVisit[]; turns: number[]; most: () => number }> {
  const visits: InventoriedVisit[] = [];
  for (let place = count; place > 0; place -= 1)
    visits.push({ id: `v${place}`, place, personId: undefined, isDue: false });
  const turns: number[] = [];
  let [turn, most] = [0, 0];
  const others = setInterval(() => (turn += 1), 0);
  t.after(() => clearInterval(others));
  const visitsInventory = ({ limit, before }: InventoryQuery): readonly InventoriedVisit[] => {
    const first = before === undefined ? 0 : visits.findIndex(({ place }) => place < before.place);
    const some = first === -1 ? [] : visits.slice(first, first + limit);
    turns.push(turn);
    most = Math.max(most, some.length);
    return some;
  };
  const { read } = storeInMemory(t);
  const looks = await RowLooks.begin({
    reads: { ...read, visitsInventory }, clock: nodeClock, log: new RecordingLog(), retention: { days: 30, visitsMax: 100_000 },
    acts: async () => new Set(), isSpaceShort: async () => false,
    files: { gone: async () => ({ visits: new Set(), faces: new Set() }) }, chain: { broken: async () => undefined },
  }); // prettier-ignore
  return { looks, visits, turns, most: () => most };
}

test('however many visits there are, a few are read at once, and whoever rings has a turn in between', async (t) => {
  const { looks, turns, most } = await manyVisits(t, 1500);
  const first = turns.splice(0);
  await looks.look();
  for (const readings of [first, turns]) {
    assert.ok(readings.length >= 7 && most() <= 200, `${readings.length} readings, ${most()} at once`);
    assert.equal(new Set(readings).size, readings.length, `two in one turn: ${readings.join(' ')}`);
  }
});

test('where there are more visits than are known, a new one hides none of them', async (t) => {
  const { looks, visits } = await manyVisits(t, 20_300);
  visits.unshift({ id: 'new', place: 20_301, personId: undefined, isDue: false });
  await looks.look();
  assert.deepEqual([looks.facts.known, looks.facts.gone], [20_000, []]);
  visits.splice(20_000, 1);
  await looks.look();
  assert.deepEqual(looks.facts.gone, [{ table: 'visits', before: 20_000, left: 19_999 }]);
});
