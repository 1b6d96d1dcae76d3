import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { StartRequest } from '../../src/appliance.ts';
import { newFolder, no, ok, type, type House } from './typed.ts';

const visit = {
  id: 'v1', phase: 'decided', source: 'command', startedMs: Date.parse('2026-11-20T18:30:00Z'), outcome: 'known',
  personName: 'Ada', reason: 'distance 0.31', decision: null, trace: { rung: 12, named: 640 }, notifications: [],
}; // prettier-ignore

function ringing(visits: unknown[]): House {
  let looks = 0;
  return {
    api: {
      'POST /api/v1/trigger': () => ({ status: 202, body: { visitId: 'v1', joined: false } }),
      'GET /api/v1/visits/v1': () => {
        const body = visits[Math.min(looks, visits.length - 1)];
        looks += 1;
        return { status: 200, body };
      },
    },
  };
}

test('ring waits for the name and says it with the reason', async (context) => {
  const house = ringing([{ ...visit, phase: 'open', outcome: null, personName: null, reason: null }, visit]);
  const { code, out, calls } = await type(newFolder(context), ['ring'], house);
  assert.equal(code, 0);
  assert.equal(out, 'ringing…\nAda is at the door (known): distance 0.31');
  assert.deepEqual(calls, ['POST /api/v1/trigger', 'GET /api/v1/visits/v1', 'GET /api/v1/visits/v1']);
});

test('each outcome has its words', async (context) => {
  const table: [string, string | null, string][] = [
    ['probably', 'Ada', 'Ada is probably at the door (probably): why'],
    ['stranger', null, 'A stranger is at the door (stranger): why'],
    ['no-face', null, 'Somebody rang, and no face was seen (no face): why'],
  ];
  for (const [outcome, personName, says] of table) {
    const { out } = await type(
      newFolder(context),
      ['ring'],
      ringing([{ ...visit, outcome, personName, reason: 'why' }]),
    );
    assert.equal(out, `ringing…\n${says}`);
  }
});

test('ring gives up after half a minute and says where to look', async (context) => {
  const house = ringing([{ ...visit, phase: 'open', outcome: null }]);
  const { code, err } = await type(newFolder(context), ['ring'], house);
  assert.equal(code, 1);
  assert.match(err, /see doorward visits v1/);
});

test('ring needs an appliance that runs, and says how to start one', async (context) => {
  const { code, err } = await type(newFolder(context), ['ring'], { isRunning: false });
  assert.equal(code, 69);
  assert.match(err, /^cannot ring: no doorward runs in .*: start it with doorward run$/);
});

test('an appliance that does not answer, is still starting, or speaks another language', async (context) => {
  const folder = newFolder(context);
  const gone = await type(folder, ['visits'], {});
  assert.equal(gone.code, 69);
  assert.match(gone.err, /cannot reach the appliance at http:\/\/127\.0\.0\.1:8080: connection refused/);
  const starting = { findRunning: async () => ({ pid: 7, address: '', token: '' }) };
  const early = await type(folder, ['visits'], { surroundings: starting });
  assert.equal(early.code, 69);
  assert.match(early.err, /pid 7 is still starting/);
  const other = await type(folder, ['visits'], { api: { 'GET /api/v1/visits': ok({ guests: [] }) } });
  assert.equal(other.code, 1);
  assert.match(other.err, /the appliance is of another release/);
  const broken = await type(folder, ['visits'], {
    api: { 'GET /api/v1/visits': no(503, 'cannot read: the database is locked') },
  });
  assert.deepEqual([broken.code, broken.err], [1, 'cannot read: the database is locked']);
});

test('without a running appliance one is started off duty for the command, and stopped', async (context) => {
  const acts: string[] = [];
  const start = async (request: StartRequest) => {
    acts.push(`start ${request.isOffDuty ? 'off duty' : 'on duty'}`);
    request.writeLog('{"level":"INFO"}\n');
    const stop = async (): Promise<void> => {
      acts.push('stop');
    };
    const left = new Promise<void>(() => {});
    return {
      outcome: 'running' as const,
      address: 'http://127.0.0.1:9999',
      token: 'of the owner',
      complaints: Promise.resolve([]),
      stop,
      left,
      timeZone: '',
    };
  };
  const api = { 'GET /api/v1/visits': ok({ visits: [] }) };
  const { code, out, err } = await type(newFolder(context), ['visits'], { isRunning: false, start, api });
  assert.deepEqual([code, out, err], [0, 'Nobody has been at the door yet.', '']);
  assert.deepEqual(acts, ['start off duty', 'stop']);
});

test('visits are listed, and one is told whole', async (context) => {
  const folder = newFolder(context);
  const decision = {
    candidates: [{ name: 'Ada', distance: 0.312, frames: 5 }], framesSeen: 6, framesWithFace: 5, framesUsable: 5, agreement: 1, sure: 0.876,
    thresholds: { known: 0.5, probably: 0.56, margin: 0.06 },
  }; // prettier-ignore
  const whole = { ...visit, decision, notifications: [{ kind: 'name', channel: 'log', status: 'sent' }] };
  const house = { api: { 'GET /api/v1/visits': ok({ visits: [visit] }), 'GET /api/v1/visits/v1': ok(whole) } };
  assert.match(
    (await type(folder, ['visits'], house)).out,
    /^2026-11-20 \d\d:30:00 {2}known {2}Ada {2}command {2}v1 {2}distance 0\.31$/,
  );
  const { out } = await type(folder, ['visits', 'v1'], house);
  assert.match(out, /^Ada is at the door \(known\): distance 0\.31\n/);
  assert.match(out, /6 frames, 5 with a face, 5 usable; 100 % agree/);
  assert.match(out, /^Ada: 87 % sure$/m);
  for (const [sure, said] of [
    [0.9996, 'Ada: more than 99 % sure'],
    [0.002, 'Ada: hardly, less than 1 % sure'],
  ] as const) {
    const unlike = {
      api: { ...house.api, 'GET /api/v1/visits/v1': ok({ ...whole, decision: { ...decision, sure } }) },
    };
    assert.ok((await type(folder, ['visits', 'v1'], unlike)).out.split('\n').includes(said));
  }
  assert.match(out, / {2}Ada {2}distance 0\.312 {2}nearest in 5/);
  assert.match(out, /ms after the trigger: rung 12, named 640/);
  assert.match(out, /notification "name" through log: sent/);
});

test('recognize prints box, name, score and reason for each face, and goes on after a bad file', async (context) => {
  const folder = newFolder(context);
  for (const name of ['ada.jpg', 'bad.jpg', 'tree.jpg']) writeFileSync(join(folder, name), name);
  const face = {
    box: { x: 10.4, y: 20, width: 30, height: 40 }, score: 0.987, outcome: 'known', name: 'Ada', reason: 'distance 0.31',
    candidates: [{ name: 'Ada', distance: 0.31 }],
  }; // prettier-ignore
  const api: House['api'] = {
    'POST /api/v1/recognize': ({ body }) => {
      const sent = Buffer.from(body ?? '').toString();
      if (sent.includes('bad.jpg')) return no(422, 'cannot decode the picture: it is corrupt')();
      return { status: 200, body: { faces: sent.includes('ada.jpg') ? [face] : [] } };
    },
  };
  const files = ['ada.jpg', 'bad.jpg', 'tree.jpg'];
  const { code, out, err } = await type(folder, ['recognize', ...files], { api });
  assert.equal(code, 1);
  assert.equal(
    out,
    'ada.jpg: Ada (known) at [10, 20, 30, 40], score 0.99: distance 0.31\n  Ada: distance 0.310\ntree.jpg: no face found',
  );
  assert.equal(err, 'bad.jpg: cannot decode the picture: it is corrupt');
  const json = JSON.parse((await type(folder, ['recognize', '--json', ...files], { api })).out) as {
    file: string;
    error?: string;
    faces?: unknown[];
  }[];
  assert.deepEqual(json.map(({ file, error, faces }) => [file, error, faces?.length]), [
    ['ada.jpg', undefined, 1], ['bad.jpg', 'cannot decode the picture: it is corrupt', undefined], ['tree.jpg', undefined, 0],
  ]); // prettier-ignore
});

test('a visit is told by the beginning of its id, also by an appliance that takes whole ids only', async (context) => {
  const folder = newFolder(context);
  const id = 'aa8764f4-1111-4000-8000-000000000001';
  const other = 'aa8764f4-2222-4000-8000-000000000002';
  const whole = { ...visit, id };
  const api = (visits: unknown): NonNullable<House['api']> => ({
    'GET /api/v1/visits': ok({ visits }),
    [`GET /api/v1/visits/${id}`]: ok(whole),
  });
  const one = await type(folder, ['visits', 'AA8764F4'], { api: api([whole]) });
  assert.match(one.out, /^Ada is at the door/);
  assert.deepEqual(one.calls, ['GET /api/v1/visits?limit=6&id=aa8764f4', `GET /api/v1/visits/${id}`]);
  const two = await type(folder, ['visits', 'aa8764f4'], { api: api([whole, { ...visit, id: other }]) });
  assert.equal(two.err, 'cannot tell which visit "aa8764f4" is meant: aa8764f4-1, aa8764f4-2');
  const none = await type(folder, ['visits', '../people'], { api: api([]) });
  assert.deepEqual([none.code, none.err, none.calls], [1, 'cannot find visit "../people": see doorward visits', []]);
  const before = { ...api([]), 'GET /api/v1/visits': no(400, 'cannot read the query: id is unknown') };
  assert.match((await type(folder, ['visits', id], { api: before })).out, /^Ada is at the door/);
  const { out } = await type(folder, ['visits'], { api: api([whole, { ...visit, id: 'bb8764f4-0' }]) });
  assert.deepEqual(out.match(/[a-f0-9-]{6,} {2}distance/g), ['aa8764f4  distance', 'bb8764f4  distance']);
});

test('what another release says more of a visit is told, and a word that it does not know is no stumbling block', async (context) => {
  const folder = newFolder(context);
  const whole = {
    ...visit,
    personId: 'p',
    thumbnail: '/t.jpg',
    faceLight: 12.345,
    waitedMs: 1500,
    mood: 'a\u001b',
    odd: {},
  };
  const api = { 'GET /api/v1/visits': ok({ visits: [visit] }), 'GET /api/v1/visits/v1': ok(whole) };
  const { out } = await type(folder, ['visits', 'v1'], { api });
  assert.match(out, /^face light 12\.35, waited 1\.5 s, mood a\\u\{1b\}$/m);
  assert.doesNotMatch(out, /thumbnail|odd/);
  const fifth = { ...whole, outcome: 'delivery' };
  const other = await type(folder, ['visits', 'v1'], { api: { ...api, 'GET /api/v1/visits/v1': ok(fifth) } });
  assert.match(other.out, /^Somebody is at the door \(delivery\): distance 0\.31\n/);
});

test('that a face may be a picture of one is told once, in the reason', async (context) => {
  const doubt = 'may be a picture of a face: straight edges around it move with it';
  const doubted = { ...visit, outcome: 'probably', doubt, reason: `distance 0.31; ${doubt}` };
  const api = { 'GET /api/v1/visits': ok({ visits: [doubted] }), 'GET /api/v1/visits/v1': ok(doubted) };
  const { out } = await type(newFolder(context), ['visits', 'v1'], { api });
  assert.equal(out.split(doubt).length, 2, out);
});
