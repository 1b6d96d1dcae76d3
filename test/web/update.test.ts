import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { startWeb } from '../../src/web/server.ts';
import { onProbation } from './counter.ts';
import { House, openHouse } from './house.ts';

const file = '/api/v1/update/files/doorward-2.0.0.release';
const octets = 'application/octet-stream';

test('the update path over HTTP', async (t) => {
  const { house, site } = await openHouse(t);
  const { counter } = house;
  const post = (act: string, payload?: object) =>
    site.inject({ method: 'POST', url: `/api/v1/update/${act}`, ...(payload === undefined ? {} : { payload }) });

  await t.test('says what runs, what the updater does in words, and how the trial goes', async () => {
    const waiting = (await site.inject('/api/v1/update')).json();
    assert.deepEqual(waiting.running, { version: '1.2.3', slot: 'a' });
    assert.deepEqual([waiting.words, waiting.trial, waiting.mayRevert], ['no newer release was found', null, false]);
    assert.deepEqual(waiting.slots, [
      { slot: 'a', isCommitted: true, version: '1.2.3' },
      { slot: 'b', isCommitted: false, version: null },
    ]);
    counter.becomes(onProbation('2.0.0', nodeClock.uptimeMs() - 5000));
    const trial = (await site.inject('/api/v1/update')).json();
    assert.equal(trial.words, 'release 2.0.0 serves on probation');
    assert.deepEqual(
      trial.trial.phases.map(({ phase }: { phase: string }) => phase),
      ['rehearsal', 'hand-over'],
    );
    assert.deepEqual(trial.trial.figures, { requests: 40, errors: 0 });
    assert.ok(trial.trial.elapsedMs >= 5000 && trial.mayRevert === true);
    counter.becomes({ ...onProbation('2.0.0', 0), phase: 'ponder' as never }); // Of an incumbent of another release.
    assert.equal((await site.inject('/api/v1/update')).json().words, 'release 2.0.0 is on trial');
  });

  await t.test('history comes newest first, with reason and figures', async () => {
    const [old] = counter.trials;
    counter.trials = [...counter.trials, { ...(old as NonNullable<typeof old>), id: 'trial-2', outcome: 'committed' }];
    const { trials } = (await site.inject('/api/v1/update/history')).json();
    assert.deepEqual(
      trials.map(({ id }: { id: string }) => id),
      ['trial-2', 'trial-1'],
    );
    assert.deepEqual([trials[1].reason, trials[1].figures.errors], ['error-rate', 7]);
  });

  await t.test('check, revert and consent are passed on; what does not fit is refused', async () => {
    assert.equal((await post('check')).statusCode, 202);
    assert.equal((await post('revert', { reason: 'it barks' })).statusCode, 202);
    assert.equal((await post('consent', { file: counter.status.offer?.file })).statusCode, 202);
    assert.equal((await post('consent', { file: null })).statusCode, 202);
    assert.deepEqual(counter.asked, [
      'check',
      'revert: it barks',
      `agree ${counter.status.offer?.file}`,
      'agree to none',
    ]);
    const other = await post('consent', { file: 'another' });
    assert.deepEqual([other.statusCode, other.json().code], [409, 'no-such-offer']);
    counter.becomes({ phase: 'wait', waitsFor: 'consent' });
    const noTrial = await post('revert');
    assert.deepEqual([noTrial.statusCode, noTrial.json().code], [409, 'no-trial']);
    assert.equal((await post('consent', {})).statusCode, 400);
    assert.equal((await post('revert', { why: 'x' })).statusCode, 400);
  });

  await t.test('other sites cannot revert or push', async () => {
    const headers = { host: 'localhost', origin: 'http://evil.example' };
    const asked = counter.asked.length;
    for (const method of ['POST', 'PUT'] as const) {
      const url = method === 'POST' ? '/api/v1/update/revert' : file;
      assert.equal((await site.inject({ method, url, headers })).statusCode, 403);
    }
    assert.equal(counter.asked.length, asked);
    assert.ok(!existsSync(counter.incoming.path));
  });

  await t.test('an appliance that does not update itself says why', async () => {
    house.updateRefusal = 'cannot update: this is a checkout';
    for (const url of ['/api/v1/update', '/api/v1/update/history', file]) {
      const answer = await site.inject(url);
      assert.deepEqual([answer.statusCode, answer.json().message], [409, 'cannot update: this is a checkout'], url);
    }
    house.updateRefusal = undefined;
  });
});

test('a release file is pushed in parts', async (t) => {
  const { house, site } = await openHouse(t);
  const { counter } = house;
  const put = (text: string, range?: string, more: Record<string, string> = {}) =>
    site.inject({
      method: 'PUT',
      url: file,
      payload: text,
      headers: { 'content-type': octets, ...(range === undefined ? {} : { 'content-range': range }), ...more },
    });
  const here = async () => (await site.inject(file)).json();
  const names = () => readdirSync(counter.incoming.path);
  const finished = join(counter.incoming.path, 'pushed-doorward-2.0.0.release');

  await t.test('part by part; the last one puts it in its place and has it looked at', async () => {
    assert.deepEqual(await here(), { bytes: 0, total: null, sha256: null, isComplete: false });
    assert.equal((await put('hello ', 'bytes 0-5/11')).statusCode, 200);
    assert.deepEqual(await here(), { bytes: 6, total: 11, sha256: null, isComplete: false });
    assert.ok(
      !existsSync(finished) && names().every((name) => !name.endsWith('.release')),
      'half a file is no release',
    );
    assert.equal((await site.inject({ method: 'HEAD', url: file })).headers['upload-offset'], '6');
    assert.deepEqual(counter.asked, []);
    const last = await put('world', 'bytes 6-10/11');
    assert.deepEqual([last.statusCode, last.json().isComplete], [201, true]);
    assert.equal(readFileSync(finished, 'utf8'), 'hello world');
    assert.deepEqual([names(), counter.asked], [['pushed-doorward-2.0.0.release'], ['check']]);
    assert.equal((await here()).isComplete, true);
  });

  await t.test('as a whole, without a range', async () => {
    assert.equal((await put('all at once')).statusCode, 201);
    assert.equal(readFileSync(finished, 'utf8'), 'all at once');
  });

  await t.test('a part sent twice is written once; a gap is refused and says where to go on', async () => {
    await put('abc', 'bytes 0-2/9');
    await put('abcdef', 'bytes 0-5/9');
    await put('d', 'bytes 3-3/9');
    assert.equal((await here()).bytes, 4, 'what came after a part that is sent again is of yesterday');
    await put('ef', 'bytes 4-5/9');
    const gap = await put('i', 'bytes 8-8/9');
    assert.deepEqual([gap.statusCode, gap.json().advice], [409, 'Continue at byte 6.']);
    assert.equal((await put('Defghi', 'bytes 3-8/9')).statusCode, 201);
    assert.equal(readFileSync(finished, 'utf8'), 'abcDefghi');
  });

  await t.test('another file of the same name is never continued: other length, other hash', async () => {
    const digest = { 'repr-digest': `sha-256=:${Buffer.alloc(32, 7).toString('base64')}:` };
    await put('abc', 'bytes 0-2/9', digest);
    assert.equal((await here()).sha256, '07'.repeat(32));
    assert.equal((await put('def', 'bytes 3-5/10', digest)).statusCode, 409);
    assert.equal((await put('def', 'bytes 3-5/9')).statusCode, 409);
    assert.equal((await put('def', 'bytes 3-5/9', digest)).statusCode, 200);
    await put('z', 'bytes 0-0/4');
    assert.equal(names().filter((name) => name.endsWith('.part')).length, 1, 'one unfinished file at most');
  });

  await t.test('refused: too large, names that lead elsewhere, ranges and lengths that lie, another type', async () => {
    assert.equal((await put('x', 'bytes 0-0/10000001')).statusCode, 413);
    for (const range of ['bytes 3-1/9', 'bytes 0-9/9', 'bytes */9', 'bytes 0-0/*', 'lines 0-0/1'])
      assert.equal((await put('x', range)).statusCode, 400, range);
    assert.equal((await put('xyz', 'bytes 0-1/9')).json().code, 'wrong-length');
    assert.ok(!names().some((name) => name.endsWith('.part')), 'nothing is written beyond the range');
    assert.equal((await put('x', 'bytes 0-1/9')).json().code, 'wrong-length');
    for (const name of ['..%2Fevil.release', '%2Fetc%2Fx.release', '.release', 'a.part', 'a%00.release', 'trust']) {
      const url = `/api/v1/update/files/${name}`;
      const answer = await site.inject({ method: 'PUT', url, payload: 'x', headers: { 'content-type': octets } });
      assert.equal(answer.statusCode, 400, name);
    }
    assert.equal((await put('x', 'bytes 0-0/1', { 'content-type': 'text/plain' })).statusCode, 415);
    const full = { ...counter.incoming.storage, space: async () => ({ freeBytes: 10, totalBytes: 100 }) };
    Object.assign(counter.incoming, { storage: full });
    assert.deepEqual((await put('x', 'bytes 0-0/9')).json().code, 'no-space');
  });
});

test('over a real connection: a push that is cut goes on where it stopped, and two at once are refused', async (t) => {
  const house = new House();
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  const url = `${web.address}${file}`;
  const bytes = Buffer.alloc(300_000, 'release');
  const put = (first: number, until = bytes.length) =>
    fetch(url, {
      method: 'PUT',
      body: new Uint8Array(bytes.subarray(first, until)),
      headers: { 'content-type': octets, 'content-range': `bytes ${first}-${until - 1}/${bytes.length}` },
    });
  const here = async (): Promise<number> => ((await (await fetch(url)).json()) as { bytes: number }).bytes;

  const socket = connect(Number(new URL(web.address).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `PUT ${file} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${octets}\r\nContent-Length: ${bytes.length}\r\n` +
      `Content-Range: bytes 0-${bytes.length - 1}/${bytes.length}\r\n\r\n`,
  );
  socket.write(bytes.subarray(0, 200_000));
  while ((await here()) < 200_000) await new Promise((resolve) => setImmediate(resolve));
  const second = await put(0);
  assert.deepEqual([second.status, ((await second.json()) as { code: string }).code], [409, 'upload-under-way']);
  socket.destroy();
  await once(socket, 'close');

  let answer = await put(await here());
  while (answer.status === 409) answer = await put(await here()); // Until the server has seen that the first is gone.
  assert.equal(answer.status, 201);
  assert.ok(readFileSync(join(house.counter.incoming.path, 'pushed-doorward-2.0.0.release')).equals(bytes));
  assert.deepEqual(house.counter.asked, ['check']);
});

test('what the updater does comes over the stream of events: at once, and with every change', async (t) => {
  const house = new House();
  const { counter } = house;
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  const stop = new AbortController();
  const answer = await fetch(`${web.address}/api/v1/events?types=UPDATE`, { signal: stop.signal });
  const reader = answer.body?.getReader();
  let text = '';
  const until = async (word: string): Promise<void> => {
    while (!text.includes(word)) text += Buffer.from((await reader?.read())?.value ?? []).toString();
  };
  await until('nothing-new');
  house.events.emit({ type: 'HEALTH_CHECK', status: 'success', component: 'test' });
  counter.becomes({ phase: 'fetch', fetched: 0.25 });
  counter.becomes(onProbation('2.0.0', nodeClock.uptimeMs()));
  await until('on probation');
  stop.abort();
  const words = [...text.matchAll(/^event: UPDATE\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '').words);
  assert.deepEqual(words, ['no newer release was found', 'fetching release', 'release 2.0.0 serves on probation']);
  assert.ok(!text.includes('HEALTH_CHECK'));
  while (counter.watchers > 0) await new Promise((resolve) => setImmediate(resolve));
});
