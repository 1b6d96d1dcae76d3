import assert from 'node:assert/strict';
import test from 'node:test';
import { startWeb } from '../../src/web/server.ts';
import { formOf, House, jpeg, openHouse } from './house.ts';

test('single pictures of the camera', async (t) => {
  const { house, site } = await openHouse(t);
  const before = await site.inject('/api/v1/snapshot.jpg');
  assert.deepEqual([before.statusCode, before.headers['retry-after']], [503, '2']);
  assert.match(before.json().message, /^cannot show a picture: the camera is starting/);
  house.show();
  const held = house.camera.framesHeld;
  const snapshot = await site.inject('/api/v1/snapshot.jpg?at=123');
  assert.deepEqual(
    [snapshot.statusCode, snapshot.headers['content-type'], snapshot.headers['cache-control']],
    [200, 'image/jpeg', 'no-store'],
  );
  assert.deepEqual(snapshot.rawPayload, jpeg);
  assert.equal(house.camera.framesHeld, held);

  const headers = { 'content-type': 'image/jpeg' };
  const unwanted = await site.inject({ method: 'POST', url: '/api/v1/frames', payload: jpeg, headers });
  assert.equal(unwanted.statusCode, 409);
  assert.match(unwanted.json().message, /pictures come from a test/);
});

test('a push camera takes frames and passes on why one is refused', async (t) => {
  const pushed: Uint8Array[] = [];
  const answers = [
    { outcome: 'accepted', message: 'shown' },
    { outcome: 'accepted', message: 'shown' },
    { outcome: 'not-a-picture', message: 'cannot read the picture: it is none' },
    { outcome: 'too-large', message: 'cannot read the picture: it is huge' },
    { outcome: 'busy', message: 'cannot show: the picture before is still being read' },
  ] as const;
  const { site } = await openHouse(t, (house) => {
    house.push = async (bytes) => answers[pushed.push(bytes) - 1] ?? { outcome: 'busy', message: '' };
  });
  const push = (payload: Buffer, headers: Record<string, string> = { 'content-type': 'image/jpeg' }) =>
    site.inject({ method: 'POST', url: '/api/v1/frames', payload, headers });
  assert.equal((await push(jpeg)).statusCode, 202);
  const form = formOf({ picture: jpeg });
  assert.equal((await push(form.payload, form.headers)).statusCode, 202);
  assert.deepEqual(
    pushed.map((bytes) => Buffer.from(bytes)),
    [jpeg, jpeg],
  );
  assert.equal((await push(jpeg)).statusCode, 422);
  assert.equal((await push(jpeg)).statusCode, 413);
  const busy = await push(jpeg);
  assert.deepEqual([busy.statusCode, busy.json().code, busy.headers['retry-after']], [429, 'camera-busy', '5']);
  assert.equal((await push(Buffer.from('x'), { 'content-type': 'video/mp4' })).statusCode, 415);
  assert.equal((await site.inject('/api/v1/status')).json().camera.isPush, true);
});

test('the live picture over a real connection starts, flows, and stops the encoder when the viewer leaves', async (t) => {
  const house = new House();
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  house.show();
  const stop = new AbortController();
  const live = await fetch(`${web.address}/api/v1/live.mjpeg?quality=low`, { signal: stop.signal });
  assert.equal(live.headers.get('content-type'), 'multipart/x-mixed-replace; boundary=doorward-frame');
  assert.equal(live.headers.get('x-content-type-options'), 'nosniff', 'streams carry the strict headers too');
  const reader = live.body?.getReader();
  let text = '';
  while (!text.includes(jpeg.toString('latin1')))
    text += Buffer.from((await reader?.read())?.value ?? []).toString('latin1');
  const viewers = async (): Promise<number> => {
    const status = (await (await fetch(`${web.address}/api/v1/status`)).json()) as { camera: { viewers: number } };
    return status.camera.viewers;
  };
  assert.equal(await viewers(), 1);
  stop.abort();
  while ((await viewers()) > 0); // Ends when the server has noticed; the test's own time limit guards it.
  const { encodes } = house;
  house.show();
  assert.equal(house.encodes, encodes);
  const wrong = await fetch(`${web.address}/api/v1/live.mjpeg?quality=ultra`);
  assert.equal(wrong.status, 400);
  const metrics = await (await fetch(`${web.address}/metrics`)).text();
  assert.match(metrics, /http_requests_total\{method="GET",endpoint="\/api\/v1\/live.mjpeg",status="200"\} 1\n/);
});
