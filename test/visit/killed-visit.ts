// One life of a bell with a real database and real files, for visit.slow.test.ts. It rings (or only finishes what it
// finds), and kills itself at the named step; `steps.txt` keeps the steps of a life that was killed.
// Run: node killed-visit.ts HOME ring|finish STEP
import { appendFileSync, writeFileSync } from 'node:fs';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import { Gallery } from '../../src/people/gallery.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import type { Disk } from '../../src/system/disk.ts';
import { homeAt } from '../../src/system/home.ts';
import { Bell } from '../../src/visit/bell.ts';
import { CameraFeed } from '../../src/visit/capture.ts';
import { Ledger } from '../../src/visit/ledger.ts';
import type { Channel } from '../../src/notify/channel.ts';
import { Notifier } from '../../src/notify/notify.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { ScriptedCamera } from '../fakes/scripted-camera.ts';
import { goodQuality, ScriptedInference, vectorOf } from '../fakes/scripted-inference.ts';
import { recognition, scenes } from './visit-world.ts';

const [, , root = '', act = 'ring', killAt = ''] = process.argv;
const home = homeAt(root);
const steps: string[] = [];

/** Every step has a name; at the one that was asked for, the process is gone. */
function step(name: string): void {
  const times = steps.filter((known) => known.replace(/#\d+$/, '') === name).length;
  const full = `${name}#${times + 1}`;
  steps.push(full);
  if (full !== killAt) return;
  writeFileSync(`${root}/steps.txt`, steps.join('\n'));
  process.kill(process.pid, 'SIGKILL');
}

const wholeDisk = nodeDisk;
const disk: Disk = {
  read: (path) => wholeDisk.read(path),
  append: (path, content) => wholeDisk.append(path, content),
  list: (path) => wholeDisk.list(path),
  space: (path) => wholeDisk.space(path),
  makeDirectory: async (path) => (await wholeDisk.makeDirectory(path), step('make directory')),
  write: async (path, content) => (await wholeDisk.write(path, content), step(`write ${nameOf(path)}`)),
  sync: async (path) => (await wholeDisk.sync(path), step(`sync ${nameOf(path)}`)),
  rename: async (from, to) => (await wholeDisk.rename(from, to), step(`rename ${nameOf(to)}`)),
  syncDirectory: (path) => wholeDisk.syncDirectory(path),
  remove: (path) => wholeDisk.remove(path),
}; // prettier-ignore
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const opened = await openStore({ home, disk: nodeDisk, clock: nodeClock });
if (opened.outcome !== 'opened') throw new Error(opened.message);
const whole = opened.store;
const store: Store = {
  read: whole.read,
  close: () => whole.close(),
  ping: () => whole.ping(),
  write: async (name, input) => {
    step(`before ${name}`);
    const result = await whole.write(name, input);
    step(`after ${name}`);
    return result;
  },
};

const phone: Channel = {
  name: 'phone',
  isDisplay: false,
  deliverMsMax: 15_000,
  deliver: async ({ key, news: { kind } }) => {
    step(`before telling ${kind}`);
    appendFileSync(`${root}/told.txt`, `${kind} ${key}\n`);
    step(`after telling ${kind}`);
    return { outcome: 'delivered' };
  },
};

if (whole.read.people().length === 0) {
  await whole.write('addPerson', { id: 'ada', name: 'Ada', standing: 'household', notify: 'always', createdMs: 1, mergedInto: undefined });
  const face = { id: 'face-ada', kind: 'reference', source: 'file', personId: 'ada', visitId: undefined, picture: 'people/face-ada.jpg', landmarks: new Float32Array(136), quality: goodQuality, createdMs: 1 } as const;
  await whole.write('addFace', { face, recogniser: 'scripted', vector: vectorOf(1) });
} // prettier-ignore

const inference = new ScriptedInference(scenes);
const camera = new ScriptedCamera(nodeClock, 15);
camera.scene = 1;
const events = new RecordingEvents();
const log = new RecordingLog();
const parts = { clock: nodeClock, random: nodeRandom, events, log, store };
const feed = new CameraFeed({ ...parts, camera, settings: { ringFrames: 4, ringBytesMax: 1e6, stallMs: 2000 } });
const notifier = new Notifier({
  ...parts,
  channels: [phone],
  settings: { ratePerMinute: 10, quietHours: '', known: true, attemptsMax: 4 },
  address: () => 'http://door',
  pictureOf: async (visitId) => Buffer.from(`picture of ${visitId}`),
});
const gallery = new Gallery(store.read, { recogniser: 'scripted' });
const bell = new Bell({
  ...parts, disk, home, inference, pictures: inference, gallery, feed, ledger: new Ledger(parts), notifier,
  reads: store.read, settings: { recognition, camera: { burstFrames: 3 } },
}); // prettier-ignore

const ending = new AbortController();
const running = [feed.run(ending.signal), notifier.run(ending.signal)];
await nodeClock.sleep(80);
if (act === 'ring') await bell.ring({ source: 'button' });
else await bell.finishUnfinished();
await bell.idle();
notifier.wake();
for (let wait = 0; wait < 100 && store.read.counts().pendingNotifications > 0; wait += 1) await nodeClock.sleep(10);
ending.abort();
await Promise.all(running);
const visits = store.read.visits({ limit: 10 });
const notifications = visits.flatMap(({ id }) => store.read.notificationsOf(id));
await store.close();
console.log(JSON.stringify({ steps, visits, notifications }));
