import assert from 'node:assert/strict';
import test from 'node:test';
import { newFolder, no, ok, type } from './typed.ts';

const terms = {
  recogniser: 'net-1', numbers: 128, bytes: 5_700_000, embedded: 3, licence: 'CC0-1.0', origin: 'here',
  trainedOn: 'the web', measuredOn: 'LFW', correctedBy: 'averages',
}; // prettier-ignore
const packs = [
  { name: 'two', isAdded: true, isUsed: false, fault: 'it is damaged', terms: null },
  { name: 'one', isAdded: false, isUsed: true, fault: null, terms },
];

test('the packs are listed with their terms, the one in use first, and what is on the way', async (context) => {
  const body = { packs, faces: 4, wanted: 'two', complaint: 'cannot use models.recogniser = "three"' };
  const told = await type(newFolder(context), ['models'], { api: { 'GET /api/v1/models': ok(body) } });
  assert.deepEqual(told.out.split('\n'), [
    'one, in use (of this release)',
    '  net           net-1, 128 numbers a face, 5.7 MB',
    '  from          here',
    '  licence       CC0-1.0',
    '  learnt from   the web',
    '  distances     measured on LFW',
    '  corrected by  averages',
    '  knows         3 of 4 faces of this house',
    'two, will be used when it knows the faces of this house (added): it is damaged',
  ]);
  assert.equal(told.err, 'cannot use models.recogniser = "three"');
});

test('a comparison is waited for, and both packs stand side by side', async (context) => {
  const side = {
    name: 'one', pictures: 9, known: 4, probably: 1, missed: 1, wrong: 1, strangers: 3, strangersNamed: 0, samePerson: 0.3,
    otherPerson: 0.8, nearestOther: 0.7, nearestStranger: null, embedMs: 7.6,
  }; // prettier-ignore
  const nothing = { state: 'none', pack: null, faces: 9, embedded: 3, message: null, verdict: null, sides: [] };
  const done = { ...nothing, state: 'done', pack: 'two', sides: [side, { ...side, name: 'two', wrong: 0 }], verdict: 'use two' }; // prettier-ignore
  let looks = 0;
  const api = {
    'GET /api/v1/models/compare': () => ({
      status: 200,
      body: [nothing, { ...nothing, state: 'running' }, done][looks++],
    }),
    'POST /api/v1/models/compare': ok({ ...nothing, state: 'running' }),
  };
  const told = await type(newFolder(context), ['models', 'compare', 'two'], { api });
  assert.deepEqual([told.code, told.progress], [0, Array.from({ length: 2 }, () => 'two has embedded 3 of 9 faces…')]);
  for (const row of ['  named +4 +4', '  of somebody who has no other +2 +3', '  given somebody else’s name +1 +0'])
    assert.match(told.out, new RegExp(`^${row}$`, 'm'));
  assert.match(told.out, /^faces of strangers given a name +0 of 3 +0 of 3\n {2}the nearest of them +- +-\n/m);
  assert.match(told.out, /^time of one embedding +8 ms +8 ms\nuse two$/m);
});

test('a pack that is used, or will be, is not removed; any other is', async (context) => {
  const folder = newFolder(context);
  const removed: string[] = [];
  const remove = async (name: string, wanted: string | null): Promise<number> => {
    const api = { 'GET /api/v1/models': ok({ packs, faces: 4, wanted, complaint: null }) };
    const { code } = await type(folder, ['models', 'remove', name], { api, removed });
    return code;
  };
  assert.deepEqual(
    [await remove('one', null), await remove('two', 'two'), await remove('mobilefacenet', null)],
    [1, 1, 1],
  );
  assert.deepEqual([await remove('two', null), removed], [0, ['two']]);
});

test('who uses another pack is told who names visitors meanwhile, and the way back', async (context) => {
  const folder = newFolder(context);
  const used = (body: unknown) => ({ 'POST /api/v1/models/use': ok(body) });
  const begun = await type(folder, ['models', 'use', 'two'], { api: used({ outcome: 'begun', former: 'one', waiting: 2 }) }); // prettier-ignore
  assert.match(
    begun.out,
    /^two embeds 2 faces first, then takes over from one, which names whoever comes until then\n/,
  );
  assert.match(begun.out, /the way back is: doorward models use one$/);
  const later = await type(folder, ['models', 'use', 'two'], { api: used({ outcome: 'later', former: 'one', waiting: 0 }) }); // prettier-ignore
  assert.equal(later.out, 'two will be used from the next start; the way back is: doorward models use one');
  const api = { 'POST /api/v1/models/use': no(422, 'cannot use the model pack "x"') };
  const refused = await type(folder, ['models', 'use', 'x'], { api });
  assert.deepEqual([refused.code, refused.err], [1, 'cannot use the model pack "x"']);
});
