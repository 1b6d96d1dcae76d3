import assert from 'node:assert/strict';
import test from 'node:test';
import { type MaterialParts, prepareMaterial } from '../../../src/appliance/trial/rehearsal-material.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import { nodeDisk } from '../../../src/machine/node/node-disk.ts';
import { nodeStorage } from '../../../src/machine/node/node-storage.ts';
import { Gallery } from '../../../src/people/gallery.ts';
import type { Store } from '../../../src/store/store.ts';
import { homeAt } from '../../../src/system/home.ts';
import { RecordingLog } from '../../fakes/recorders.ts';
import { ScriptedInference } from '../../fakes/scripted-inference.ts';
import { decided, open, openVisit, temporaryHome } from '../../store/samples.ts';
import { recognition, scenes } from '../../visit/visit-world.ts';

/** A visit of Ada's, as it stands when its frames are there. */
async function visit(store: Store, id: string): Promise<void> {
  await openVisit(store, id);
  await store.write('saveFrames', { visitId: id, frames: [`visits/${id}/frame-0.jpg`] });
}

test('a visit that ends while the database is copied is not rehearsed: the copy does not know how it ended', async (t) => {
  const home = temporaryHome(t);
  const opened = await open(t, home);
  assert(opened.outcome === 'opened');
  const { store } = opened;
  const inference = new ScriptedInference(scenes);
  for (const id of ['before', 'meanwhile']) {
    await visit(store, id);
    await nodeDisk.makeDirectory(`${home.visits}/${id}`);
    await nodeDisk.write(`${home.visits}/${id}/frame-0.jpg`, new Uint8Array([1, 0xda]));
  }
  await nodeDisk.makeDirectory(home.people);
  await store.write('decideVisit', decided('before'));
  const busy: Store = {
    ...store, read: store.read,
    write: async (name, input) => {
      const written = await store.write(name, input);
      if (name === 'backup') await store.write('decideVisit', decided('meanwhile'));
      return written;
    },
  }; // prettier-ignore
  const rooms = {
    home,
    ground: { store: busy, log: new RecordingLog(), loaded: { settings: { recognition } } },
    house: { bell: { idle: async () => {} }, gallery: new Gallery(store.read, { recogniser: 'scripted' }) },
    senses: { recognition: { inference, pictures: inference } },
  };
  const parts = { rooms, clock: nodeClock, disk: nodeDisk, storage: nodeStorage } as unknown as MaterialParts;
  const directory = `${home.root}/rehearsal`;
  const material = await prepareMaterial(parts, directory, { visitsMax: 10, trialId: 'trial' });
  assert(material.outcome === 'prepared');
  assert.deepEqual(
    material.decisions.map(({ visitId }) => visitId),
    ['before'],
  );
  const copy = await open(t, homeAt(directory));
  assert(copy.outcome === 'opened');
  for (const { visitId } of material.decisions) assert.equal(copy.store.read.visit(visitId)?.phase, 'decided');
});
