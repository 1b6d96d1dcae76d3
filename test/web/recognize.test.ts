import assert from 'node:assert/strict';
import test from 'node:test';
import type { DetectedFace } from '../../src/system/inference.ts';
import { InferenceFault, pictureLimits } from '../../src/system/inference.ts';
import { formOf, jpeg, openHouse } from './house.ts';

const quality = { widthPx: 90, sharpness: 120, yawDeg: 0, pitchDeg: 0, rollDeg: 0, light: 120, contrast: 40 };
const face: DetectedFace = {
  box: { x: 10, y: 4, width: 20, height: 24 },
  score: 0.9,
  landmarks: new Float32Array(136),
  quality,
};
const ada = {
  personId: 'ada',
  name: 'Ada',
  standing: 'household',
  notify: 'default',
  distance: 0.31,
  faceId: 'face-1',
} as const;

test('recognition of an uploaded picture', async (t) => {
  const efforts: string[] = [];
  const { house, site } = await openHouse(t, (before) => {
    before.inference = {
      recogniser: 'test',
      detect: async (_picture, effort) => {
        efforts.push(typeof effort === 'string' ? effort : 'part');
        return effort === 'quick' ? [] : [face, { ...face, quality: { ...quality, widthPx: 31 } }];
      },
      embed: async () => new Float32Array(128),
    };
  });
  house.neighbours.nearest = { candidates: [ada] };
  const send = (payload: Buffer, type = 'image/jpeg') =>
    site.inject({ method: 'POST', url: '/api/v1/recognize', payload, headers: { 'content-type': type } });

  await t.test('lets go of the pieces in which a large picture came while it comes', async () => {
    await send(Buffer.concat([jpeg, Buffer.alloc(3_500_000)]));
    assert.ok(house.collected >= 1, 'its pieces wait for the collector');
    efforts.length = 0;
  });

  await t.test('tells each face by name with distance and reason, and stores nothing', async () => {
    const answer = await send(jpeg);
    assert.equal(answer.statusCode, 200);
    const { faces, ...picture } = answer.json();
    assert.deepEqual(picture, { width: 64, height: 36, recogniser: 'test' });
    assert.deepEqual(efforts, ['quick', 'thorough']);
    const [first, second] = faces;
    assert.deepEqual([first.outcome, first.name, first.personId], ['known', 'Ada', 'ada']);
    assert.deepEqual(first.box, face.box);
    assert.equal(first.reason, 'Ada: distance 0.31 (0.50 allowed), nobody else is near');
    assert.deepEqual(first.candidates, [{ personId: 'ada', name: 'Ada', distance: 0.31, faceId: 'face-1' }]);
    assert.deepEqual([second.outcome, second.name, second.candidates], ['no-face', null, []]);
    assert.match(second.reason, /face 31 px wide, 48 needed/);
    assert.deepEqual(house.neighbours.acts, []);
  });

  await t.test('somebody too far away is a stranger', async () => {
    house.neighbours.nearest = { candidates: [{ ...ada, distance: 0.7 }] };
    const [first] = (await send(jpeg)).json().faces;
    assert.deepEqual([first.outcome, first.name], ['stranger', null]);
    assert.match(first.reason, /nobody known: the nearest is Ada \(0\.70\)/);
  });

  await t.test(
    'nets that end, or are lent to a release on trial, are no mistake of ours: it is asked again',
    async () => {
      const before = { ...house.pictures };
      house.pictures.decode = async () => ({
        outcome: 'unavailable',
        message: 'cannot read picture: Doorward is ending',
      });
      const unread = await send(jpeg);
      house.pictures.decode = (...asked) => before.decode(...asked);
      assert.deepEqual([unread.statusCode, unread.headers['retry-after']], [503, '5']);
      const nets = { ...house.inference };
      house.inference.detect = () => Promise.reject(new InferenceFault('cannot recognise: recognition was stopped'));
      const answer = await send(jpeg);
      house.inference.detect = (...asked) => nets.detect(...asked);
      assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '5']);
      const { code, message, advice } = answer.json();
      assert.deepEqual([code, message], ['no-recognition', 'cannot recognise: recognition was stopped']);
      assert.match(advice, /^Try again in a moment/);
    },
  );

  await t.test('what is not a picture is refused with the reason', async () => {
    const form = await site.inject({
      method: 'POST',
      url: '/api/v1/recognize',
      ...formOf({ picture: Buffer.from('hello') }),
    });
    assert.deepEqual([form.statusCode, form.json().code], [422, 'picture-not-a-picture']);
    const empty = await site.inject({
      method: 'POST',
      url: '/api/v1/recognize',
      ...formOf({ picture: Buffer.alloc(0) }),
    });
    assert.deepEqual([empty.statusCode, empty.json().code], [422, 'picture-empty']);
    assert.equal((await send(Buffer.from('hello'), 'text/plain')).statusCode, 415);
    assert.equal((await send(Buffer.from('{}'), 'application/json')).statusCode, 400);
    assert.equal((await send(Buffer.from('garbage'), 'multipart/form-data; boundary=x')).statusCode, 400);
    assert.equal((await send(Buffer.alloc(pictureLimits.fileBytesMax + 70_000, 0xff))).statusCode, 413);
    for (const [outcome, status] of [
      ['too-large', 413],
      ['too-costly', 422],
      ['busy', 429],
      ['unavailable', 503],
    ] as const) {
      house.pictures.decode = async () => ({ outcome, message: 'cannot read picture: 200 megapixels' });
      const answer = await send(jpeg);
      assert.deepEqual([answer.statusCode, answer.json().code], [status, `picture-${outcome}`]);
    }
  });

  await t.test('old names of JPEG are read, and a type that is no picture is not', async () => {
    house.pictures.decode = async () => ({ outcome: 'corrupt', message: 'cannot read picture' });
    for (const type of ['image/jpg', 'image/pjpeg', 'image/x-png', 'image/jpeg; charset=binary'])
      assert.equal((await send(jpeg, type)).statusCode, 422, type);
    for (const type of ['image/svg+xml', 'application/pdf'])
      assert.equal((await send(jpeg, type)).statusCode, 415, type);
  });

  await t.test('while large uploads are under way another is told to come back, before it is sent', async () => {
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    house.pictures.decode = async () => {
      asked.resolve();
      await answered.promise;
      return { outcome: 'corrupt', message: 'cannot read picture' };
    };
    const large = Buffer.alloc(pictureLimits.fileBytesMax - 1024, 0xff);
    const first = send(large);
    await asked.promise;
    const second = await send(large);
    assert.deepEqual([second.statusCode, second.json().code], [429, 'busy']);
    assert.ok(Number(second.headers['retry-after']) > 0);
    answered.resolve();
    assert.equal((await first).statusCode, 422);
    assert.equal((await send(large)).statusCode, 422);
  });
});
