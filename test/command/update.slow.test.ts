import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { nodeNetwork } from '../../src/machine/node/node-network.ts';
import type { Network } from '../../src/system/network.ts';
import { startWeb } from '../../src/web/server.ts';
import { lostTrial, onProbation } from '../web/counter.ts';
import { House } from '../web/house.ts';
import { newFolder, no, ok, type } from './typed.ts';

const idle = {
  running: { version: '1.2.3', slot: 'a' },
  phase: 'wait',
  words: 'no newer release was found',
  waitsFor: 'nothing-new',
  offer: null as object | null,
  fetched: null as number | null,
  trial: null as object | null,
  problem: null as string | null,
  refusal: null as object | null,
  scrub: null as object | null,
  slots: [
    { slot: 'a', isCommitted: true, version: '1.2.3' },
    { slot: 'b', isCommitted: false, version: null },
  ],
};
const probation = {
  ...idle,
  phase: 'judge',
  waitsFor: null,
  words: 'release 2.0.0 serves on probation',
  trial: {
    version: '2.0.0',
    phase: 'probation',
    elapsedMs: 3000,
    phases: [{ phase: 'rehearsal', durationMs: 4200 }],
    figures: {},
  },
};
const { digest: _digest, ...lost } = lostTrial;
const update = 'GET /api/v1/update';
const history = 'GET /api/v1/update/history';
const check = { 'POST /api/v1/update/check': ok({ outcome: 'done' }) };

/** Answers one after the other; the last one for good. */
function inTurn(...bodies: readonly unknown[]): () => { status: number; body: unknown } {
  let turn = 0;
  return () => ({ status: 200, body: bodies[Math.min(turn++, bodies.length - 1)] });
}

test('update follows the trial, tells phases, durations and reason, and its exit code is the verdict', async (context) => {
  const folder = newFolder(context);
  const trials = (outcome: string) =>
    inTurn({ trials: [] }, { trials: [] }, { trials: [] }, { trials: [{ ...lost, outcome }] });
  const follow = (outcome: string) =>
    type(folder, ['update'], {
      api: { ...check, [update]: inTurn(idle, idle, probation), [history]: trials(outcome) },
    });
  const reverted = await follow('reverted');
  assert.equal(reverted.code, 1);
  assert.match(reverted.out, /^release 2\.0\.0 serves on probation$/m);
  assert.match(reverted.out, /release 1\.3\.0 reverted \(error-rate\): 7\.0 % of 100 requests failed/);
  assert.match(reverted.out, /rehearsal 4\.2 s, hand-over 180 ms, probation 1 min 1 s, revert 210 ms/);
  assert.match(reverted.out, /requests 100, errors 7, mean 12 ms/);
  assert.equal((await follow('committed')).code, 0);
});

test('update without anything new is fine; a refusal, a pause and a checkout are not', async (context) => {
  const folder = newFolder(context);
  const none = { [history]: ok({ trials: [lost] }) };
  const run = (...answers: readonly object[]) =>
    type(folder, ['update'], { api: { ...check, ...none, [update]: inTurn(idle, ...answers) } });
  const nothing = await run(idle);
  assert.deepEqual([nothing.code, nothing.out], [0, 'no newer release was found; release 1.2.3 runs']);
  const refusal = { file: 'f', reason: 'signatures-too-few', message: 'one of two signatures' };
  const refused = await run({ ...idle, refusal });
  assert.deepEqual(
    [refused.code, refused.err],
    [1, 'the release file was refused (signatures-too-few): one of two signatures'],
  );
  const paused = await run({
    ...idle,
    waitsFor: 'pause',
    words: 'trying again a little later',
    problem: 'the disk is full',
  });
  assert.deepEqual([paused.code, paused.err], [1, 'cannot update now: trying again a little later: the disk is full']);
  const asks = await run({
    ...idle,
    waitsFor: 'consent',
    words: 'waiting for your consent to release 2.0.0',
    offer: { file: 'f', from: 'x', version: '2.0.0', bytes: 1 },
  });
  assert.deepEqual(
    [asks.code, asks.out],
    [0, 'waiting for your consent to release 2.0.0: doorward update --yes agrees to it'],
  );
  const checkout = await type(folder, ['update'], { api: { [history]: no(409, 'cannot update: this is a checkout') } });
  assert.deepEqual([checkout.code, checkout.err], [1, 'cannot update: this is a checkout']);
  assert.equal((await type(folder, ['update'], { isRunning: false })).code, 69);
});

test('a pushed file that cannot be taken is told of by itself, whatever the updater goes on with', async (context) => {
  const folder = newFolder(context);
  const file = join(folder, 'doorward-2.0.0.release');
  writeFileSync(file, 'a release');
  const push = async (againMs: number | null) => {
    const aside = {
      file: 'pushed-doorward-2.0.0.release:9:1', from: 'pushed by the owner', version: '2.0.0', reason: 'not-newer',
      message: 'it is not newer', againMs,
    }; // prettier-ignore
    const fetching = { ...idle, phase: 'fetch', words: 'fetching release 3.0.0', setAside: [aside] };
    const { code, err } = await type(folder, ['update', file], {
      api: {
        [history]: ok({ trials: [] }),
        [update]: inTurn(idle, fetching),
        'GET /api/v1/update/files/doorward-2.0.0.release': ok({
          bytes: 0,
          total: null,
          sha256: null,
          isComplete: false,
        }),
        'PUT /api/v1/update/files/doorward-2.0.0.release': ok({ bytes: 9, total: 9, sha256: null, isComplete: true }),
      },
    });
    return [code, err];
  };
  assert.deepEqual(await push(null), [1, 'the release file was refused (not-newer): it is not newer']);
  assert.deepEqual(await push(1000), [
    1,
    'the release file is kept, and cannot be taken now (not-newer): it is not newer',
  ]);
});

test('past a web server that answers everybody with 500, the file is laid where the updater looks', async (context) => {
  const folder = newFolder(context);
  const file = join(folder, 'fix.release');
  writeFileSync(file, 'the mended release');
  const sick = await type(folder, ['update', file], { api: { [history]: no(500, 'an error of ours') } });
  assert.deepEqual([sick.code, sick.err], [0, 'an error of ours'], sick.out);
  assert.match(sick.out, /^laid fix\.release into .*\/incoming instead: it is looked at within a minute/);
  assert.deepEqual(readdirSync(join(folder, 'home', 'incoming')), ['pushed-fix.release']);
  assert.equal(readFileSync(join(folder, 'home', 'incoming', 'pushed-fix.release'), 'utf8'), 'the mended release');
  const says = await type(folder, ['update', file], { api: { [history]: no(403, 'not you') } });
  assert.deepEqual([says.code, says.err], [1, 'not you']);
});

test('consent is given to what is offered, and only to that', async (context) => {
  const folder = newFolder(context);
  const bodies: unknown[] = [];
  const offer = { file: 'x.release:1:2', from: 'x', version: '2.0.0', bytes: 1 };
  const api = {
    ...check,
    [history]: ok({ trials: [] }),
    [update]: ok({ ...idle, waitsFor: 'consent', offer }),
    'POST /api/v1/update/consent': ({ body }: { body?: unknown }) => {
      bodies.push(body);
      return { status: 202, body: { outcome: 'done' } };
    },
  };
  await type(folder, ['update', '--yes'], { api });
  assert.deepEqual(bodies, ['{"file":"x.release:1:2"}']);
  const none = await type(folder, ['update', '--yes'], { api: { ...api, [update]: ok(idle) } });
  assert.deepEqual([none.code, bodies.length], [1, 1]);
});

test('status, history and revert', async (context) => {
  const folder = newFolder(context);
  const api = {
    [update]: ok(probation),
    [history]: ok({ trials: [lost] }),
    'GET /api/v1/status': ok({
      version: '1.2.3', uptimeMs: 65_000, health: 'healthy',
      camera: { description: 'camera demo', state: 'flowing', reason: null },
    }), // prettier-ignore
    'GET /api/v1/visits': ok({ visits: [] }),
    'POST /api/v1/update/revert': no(409, 'cannot revert: no release is on trial'),
  };
  const { out, code } = await type(folder, ['status'], { api });
  assert.equal(code, 0);
  for (const line of [
    /^appliance +healthy, up 1 min 5 s$/m, /^camera +camera demo, flowing$/m, /^last visit +none yet$/m,
    /^release +1\.2\.3 in slot a$/m, /^slot a +1\.2\.3, committed: power-on starts it$/m,
    /^slot b +nothing that could be started$/m, /^updates +release 2\.0\.0 serves on probation for 3\.0 s$/m,
    /^trial +2\.0\.0: rehearsal 4\.2 s$/m,
  ]) assert.match(out, line); // prettier-ignore
  const scrub = { atMs: 0, filesRepaired: 1, damaged: [{ slot: 'b', message: 'doorward is not what was signed' }] };
  const read = await type(folder, ['status'], { api: { ...api, [update]: ok({ ...probation, scrub }) } });
  assert.match(read.out, /^slots read .*, 1 damaged file mended, slot b cannot be mended: doorward is not what was/m);
  const past = await type(folder, ['history', '--json'], { api });
  assert.deepEqual(JSON.parse(past.out), [lost]);
  assert.match((await type(folder, ['history'], { api })).out, /1\.3\.0 reverted \(error-rate\)/);
  const revert = await type(folder, ['revert', 'it barks'], { api });
  assert.deepEqual([revert.code, revert.err], [1, 'cannot revert: no release is on trial']);
});

test('a file is pushed over a real connection that breaks, goes on, and is followed until it is committed', async (t) => {
  const folder = newFolder(t);
  const house = new House();
  const { counter } = house;
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  counter.checkNow = async () => {
    counter.becomes(onProbation('2.0.0', 0));
    counter.trials = [
      ...counter.trials,
      { ...lostTrial, id: 'trial-2', version: '2.0.0', outcome: 'committed', reason: 'proved' },
    ];
  };
  const content = Buffer.alloc(2_500_000, 'a release of bytes ');
  writeFileSync(join(folder, 'doorward 2.0.0.release'), content);
  const ranges: string[] = [];
  let breaks = 1;
  const network: Network = {
    request(request) {
      const range = request.headers?.['content-range'];
      if (range !== undefined) ranges.push(range.slice(0, range.indexOf('-')));
      if (ranges.length === 2 && breaks-- > 0) return Promise.resolve({ outcome: 'unreachable', reason: 'reset' });
      return nodeNetwork().request(request);
    },
  };
  const findRunning = async () => ({ pid: 7, address: web.address, token: '' });
  const typed = await type(folder, ['update', 'doorward 2.0.0.release'], { surroundings: { network, findRunning } });
  assert.equal(typed.err, '');
  assert.match(typed.out, /^pushed doorward-2\.0\.0\.release$/m);
  assert.match(typed.out, /release 2\.0\.0 committed \(proved\)/);
  assert.equal(typed.code, 0);
  assert.deepEqual(
    ranges,
    ['bytes 0', 'bytes 1048576', 'bytes 1048576', 'bytes 2097152'],
    'what arrived is not sent again',
  );
  assert.ok(readFileSync(join(counter.incoming.path, 'pushed-doorward-2.0.0.release')).equals(content));
  assert.ok(
    typed.progress.some((line) => /pushing .* 41 % of 2\.5 MB/.test(line)),
    typed.progress.join('\n'),
  );
  const missing = await type(folder, ['update', 'nothing.release'], { surroundings: { network, findRunning } });
  assert.deepEqual([missing.code, /there is no such file/.test(missing.err)], [1, true]);
});
