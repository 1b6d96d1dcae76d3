import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { mendLibraries, type MendedLibrary } from '../../src/appliance/mend-libraries.ts';
import { carriedLibrary } from '../../src/machine/executable/native-libraries.ts';
import { librariesList } from '../../src/system/native-libraries.ts';
import { placesAt } from '../../src/slot/places.ts';
import { DiskFault } from '../../src/system/disk.ts';
import { SimulatedDisk } from '../simulation/simulated-machine-disk.ts';

const places = placesAt('/opt', '/var');
const ids = { own: '00000000000000aa', other: '00000000000000bb' };
const text = (name: string): string => `the bytes of ${name}`;

function listOf(id: string, names: readonly string[]): string {
  const libraries = names.map((name) => ({
    name,
    bytes: text(name).length,
    sha256: createHash('sha256').update(text(name)).digest('hex'),
  }));
  return JSON.stringify({ id, libraries });
}

class Mains extends Error {}

/** Slot a holds the release that runs, slot b one with other libraries. */
class Installation {
  cutBefore = Number.POSITIVE_INFINITY;
  effects = 0;
  /** What the card does not let be done, by act and the end of the path. */
  faults: readonly (readonly [string, string])[] = [];
  readonly disk = new SimulatedDisk((act, path) => {
    if (this.faults.some(([what, end]) => act.startsWith(what) && path.endsWith(end))) return 'broken';
    if (act === 'look') return undefined;
    this.effects += 1;
    if (this.effects >= this.cutBefore) throw new Mains();
    return undefined;
  });
  readonly carried = new Map([
    [librariesList, listOf(ids.own, ['a.node', 'deep/b.so.1'])],
    [carriedLibrary('a.node'), text('a.node')],
    [carriedLibrary('deep/b.so.1'), text('deep/b.so.1')],
  ]);

  constructor(otherList = listOf(ids.other, ['c.node'])) {
    for (const directory of [
      '/opt',
      places.slots,
      places.slot.a,
      places.slot.b,
      this.path('own', 'deep'),
      this.path('other', ''),
    ])
      this.disk.seedDirectory(directory);
    this.disk.seed(`${places.slot.a}/${librariesList}`, this.carried.get(librariesList) ?? '');
    this.disk.seed(`${places.slot.b}/${librariesList}`, otherList);
    this.disk.seed(this.path('own', 'a.node'), text('a.node'));
    this.disk.seed(this.path('own', 'deep/b.so.1'), text('deep/b.so.1'));
    this.disk.seed(this.path('other', 'c.node'), text('c.node'));
  }

  path(whose: keyof typeof ids, name: string): string {
    return `/opt/lib/${ids[whose]}${name === '' ? '' : `/${name}`}`;
  }

  mend(): Promise<readonly MendedLibrary[]> {
    const carried = (name: string): Uint8Array | undefined => {
      const content = this.carried.get(name);
      return content === undefined ? undefined : Buffer.from(content);
    };
    return Array.fromAsync(mendLibraries({ storage: this.disk, places, carried }));
  }

  async read(whose: keyof typeof ids, name: string): Promise<string | undefined> {
    const bytes = await this.disk.read(this.path(whose, name));
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  }
}

test('libraries that are whole, or not unpacked yet, are left alone', async () => {
  const installation = new Installation(listOf(ids.other, ['c.node', 'missing.node']));
  assert.deepEqual(await installation.mend(), []);
  assert.equal(installation.effects, 0);
});

test('a flipped bit in a library of the executable that runs is mended from it; one of another is unpacked anew later', async () => {
  const installation = new Installation();
  installation.disk.rot(installation.path('own', 'deep/b.so.1'));
  installation.disk.rot(installation.path('other', 'c.node'));
  assert.deepEqual(await installation.mend(), [
    { path: `lib/${ids.own}/deep/b.so.1`, from: 'the executable that runs' },
    { path: `lib/${ids.other}/c.node`, from: 'its own executable, at its next start' },
  ]);
  assert.equal(await installation.read('own', 'deep/b.so.1'), text('deep/b.so.1'));
  assert.equal(await installation.read('other', 'c.node'), undefined);
  assert.deepEqual(await installation.mend(), []);
});

test('where the executable is damaged alike, nothing of it takes the place of the library', async () => {
  const installation = new Installation();
  installation.disk.rot(installation.path('own', 'a.node'));
  installation.carried.set(carriedLibrary('a.node'), 'the bytes of x.node');
  const before = await installation.read('own', 'a.node');
  assert.deepEqual(await installation.mend(), []);
  assert.equal(await installation.read('own', 'a.node'), before);
  assert.equal(await installation.disk.read(places.mended), undefined);
});

test('the mains may go at any moment of the mending: the library is there, and whole the next time', async () => {
  for (let cutBefore = 1; ; cutBefore += 1) {
    const installation = new Installation();
    installation.disk.rot(installation.path('own', 'a.node'));
    installation.cutBefore = cutBefore;
    const isCut = await installation.mend().then(
      () => false,
      (error: unknown) => error instanceof Mains,
    );
    assert.notEqual(await installation.read('own', 'a.node'), undefined, `cut before effect ${cutBefore}`);
    installation.cutBefore = Number.POSITIVE_INFINITY;
    await installation.mend();
    assert.equal(await installation.read('own', 'a.node'), text('a.node'));
    if (!isCut) return assert.ok(cutBefore > 4, 'nothing was cut');
  }
});

test('on a card that cannot be read there, or takes nothing any more, the rest is mended', async () => {
  const installation = new Installation();
  for (const name of ['a.node', 'deep/b.so.1']) installation.disk.rot(installation.path('own', name));
  installation.faults = [['rename', 'a.node']];
  assert.deepEqual(
    (await installation.mend()).map(({ path }) => path),
    [`lib/${ids.own}/deep/b.so.1`],
  );
  installation.faults = [];
  const { disk } = installation;
  const readPart = disk.readPart.bind(disk);
  disk.readPart = async (path, offset, bytes) => {
    if (path.endsWith('c.node')) throw new DiskFault(`cannot read ${path}: input/output error`, 'other');
    return readPart(path, offset, bytes);
  };
  assert.deepEqual(
    (await installation.mend()).map(({ path }) => path),
    [`lib/${ids.own}/a.node`, `lib/${ids.other}/c.node`],
  );
});

test('a list that leads out of its folder, or cannot be read, names nothing', async () => {
  for (const list of [listOf(ids.other, ['../../../etc/passwd']), listOf('../../var', ['c.node']), '{"id":', 'null']) {
    const installation = new Installation(list);
    installation.disk.seedDirectory('/opt/etc');
    installation.disk.seed('/opt/etc/passwd', 'root');
    installation.disk.rot(installation.path('other', 'c.node'));
    assert.deepEqual(await installation.mend(), []);
    assert.equal(installation.effects, 0);
  }
});
