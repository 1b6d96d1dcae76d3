import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { StartedInference } from '../../src/machine/inference/onnx-inference.ts';
import type { Visit } from '../../src/store/records.ts';
import { atDoor, startRecognition, visitors } from '../fakes/recognition.ts';
import { plainScoring } from '../../src/face/scoring.ts';
import { goodQuality } from '../fakes/scripted-inference.ts';
import { ringAt } from './rung-world.ts';
import { VisitWorld } from './visit-world.ts';

/** Width of what is shown of somebody near. */
const nearPx = 360;

let started: StartedInference;

before(async () => {
  started = await startRecognition();
});
after(async () => {
  await started.stop();
});

test('a real thread that takes four seconds for every look ends a visit with the name', async () => {
  const world = new SlowWorld(4000);
  await world.begin();
  const visit = await world.visit();
  assert.deepEqual([visit.outcome, visit.personName], ['known', 'Ada'], visit.reason);
  assert.ok((visit.trace.named ?? 0) > 8000, 'and says that it was late');
  await world.end();
});

test('a thread that dies in the middle of a look is called dead, and the next visit has its name', async () => {
  const world = new SlowWorld(0);
  await world.begin();
  world.mayDie = true;
  assert.match((await world.visit()).reason ?? '', /^recognition is not running: .*the inference thread died/);
  assert.equal((await world.visit()).personName, 'Ada');
  await world.end();
});

test('a face of 48 px in a frame of 1280x720 leads to a visit with the name', async () => {
  const world = new SlowWorld(0);
  await world.begin(48);
  const visit = await world.visit();
  assert.equal(visit.personName, 'Ada', visit.reason);
  const widthPx = visit.decision?.quality?.widthPx ?? 0;
  assert.ok(Math.abs(widthPx - 48) < 5, `it is ${widthPx} px wide`);
  await world.end();
});

/** A doorbell with the real nets, whose every look takes so much longer by the clock of the bell. */
class SlowWorld {
  readonly #world = new VisitWorld({
    limits: { faceWidthPxMin: 40 },
    scoring: started.inference.scoring ?? plainScoring,
  });
  readonly #slowMs: number;
  #atWork = 0;
  mayDie = false;

  constructor(slowMs: number) {
    this.#slowMs = slowMs;
  }

  /** Somebody enrolled stands before the camera, near enough or with a face so wide. */
  async begin(widthPx?: number): Promise<void> {
    const { camera, inference, store, gallery } = this.#world;
    const nets = started.inference;
    camera.size = { width: 1280, height: 720 };
    const [ada] = visitors;
    assert.ok(ada !== undefined);
    camera.picture = await atDoor(ada, 0, nearPx);
    const [face] = await nets.detect(camera.picture, 'quick');
    assert.ok(face !== undefined);
    const vector = await nets.embed(camera.picture, face.landmarks);
    if (widthPx !== undefined) camera.picture = await atDoor(ada, 0, (nearPx * widthPx) / face.quality.widthPx);
    inference.detect = (...asked) => this.#slowly(() => nets.detect(...asked), this.#slowMs);
    inference.embed = (...asked) => this.#slowly(() => nets.embed(...asked), 0);
    const person = { id: 'ada', name: 'Ada', standing: 'household', notify: 'default', createdMs: 1 } as const;
    await store.write('addPerson', { ...person, mergedInto: undefined });
    const kept = { id: 'ada-1', kind: 'reference', source: 'file', personId: 'ada', visitId: undefined } as const;
    const crop = { picture: 'people/ada-1.jpg', landmarks: face.landmarks, quality: goodQuality, createdMs: 1 };
    await store.write('addFace', { face: { ...kept, ...crop }, recogniser: inference.recogniser, vector });
    gallery.refresh();
    await this.#world.start();
  }

  /** The bell's clock stands still while the thread works: how fast this machine is does not matter. */
  async visit(): Promise<Visit> {
    const { bell, clock, store } = this.#world;
    const id = await ringAt(this.#world, 'button');
    while (bell.visitsUnderWay > 0) {
      if (this.#atWork === 0) await clock.advance(125);
      await setImmediate();
    }
    const visit = store.read.visit(id);
    assert.ok(visit !== undefined);
    return visit;
  }

  end(): Promise<void> {
    return this.#world.stop();
  }

  async #slowly<Answer>(look: () => Promise<Answer>, slowMs: number): Promise<Answer> {
    this.#atWork += 1;
    try {
      const answer = look();
      if (this.mayDie) started.restart();
      this.mayDie = false;
      return await answer;
    } finally {
      this.#atWork -= 1;
      await this.#world.clock.sleep(slowMs);
    }
  }
}
