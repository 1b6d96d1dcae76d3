import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, type TestContext } from 'node:test';

import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import { startInference, type StartedInference } from '../../src/machine/inference/onnx-inference.ts';
import { complaintAbout } from '../../src/visit/face-quality.ts';
import { lookForFaces } from '../../src/people/look-for-faces.ts';
import { Gallery } from '../../src/people/gallery.ts';
import type { HouseholdParts } from '../../src/people/household-parts.ts';
import { Household } from '../../src/people/household.ts';
import { reembedMissing } from '../../src/people/reembed.ts';
import { openStore } from '../../src/store/open.ts';
import { homeAt } from '../../src/system/home.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { demoFaces, demoPhotograph, demoPicture, type DemoFace } from './demo-faces.ts';
import { fromFiles, knownDistance, reasonOf, recognition, storeVisit, vectorOfPicture } from './house.ts';

const modelsFolder = join(import.meta.dirname, '../../.models');
const int8 = await started('mobilefacenet');
after(() => int8.stop());

async function started(recogniser: 'dlib' | 'mobilefacenet'): Promise<StartedInference> {
  const result = await startInference({ modelsFolder, threads: 1, recogniser });
  assert(result.outcome === 'started', JSON.stringify(result));
  return result;
}

function temporaryRoot(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'doorward-people-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** A household with nothing made up: disk, database, nets. */
async function realHouse(t: TestContext, { root = temporaryRoot(t), eyes = int8 } = {}): Promise<RealHouse> {
  const home = homeAt(root);
  const opened = await openStore({ home, disk: nodeDisk, clock: nodeClock });
  assert(opened.outcome === 'opened', JSON.stringify(opened));
  const { store } = opened;
  const { inference } = eyes;
  const pictures = { ...eyes.pictures, decode: eyes.pictures.decodeOwn };
  const parts: HouseholdParts = {
    store, inference, pictures, home, recognition, disk: nodeDisk, clock: nodeClock, random: nodeRandom,
    gallery: new Gallery(store.read, inference), events: new RecordingEvents(), log: new RecordingLog(),
    chronicle: { record: () => Promise.resolve() },
  }; // prettier-ignore
  t.after(() => store.close());
  return { parts, household: new Household(parts) };
}

interface RealHouse {
  readonly parts: HouseholdParts;
  readonly household: Household;
}

async function namesFor({ parts }: RealHouse, jpeg: Uint8Array): Promise<readonly string[]> {
  const { candidates } = parts.gallery.match(await vectorOfPicture(parts, jpeg));
  return candidates.filter(({ distance }) => distance < knownDistance).map(({ name }) => name);
}

async function enrol({ household }: RealHouse, name: string, face: DemoFace): Promise<string> {
  const result = await household.enrol(fromFiles({ name }, await demoPicture(face)));
  assert(result.outcome === 'enrolled', JSON.stringify(result));
  return result.person.id;
}

function filesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jpg'));
}

test('two visitors are enrolled from one picture each and recognised in others; everybody else is not', async (t) => {
  const house = await realHouse(t);
  await enrol(house, 'Rose', 'red');
  await enrol(house, 'Olga', 'olive');
  for (const change of ['mirrored', 'half', 'bright', 'grey'] as const) {
    assert.deepEqual(await namesFor(house, await demoPicture('red', change)), ['Rose'], change);
    assert.deepEqual(await namesFor(house, await demoPicture('olive', change)), ['Olga'], change);
  }
  assert.deepEqual(await namesFor(house, await demoPicture('redElsewhere')), ['Rose'], 'another photograph');
  for (const other of ['green', 'curls', 'purple'] as const)
    assert.deepEqual(await namesFor(house, await demoPicture(other)), [], other);
});

test('the gate refuses what would not teach, and says why', async (t) => {
  const house = await realHouse(t);
  await enrol(house, 'Gwen', 'green');
  const refused: [Promise<Uint8Array>, string][] = [
    [demoPhotograph(6), 'several-faces'],
    [demoPicture('curls', 'small'), 'face-too-small'],
    [demoPicture('curls', 'blurred'), 'face-blurred'],
    [demoPicture('profile'), 'face-turned'],
    [demoPicture('green', 'mirrored'), 'like-another-person'],
    [Promise.resolve(readFileSync(join(modelsFolder, 'demo/door.jpg'))), 'no-face'],
    [Promise.resolve(new TextEncoder().encode('not a picture')), 'picture-unreadable'],
  ];
  for (const [picture, reason] of refused) {
    const result = await house.household.enrol(fromFiles({ name: 'Nobody' }, await picture));
    assert.equal(reasonOf(result), reason);
    assert.match(result.outcome === 'refused' ? result.message : '', /^cannot /);
  }
  const again = fromFiles(
    { personId: house.parts.store.read.people()[0]?.id ?? '' },
    await demoPicture('green', 'codedAgain'),
  );
  assert.equal(reasonOf(await house.household.enrol(again)), 'picture-enrolled');
  assert.equal(house.parts.store.read.people().length, 1);
});

test('who stands before a bright sky, in the dark or in front of a cheap lens is named, and enrolled', async (t) => {
  const house = await realHouse(t);
  await enrol(house, 'Rose', 'redElsewhere');
  for (const change of ['backlit', 'dark', 'soft'] as const) {
    const decoded = await house.parts.pictures.decodeOwn(await demoPicture('red', change));
    assert(decoded.outcome === 'decoded');
    const { faces, looked } = await lookForFaces(int8.inference, decoded.picture);
    const [face] = faces;
    assert(face !== undefined, change);
    assert.equal(complaintAbout(face, recognition), undefined, change);
    const { candidates } = house.parts.gallery.match(await int8.inference.embed(looked, face.landmarks));
    assert.deepEqual([candidates[0]?.name, (candidates[0]?.distance ?? 9) < knownDistance], ['Rose', true], change);
    const result = await house.household.enrol(
      fromFiles({ name: change === 'backlit' ? 'Olga' : 'Nobody' }, await demoPicture('olive', change)),
    );
    assert.equal(reasonOf(result), change === 'backlit' ? 'enrolled' : 'like-another-person', change);
  }
  assert.deepEqual(await namesFor(house, await demoPicture('olive')), ['Olga']);
});

test('a crop that is all face is enrolled with grey around it', async (t) => {
  const house = await realHouse(t);
  const { default: sharp } = await import('sharp');
  const { side } = demoFaces.green;
  const margin = Math.round(side / 5);
  const inner = { left: margin + Math.round(side * 0.08), top: margin + Math.round(side * 0.04), width: Math.round(side * 0.84), height: Math.round(side * 0.9) }; // prettier-ignore
  const tight = await sharp(await demoPicture('green')).extract(inner).jpeg().toBuffer(); // prettier-ignore
  assert.equal(reasonOf(await house.household.enrol(fromFiles({ name: 'Gwen' }, tight))), 'enrolled');
  assert.deepEqual(await namesFor(house, await demoPicture('green')), ['Gwen']);
});

test('who is removed is gone from disk, database and backups, and stays gone after a restart', async (t) => {
  const root = temporaryRoot(t);
  const house = await realHouse(t, { root });
  const rose = await enrol(house, 'Rose', 'red');
  await enrol(house, 'Olga', 'olive');
  await storeVisit(house.parts, { visitId: 'v1', jpeg: await demoPicture('redElsewhere'), who: { personId: rose } });
  await house.parts.store.write('backup', { path: `${root}/backups/before.db` });
  const result = await house.household.remove({ personId: rose, actor: 'owner' });
  assert(result.outcome === 'removed');
  const { people, faces, embeddings, visits, pictures, picturesLeft, backups } = result.certificate;
  assert.deepEqual({ people, faces, embeddings, visits, pictures, picturesLeft, backups }, { people: 1, faces: 2, embeddings: 2, visits: 1, pictures: 4, picturesLeft: 0, backups: 1 }); // prettier-ignore
  assert.equal(filesIn(root).length, 1);
  const backupNames = readdirSync(`${root}/backups`);
  assert.equal(backupNames.length, 1);
  for (const name of [...backupNames.map((backup) => `backups/${backup}`), 'doorward.db', 'doorward.db-wal'])
    assert.ok(!readFileSync(`${root}/${name}`).includes('Rose'), `${name} still holds the name`);
  await house.parts.store.close();
  const restarted = await realHouse(t, { root });
  assert.deepEqual(await namesFor(restarted, await demoPicture('red', 'mirrored')), []);
  assert.deepEqual(await namesFor(restarted, await demoPicture('olive', 'mirrored')), ['Olga']);
});

test('"not Rose" holds for that face and leaves Rose herself recognised', async (t) => {
  const house = await realHouse(t);
  const rose = await enrol(house, 'Rose', 'red');
  await storeVisit(house.parts, { visitId: 'v1', jpeg: await demoPicture('redElsewhere'), who: { personId: rose } });
  assert.deepEqual(await namesFor(house, await demoPicture('redElsewhere', 'mirrored')), ['Rose']);
  const verdict = { kind: 'was-not' } as const;
  assert.equal(reasonOf(await house.household.correctVisit({ visitId: 'v1', verdict, actor: 'owner' })), 'corrected');
  for (const change of ['asItIs', 'mirrored', 'bright'] as const)
    assert.deepEqual(await namesFor(house, await demoPicture('redElsewhere', change)), [], change);
  assert.deepEqual(await namesFor(house, await demoPicture('red', 'mirrored')), ['Rose']);
});

test('a stranger is known again by the nearest of the faces seen, and by name once named', async (t) => {
  const house = await realHouse(t);
  const visits: [string, DemoFace, 'asItIs' | 'bright', string][] = [
    ['v1', 'red', 'asItIs', 's-red'],
    ['v2', 'curls', 'asItIs', 's-curls'],
    ['v3', 'redElsewhere', 'bright', 's-red'],
  ];
  for (const [visitId, face, change, strangerId] of visits) {
    const jpeg = await demoPicture(face, change);
    const seen = house.parts.gallery.nearestStranger(await vectorOfPicture(house.parts, jpeg));
    const known = seen !== undefined && seen.distance < recognition.strangerDistance ? seen.strangerId : undefined;
    assert.equal(known, visitId === 'v3' ? 's-red' : undefined, visitId);
    await storeVisit(house.parts, { visitId, jpeg, who: { strangerId } });
  }
  const result = await house.household.nameStranger({ strangerId: 's-red', who: { name: 'Rose' }, actor: 'owner' });
  assert(result.outcome === 'named');
  assert.deepEqual([result.visits, result.faces.length], [2, 2]);
  assert.deepEqual(await namesFor(house, await demoPicture('red', 'mirrored')), ['Rose']);
  assert.equal(house.parts.store.read.visit('v1')?.personName, 'Rose');
  assert.equal(house.parts.gallery.nearestStranger(await vectorOfPicture(house.parts, await demoPicture('red')))?.strangerId, 's-curls'); // prettier-ignore
});

test('another recogniser compares nothing until it has embedded the kept crops itself', async (t) => {
  const root = temporaryRoot(t);
  const older = await started('dlib'); // What releases had before.
  t.after(() => older.stop());
  const before = await realHouse(t, { root, eyes: older });
  await enrol(before, 'Rose', 'red');
  await enrol(before, 'Olga', 'olive');
  const [broken] = before.parts.store.read.facesOf(await enrol(before, 'Cora', 'curls'));
  await before.parts.store.close();
  writeFileSync(`${root}/${broken?.picture}`, 'damaged');
  const changed = await realHouse(t, { root });
  assert.deepEqual(await namesFor(changed, await demoPicture('red')), []);
  const result = await reembedMissing({ ...changed.parts, clock: nodeClock }, new AbortController().signal);
  assert.deepEqual(result, { outcome: 'done', embedded: 2, unusable: 1 });
  assert.deepEqual(await namesFor(changed, await demoPicture('redElsewhere')), ['Rose']);
  assert.deepEqual(await namesFor(changed, await demoPicture('olive', 'half')), ['Olga']);
});
