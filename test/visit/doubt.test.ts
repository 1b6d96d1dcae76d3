import assert from 'node:assert/strict';
import test from 'node:test';
import type { Visit } from '../../src/store/records.ts';
import { heldSize, paintedFace, type Painted } from '../fakes/held-picture.ts';
import { VisitWorld } from './visit-world.ts';

/** Where a frame keeps which of them it is: the scripted camera writes into the two pixels before. */
const numberAt = 2;

/** A visit of scene 1, which is Ada, painted so that she moves; `painted` is she or a picture of her. */
async function visitBy(
  painted: Partial<Painted>,
  { liveness = true, prepare = (): void => {} }: { liveness?: boolean; prepare?: (world: VisitWorld) => void } = {},
): Promise<{ world: VisitWorld; visit: Visit }> {
  const world = new VisitWorld({ limits: { liveness } });
  prepare(world);
  await world.enrolEverybody();
  const shown = Array.from({ length: 8 }, (_, at) => paintedFace({ x: 226 + 4 * at, y: 168 + 3 * at, ...painted }));
  let next = 0;
  world.camera.size = heldSize;
  world.camera.scene = 1;
  world.camera.paint = () => {
    const number = next % shown.length;
    next += 1;
    const { picture } = shown[number] ?? paintedFace({ x: 0, y: 0 });
    new Uint8Array(picture.pixels)[numberAt] = number;
    return picture;
  };
  const detect = world.inference.detect.bind(world.inference);
  world.inference.detect = async (picture, effort) => {
    const number = new Uint8Array(picture.pixels)[numberAt] ?? 0;
    const landmarks = Float32Array.from(shown[number]?.landmarks ?? []);
    return (await detect(picture, effort)).map((face) => {
      landmarks.set(face.landmarks.subarray(0, 2)); // By which the script knows the face again.
      return { ...face, landmarks, quality: { ...face.quality, widthPx: 80 } };
    });
  };
  await world.start();
  const ringing = await world.bell.ring({ source: 'button' });
  assert.ok(ringing.outcome === 'ringing');
  await world.clock.advance(6000);
  const visit = world.store.read.visit(ringing.visitId);
  assert.ok(visit !== undefined);
  await world.stop();
  return { world, visit };
}

test('whoever holds a picture of Ada before the camera is probably Ada, and everybody is told why', async () => {
  const { world, visit } = await visitBy({ isSheet: true });
  assert.deepEqual([visit.outcome, visit.personName], ['probably', 'Ada']);
  assert.equal(visit.doubt, 'may be a picture of a face: straight edges around it move with it');
  assert.match(visit.reason ?? '', /^Ada: distance 0\.30 .*; may be a picture of a face: straight edges/);
  assert.equal(world.phone.texts.at(-1), 'Probably Ada is at the door (may be a picture of a face)');
  assert.equal(world.phone.told.at(-1)?.message.news.mayBePicture, true);
  assert.equal(world.events.of('FACE_RECOGNIZED')[0]?.data?.mayBePicture, true);
});

test('Ada herself, who moves as much, is known, and nobody is told of a picture', async () => {
  const { world, visit } = await visitBy({});
  assert.deepEqual([visit.outcome, visit.personName, visit.doubt], ['known', 'Ada', undefined]);
  assert.equal(world.phone.texts.at(-1), 'Ada is at the door');
  assert.equal(world.phone.told.at(-1)?.message.news.mayBePicture, undefined);
});

test('a household that does not want to be warned is not', async () => {
  const { visit } = await visitBy({ isSheet: true }, { liveness: false });
  assert.deepEqual([visit.outcome, visit.doubt], ['known', undefined]);
});

test('signs that cannot be looked for, or not in time, cost nobody the name', async () => {
  const never = new Promise<void>(() => {});
  for (const answer of [() => never, () => Promise.reject(new Error('cannot code a picture'))]) {
    const { world, visit } = await visitBy({ isSheet: true }, {
      prepare: ({ inference }) => void (inference.before = (call) => (call === 'signs' ? answer() : undefined)),
    }); // prettier-ignore
    assert.deepEqual([visit.outcome, visit.personName, visit.doubt], ['known', 'Ada', undefined]);
    assert.match(JSON.stringify(world.log), /not looked at for signs of a picture/);
  }
});
