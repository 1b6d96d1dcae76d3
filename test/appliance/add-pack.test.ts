import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { addPack, removePack, type PackKeepingParts } from '../../src/appliance/add-pack.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { homeAt } from '../../src/system/home.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { manifestFor, newFolder, writePack } from './own-pack.ts';

const net = Buffer.from('a net');

interface Shelf {
  readonly folder: string;
  readonly models: string;
  readonly parts: PackKeepingParts;
  /** Adds what lies in a folder; what is said against it, or the name. */
  add(from: string): Promise<string>;
}

/** A home without packs, and a release with one. */
function aShelf(t: TestContext, probe: PackKeepingParts['probe'] = () => Promise.resolve(undefined)): Shelf {
  const folder = newFolder(t);
  const home = homeAt(join(folder, 'home'));
  const modelsFolder = join(folder, 'release');
  mkdirSync(modelsFolder);
  const file = { file: 'a.onnx', sha256: '0'.repeat(64) };
  const models = { tiny416Planes: file, tiny416Square: file, landmarks68: file };
  const release = { name: 'release', models, recognisers: [manifestFor(net, { name: 'dlib' })], detectorScore: 0.3 };
  writeFileSync(join(modelsFolder, 'manifest.json'), JSON.stringify(release));
  const random = new SeededRandom(1);
  const parts = { disk: nodeDisk, home, random, modelsFolder, probe, ownAsHome: () => Promise.resolve() };
  return {
    folder,
    models: home.models,
    parts,
    add: async (from) => {
      const added = await addPack(parts, from);
      return added.outcome === 'added' ? added.name : added.message;
    },
  };
}

test('a pack is kept whole, carries a mark of its own, and goes away whole', async (t) => {
  const tried: string[] = [];
  const shelf = aShelf(t, (added, name) => {
    tried.push(...readdirSync(join(added, name)));
    assert.ok(!existsSync(join(shelf.models, name)), 'it is tried before it is to be seen');
    return Promise.resolve(undefined);
  });
  assert.equal(await shelf.add(writePack(join(shelf.folder, 'p'), net)), 'mine');
  assert.deepEqual(tried, ['manifest.json', 'net.onnx']);
  assert.deepEqual(readdirSync(shelf.models), ['mine']);
  const kept = JSON.parse(readFileSync(join(shelf.models, 'mine', 'manifest.json'), 'utf8')) as Record<string, unknown>;
  assert.match(String(kept['embeddingMark']), /^added-mine-[0-9a-f]{12}$/);
  assert.match(await shelf.add(join(shelf.folder, 'p')), /there is one called "mine" already/);
  const removed = async (name: string): Promise<string> => {
    const result = await removePack(shelf.parts, name);
    return result.outcome === 'refused' ? result.message : result.outcome;
  };
  assert.match(await removed('dlib'), /it belongs to the release/);
  assert.match(await removed('../home'), /no model pack is called so \(dlib, mine\)/);
  assert.equal(await removed('mine'), 'removed');
  assert.deepEqual(readdirSync(shelf.models), []);
});

test('a pack whose net fails its trial leaves nothing behind, nor does one that was cut off', async (t) => {
  const shelf = aShelf(t, () => Promise.resolve('it is no good'));
  mkdirSync(join(shelf.models, '.draft-of-yesterday', 'mine'), { recursive: true });
  assert.equal(
    await shelf.add(writePack(join(shelf.folder, 'p'), net)),
    'cannot add the model pack "mine": it is no good',
  );
  assert.deepEqual(readdirSync(shelf.models), []);
});

test('hostile packs are refused before anything is kept: other bytes, paths, devices, sizes, shapes', async (t) => {
  const shelf = aShelf(t);
  const from = join(shelf.folder, 'p');
  const refused = async (manifest: object | string, words: RegExp): Promise<void> => {
    assert.match(await shelf.add(writePack(from, net, manifest)), words);
    assert.ok(!existsSync(shelf.models), 'nothing is kept');
  };
  const file = (name: string): object => manifestFor(net, { model: { file: name, sha256: '0'.repeat(64) } });
  await refused(file('net.onnx'), /net\.onnx is not what its manifest names/);
  for (const path of ['../secret.onnx', '/etc/passwd', 'a/b.onnx', '.hidden', '..', ''])
    await refused(file(path), /wrong at "\/model\/file"/);
  for (const name of ['../x', 'Mine', '', 'a'.repeat(41), 'a/b', '.a'])
    await refused(manifestFor(net, { name }), /wrong at "\/name"/);
  await refused(manifestFor(net, { name: 'dlib' }), /there is one called "dlib" already/);
  await refused(manifestFor(net, { numbers: 100 }), /wrong at "\/numbers"/);
  await refused(manifestFor(net, { length: 0 }), /wrong at "\/length"/);
  await refused(manifestFor(net, { chip: 'square' }), /wrong at "\/chip"/);
  await refused(manifestFor(net, { licence: '' }), /wrong at "\/licence"/);
  const density = { rows: 2, columns: 64, step: 1, weight: 0.5, typical: 0.3, centroids: 'AAAA', madeFrom: 'faces' };
  await refused(manifestFor(net, { density }), /2 averages of 64 numbers are needed/);
  await refused('{', /manifest\.json is not JSON/);
  await refused('null', /manifest\.json is wrong at ""/);
  await refused(`"${'x'.repeat(5 * 1024 * 1024)}"`, /manifest\.json has \d+ bytes, 4194304 at most/);

  writePack(from, net);
  rmSync(join(from, 'net.onnx'));
  assert.match(await shelf.add(from), /net\.onnx is missing/);
  symlinkSync('/dev/zero', join(from, 'net.onnx'));
  assert.match(await shelf.add(from), /net\.onnx is not a plain file/);
  writePack(join(shelf.folder, 'huge'), net);
  truncateSync(join(shelf.folder, 'huge', 'net.onnx'), 65 * 1024 * 1024);
  assert.match(await shelf.add(join(shelf.folder, 'huge')), /net\.onnx has \d+ bytes, 67108864 at most/);
  assert.match(await shelf.add(join(shelf.folder, 'nowhere')), /manifest\.json is missing/);
  assert.ok(!existsSync(shelf.models));
});
