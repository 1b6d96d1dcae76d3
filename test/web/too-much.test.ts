import assert from 'node:assert/strict';
import test from 'node:test';
import { startWeb } from '../../src/web/server.ts';
import { House, jpeg } from './house.ts';

/** What a full house says: the caller's fault and not ours, and when to come back. */
async function refusalOf(answer: Response): Promise<unknown> {
  const { status, headers } = answer;
  const { code } = (await answer.json()) as { code: string };
  return { status, code, retryAfter: headers.get('retry-after') };
}

test('whoever asks for more than a house does at once is told 429 and when to come back, and nothing is logged as an error', async (t) => {
  const house = new House();
  const looking = Promise.withResolvers<never[]>();
  house.inference = { ...house.inference, detect: () => looking.promise };
  const web = await startWeb(house.parts());
  const stop = new AbortController();
  t.after(async () => {
    stop.abort();
    looking.resolve([]);
    await web.close();
    await house.close();
  });
  const get = (path: string): Promise<Response> => fetch(`${web.address}/api/v1/${path}`, { signal: stop.signal });
  const recognize = (): Promise<Response> =>
    fetch(`${web.address}/api/v1/recognize`, {
      method: 'POST',
      body: jpeg,
      headers: { 'content-type': 'image/jpeg' },
      signal: stop.signal,
    });

  for (let stream = 0; stream < 16; stream += 1) assert.equal((await get('events')).status, 200);
  assert.deepEqual(await refusalOf(await get('events')), { status: 429, code: 'too-many-listeners', retryAfter: '5' });
  for (let viewer = 0; viewer < 8; viewer += 1) assert.equal((await get('live.mjpeg')).status, 200);
  assert.deepEqual(await refusalOf(await get('live.mjpeg')), {
    status: 429,
    code: 'too-many-viewers',
    retryAfter: '5',
  });

  const pictures = [recognize(), recognize(), recognize()].map((answer) => answer.catch(() => undefined));
  const first = await Promise.race(pictures);
  assert.ok(first !== undefined);
  assert.deepEqual(await refusalOf(first), { status: 429, code: 'busy', retryAfter: '5' });
  assert.deepEqual(house.errors, []);
});
