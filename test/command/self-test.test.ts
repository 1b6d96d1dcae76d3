import assert from 'node:assert/strict';
import test from 'node:test';
import { newFolder, no, ok, type, type House } from './typed.ts';

const none = { right: 0, missed: 0, wrong: 0 };
const report = {
  atMs: 1, days: 30, recogniser: 'test', state: 'advice', verdict: 'Well: all of 2 pictures would get the right name.',
  cases: 2, right: 2, strangersPerName: 1000,
  pictures: { enrolled: 3, tried: 2, known: 1, probably: 1, missed: 0, wrong: 0, waiting: 0 },
  people: [{ personId: 'p2', name: "Bea O'Neill", pictures: 1, tried: 0, known: 0, probably: 0, missed: 0, wrong: 0 }, { personId: 'p1', name: 'Ada', pictures: 2, tried: 2, known: 1, probably: 1, missed: 0, wrong: 0 }],
  alike: { one: { personId: 'p1', name: 'Ada' }, other: { personId: 'p2', name: "Bea O'Neill" }, distance: 0.714, allowed: 0.52 },
  strangers: { tried: 4, named: 0, nearest: { visitId: '1a2b3c4d5e6f', personId: 'p1', name: 'Ada', distance: 0.61, allowed: 0.52 } },
  visits: { looked: 9, faceless: 1, same: 6, namedNow: 1, lost: 1, otherName: 0 },
  said: { door: { right: 2, missed: 1, wrong: 0 }, now: { right: 3, missed: 0, wrong: 0 } },
  advice: [{ kind: 'add-picture', text: "Bea O'Neill has one picture, which cannot be tried: add a second", name: "Bea O'Neill", visitId: null }],
  settings: {},
}; // prettier-ignore
const told = [
  'Well: all of 2 pictures would get the right name.',
  'pictures   2 of 3 tried against all others: 1 named, 1 named “probably”; 1 of 2 people cannot be tried',
  "people     Ada and Bea O'Neill are the nearest to each other: 0.71, a name needs 0.52",
  'visits     9 in 30 days: 6 decided as at the door, 1 named now, 1 not named any more, 1 without a face that was kept',
  'your word  at the door 2 right, 1 not named; today 3 right',
  'strangers  4 visits, none would be named; the nearest, 1a2b3c4d, is 0.61 from Ada, a name needs 0.52',
  'What to do:',
  "- Bea O'Neill has one picture, which cannot be tried: add a second",
  String.raw`  doorward people add 'Bea O'\''Neill' PICTURE`,
];

/** A house whose self-test says this, and what was asked of it. */
function houseWith(more: object = {}): { readonly house: House; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const house: House = {
    api: {
      'POST /api/v1/self-test': ({ body }) => {
        asked.push(JSON.parse(String(body)));
        return { status: 200, body: { ...report, ...more } };
      },
      'PATCH /api/v1/settings': ({ body }) => {
        asked.push(JSON.parse(String(body)));
        return { status: 200, body: { settings: [] } };
      },
    },
  };
  return { house, asked };
}

const settings = { 'recognition.strangersPerName': 20_000, 'recognition.strangersPerKnown': 20_000 };

test('the verdict, the figures, what to do and the command that does it', async (context) => {
  const { house, asked } = houseWith();
  const { code, out, err } = await type(newFolder(context), ['self-test'], house);
  assert.deepEqual([code, err], [0, '']);
  assert.deepEqual(out.split('\n'), told);
  assert.deepEqual(asked, [{ days: 30 }]);
});

test('exit code 1 when something must be mended', async (context) => {
  assert.equal((await type(newFolder(context), ['self-test'], houseWith({ state: 'mend' }).house)).code, 1);
  assert.equal((await type(newFolder(context), ['self-test'], houseWith({ state: 'good' }).house)).code, 0);
  const busy = { api: { 'POST /api/v1/self-test': no(429, 'cannot make two self-tests at once') } };
  const refused = await type(newFolder(context), ['self-test'], busy);
  assert.deepEqual([refused.code, refused.err], [1, 'cannot make two self-tests at once']);
});

test('the household of nobody has nothing to print but that', async (context) => {
  const pictures = { enrolled: 0, tried: 0, known: 0, probably: 0, missed: 0, wrong: 0, waiting: 0 };
  const visits = { looked: 0, faceless: 0, same: 0, namedNow: 0, lost: 0, otherName: 0 };
  const empty = {
    verdict: 'Nobody is enrolled: there is nothing to try.',
    people: [],
    alike: null,
    advice: [],
    pictures,
  };
  const more = { ...empty, visits, said: { door: none, now: none }, strangers: { tried: 0, named: 0, nearest: null } };
  const { out } = await type(newFolder(context), ['self-test'], houseWith(more).house);
  assert.equal(out, 'Nobody is enrolled: there is nothing to try.\nvisits  none in 30 days');
  const said = {
    ...more,
    visits: { ...visits, looked: 1, same: 1 },
    pictures: { ...pictures, enrolled: 2, waiting: 1 },
  };
  const { out: some } = await type(
    newFolder(context),
    ['self-test', '--days', '1'],
    houseWith({ ...said, days: 1 }).house,
  );
  assert.match(some, /^pictures +2 enrolled, none can be tried: nobody has two; 1 not embedded yet\nvisits +1 in 1 day: 1 decided as at the door\nyour word +you have said of no visit who it was$/m); // prettier-ignore
});

test('recommended settings are set on request only, and it says what it did', async (context) => {
  const { house, asked } = houseWith({ settings });
  await type(newFolder(context), ['self-test', '--days', '7'], house);
  assert.deepEqual(asked, [{ days: 7 }], 'not without --apply');
  const { code, out } = await type(newFolder(context), ['self-test', '--apply'], house);
  assert.equal(code, 0);
  assert.deepEqual(asked.at(-1), settings);
  assert.match(out, /\nrecognition\.strangersPerName will be 20000 from the next start\nrecognition\.strangersPerKnown will be 20000 from the next start$/); // prettier-ignore
  const nothing = houseWith();
  const none = await type(newFolder(context), ['self-test', '--apply'], nothing.house);
  assert.match(none.out, /No setting is recommended: nothing was changed\.$/);
  assert.equal(nothing.asked.length, 1);
});

test('in JSON, what was set is told beside it; a setting that is refused is a failure', async (context) => {
  const { house } = houseWith({ settings });
  const { out, err } = await type(newFolder(context), ['self-test', '--json', '--apply'], house);
  assert.deepEqual(JSON.parse(out), { ...report, settings });
  assert.match(err, /strangersPerName will be 20000/);
  const api = { ...house.api, 'PATCH /api/v1/settings': no(422, 'cannot set it') };
  const refused = await type(newFolder(context), ['self-test', '--apply'], { api });
  assert.deepEqual([refused.code, refused.err], [1, 'cannot set it']);
});

test('days that are none are refused with what is right', async (context) => {
  for (const days of ['0', '366', '1.5', 'many', '']) {
    const { code, err } = await type(newFolder(context), ['self-test', `--days=${days}`], houseWith().house);
    assert.equal(code, 2, days);
    assert.match(err, /--days is a number from 1 to 365/);
  }
});

test('an appliance of a release that has no self-test says so', async (context) => {
  const api = { 'POST /api/v1/self-test': ok({ something: 'else' }) };
  assert.match((await type(newFolder(context), ['self-test'], { api })).err, /the appliance is of another release/);
});
