import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { PackChanges, type PackChangesParts } from '../../src/appliance/pack-changes.ts';
import type { BesideResult } from '../../src/appliance/recognition.ts';
import type { StartedInference } from '../../src/machine/inference/onnx-inference.ts';
import { aHouse, knownDistance, type House } from '../people/house.ts';
import { pictureOf, ScriptedFaces } from '../fakes/scripted-faces.ts';

const idle = { busyMs: 0, spentMs: {}, answered: 0, waiting: 0, restarts: 0 };

/** Two packs whose nets see the same pictures, and have nothing else in common. */
class TwoPacks {
  readonly house: House;
  readonly eyes: Readonly<Record<string, ScriptedFaces>>;
  readonly bell = { visitsUnderWay: 0 };
  readonly stop = new AbortController();
  pack = 'one';
  /** What `openBeside` answers instead. */
  refusal: Exclude<BesideResult, { outcome: 'started' }> | undefined;
  mayLoadTwo = true;
  gone = new AbortController();
  stopped = 0;
  /** Called instead of each sleep. */
  onSleep = (): void => {};
  /** Called before what waits for its turn. */
  onTurn = (): void => {};
  readonly changes: PackChanges;

  constructor(t: TestContext, wanted: string) {
    const scenes: [] = [];
    this.eyes = {
      one: new ScriptedFaces('scripted-1', { scenes }),
      two: new ScriptedFaces('scripted-2', { scenes, shift: 0.5 }),
    };
    this.house = aHouse(t, { scripted: this.#eye('one') });
    const { parts } = this.house;
    const household: PackChangesParts['household'] = {
      whenIdle: (work) => {
        this.onTurn();
        return this.house.household.whenIdle(work);
      },
    };
    const sleep = (): Promise<void> => {
      this.onSleep();
      return new Promise((resolve) => setImmediate(resolve));
    };
    this.changes = new PackChanges({
      ...parts, household, bell: this.bell, clock: { sleep }, nets: this.#nets(), wanted,
      mayLoadTwo: () => this.mayLoadTwo,
    }); // prettier-ignore
  }

  /** Whom a visitor is taken for, by the nets and the gallery of this moment. */
  namesNow(who: number): Promise<readonly string[]> {
    const eye = this.#eye(this.pack);
    const { gallery } = this.house.parts;
    assert.equal(gallery.recogniser, eye.recogniser);
    return eye.decode(pictureOf({ who, look: 7 })).then(async (decoded) => {
      assert(decoded.outcome === 'decoded');
      const [face] = await eye.detect(decoded.picture);
      const vector = await eye.embed(decoded.picture, face?.landmarks ?? new Float32Array());
      const { candidates } = gallery.match(vector);
      return candidates.filter(({ distance }) => distance < knownDistance).map(({ name }) => name);
    });
  }

  /** Runs until `isOver` holds at some sleep, or nothing moves any more. */
  async runUntil(isOver: () => boolean): Promise<void> {
    const running = this.changes.run(this.stop.signal);
    for (let turns = 0; turns < 2000 && !isOver(); turns += 1) await new Promise((resolve) => setImmediate(resolve));
    this.stop.abort();
    await running;
  }

  #eye(pack: string): ScriptedFaces {
    const eye = this.eyes[pack];
    assert(eye !== undefined);
    return eye;
  }

  #nets(): PackChangesParts['nets'] {
    const packOf = (): string => this.pack;
    const eyeOf = (): ScriptedFaces => this.#eye(this.pack);
    return {
      fault: undefined,
      get pack() {
        return packOf();
      },
      get inference() {
        return eyeOf();
      },
      openBeside: (pack) => Promise.resolve(this.refusal ?? { ...this.#started(pack), gone: this.gone.signal }),
      changeTo: (pack) => {
        this.pack = pack;
        this.house.parts.gallery.changeTo(eyeOf());
        return true;
      },
    };
  }

  #started(pack: string): StartedInference {
    const eye = this.#eye(pack);
    const stop = (): Promise<void> => Promise.resolve(void (this.stopped += 1));
    return {
      outcome: 'started', inference: eye, pictures: eye, stats: () => idle, ping: () => Promise.resolve(), restart() {}, stop,
    }; // prettier-ignore
  }
}

async function household(t: TestContext, wanted: string): Promise<TwoPacks> {
  const packs = new TwoPacks(t, wanted);
  await packs.house.enrolled('Ada', { who: 1 }, { who: 1, look: 1 });
  await packs.house.enrolled('Bea', { who: 2 });
  await packs.house.visited('v1', { who: 3 }, { strangerId: 's' });
  return packs;
}

test('while the wanted pack embeds the kept faces, the former names every visitor; then the wanted one does', async (t) => {
  const packs = await household(t, 'two');
  const { store } = packs.house;
  const seen: string[] = [];
  let asked: Promise<unknown> = Promise.resolve();
  store.after = (name) => {
    if (name !== 'addEmbedding') return;
    const { embedded } = store.read.facesKnownTo('scripted-2', 'all');
    asked = asked.then(async () => seen.push(`${packs.pack}, ${embedded}: ${(await packs.namesNow(1)).join()}`));
    return asked.then(() => undefined);
  };
  await packs.runUntil(() => packs.pack === 'two');
  assert.deepEqual(seen, ['one, 1: Ada', 'one, 2: Ada', 'one, 3: Ada', 'one, 4: Ada']);
  assert.equal(packs.pack, 'two');
  assert.deepEqual([await packs.namesNow(1), await packs.namesNow(2)], [['Ada'], ['Bea']]);
  assert.equal(packs.stopped, 0, 'it is the one in use');
});

test('the way back needs no net to look again, and what was enrolled meanwhile comes along', async (t) => {
  const packs = await household(t, 'two');
  packs.onTurn = () => {
    packs.bell.visitsUnderWay = sleeps < 20 ? 1 : packs.bell.visitsUnderWay;
  };
  let sleeps = 0;
  packs.onSleep = () => {
    sleeps += 1;
    if (sleeps === 20) void packs.house.enrolled('Cleo', { who: 4 }).then(() => (packs.bell.visitsUnderWay = 0));
    assert.ok(packs.bell.visitsUnderWay === 0 || packs.pack === 'one', 'somebody is at the door');
  };
  const running = packs.runUntil(() => packs.pack === 'one' && sleeps > 1000);
  for (let turns = 0; turns < 1500 && packs.pack !== 'two'; turns += 1) await new Promise((done) => setImmediate(done));
  assert.deepEqual([packs.pack, await packs.namesNow(4)], ['two', ['Cleo']]);
  const { one } = packs.eyes;
  const before = one?.embedded;
  packs.changes.want('one');
  for (let turns = 0; turns < 100 && packs.pack !== 'one'; turns += 1) await new Promise((done) => setImmediate(done));
  packs.stop.abort();
  await running;
  assert.deepEqual([packs.pack, one?.embedded], ['one', before]);
  assert.deepEqual(await packs.namesNow(4), ['Cleo']);
});

test('a pack that cannot be loaded changes nothing, and says why', async (t) => {
  const packs = await household(t, 'two');
  packs.refusal = { outcome: 'models-damaged', message: 'it is broken' };
  await packs.runUntil(() => packs.changes.refusal !== undefined);
  assert.deepEqual([packs.pack, packs.changes.refusal, await packs.namesNow(1)], ['one', 'it is broken', ['Ada']]);
});

test('where a thousand kept faces cannot be embedded, the disk is the problem: the pack in use stays, and it is said', async (t) => {
  const packs = await household(t, 'two');
  const [face] = packs.house.store.read.facesWithout('scripted-2', 1);
  assert(face !== undefined);
  const known = { recogniser: 'scripted-1', vector: new Float32Array(128) };
  for (let number = 0; number < 1001; number += 1)
    await packs.house.store.write('addFace', { ...known, face: { ...face, id: `lost-${number}`, picture: `people/lost-${number}.jpg` } }); // prettier-ignore
  const running = packs.changes.run(packs.stop.signal);
  for (let turns = 0; turns < 50_000 && packs.changes.refusal === undefined; turns += 1)
    await new Promise((done) => setImmediate(done));
  packs.stop.abort();
  await running;
  assert.deepEqual([packs.pack, packs.stopped], ['one', 1]);
  assert.match(packs.changes.refusal ?? '', /^1000 kept faces cannot be embedded/);
});

test('a release on trial loads one pack; memory that is taken away is waited for, and no net is forgotten', async (t) => {
  const packs = await household(t, 'two');
  packs.mayLoadTwo = false;
  let sleeps = 0;
  packs.onSleep = () => {
    sleeps += 1;
    if (sleeps === 10) packs.mayLoadTwo = true;
    if (sleeps === 12) packs.gone.abort();
    if (sleeps === 30) packs.gone = new AbortController();
  };
  packs.house.store.before = () => assert.ok(sleeps >= 10, 'it embeds on trial');
  await packs.runUntil(() => packs.pack === 'two');
  assert.equal(packs.pack, 'two');
  assert.ok(packs.stopped > 0);
});
