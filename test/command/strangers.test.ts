import assert from 'node:assert/strict';
import test from 'node:test';
import { newFolder, ok, type, type House } from './typed.ts';

const stranger = { id: 's1', createdMs: 1, lastSeenMs: Date.parse('2026-11-20T18:30:00Z'), visits: 3, thumbnail: null };
const grace = {
  id: 'p2', name: 'Grace', standing: 'household', notify: 'default', createdMs: 1, mergedInto: null, referenceFaces: 2,
}; // prettier-ignore

test('strangers are listed with their visits and the id that names them', async (context) => {
  const house = { api: { 'GET /api/v1/strangers': ok({ strangers: [stranger] }) } };
  const { code, out } = await type(newFolder(context), ['strangers'], house);
  assert.equal(code, 0);
  assert.match(out, /^last seen 2026-11-20 \d\d:30:00  3 visits  s1$/);
  const nobody = { api: { 'GET /api/v1/strangers': ok({ strangers: [] }) } };
  assert.equal((await type(newFolder(context), ['strangers'], nobody)).out, 'No strangers.');
});

test('a stranger gets a new name, or is somebody of the household', async (context) => {
  for (const [people, json] of [
    [[], { name: 'Grace' }],
    [[grace], { personId: 'p2' }],
  ] as const) {
    const bodies: unknown[] = [];
    const named = {
      person: grace,
      isNew: people.length === 0,
      visits: 3,
      faces: 1,
      refusals: [{ message: 'cannot use one' }],
    };
    const { code, out, err } = await type(newFolder(context), ['strangers', 'name', 's1', 'Grace'], {
      api: {
        'GET /api/v1/strangers': ok({ strangers: [stranger] }),
        'GET /api/v1/people': ok({ people, total: people.length }),
        'POST /api/v1/strangers/s1/name': (request) => {
          bodies.push(JSON.parse(String(request.body)));
          return { status: 200, body: named };
        },
      },
    });
    assert.deepEqual([code, out, err], [0, 'Grace: 3 past visits, 1 face enrolled (p2)', 'cannot use one']);
    assert.deepEqual(bodies, [json]);
  }
});

test('a stranger who is none, and a name that two bear, are refused', async (context) => {
  const none = {
    'GET /api/v1/strangers': ok({ strangers: [stranger] }),
    'GET /api/v1/people': ok({ people: [], total: 0 }),
  };
  const { code, err } = await type(newFolder(context), ['strangers', 'name', 's9', 'Grace'], { api: none });
  assert.deepEqual([code, err], [1, 'cannot find stranger "s9": see doorward strangers']);
  const two = { ...none, 'GET /api/v1/people': ok({ people: [grace, { ...grace, id: 'p3' }], total: 2 }) };
  const unclear = await type(newFolder(context), ['strangers', 'name', 's1', 'Grace'], { api: two });
  assert.match(unclear.err, /cannot tell which "Grace" is meant/);
});

test('rows show short ids, and the beginning of one is enough where only one stranger has it', async (context) => {
  const folder = newFolder(context);
  const ids = ['aa8764f4-1111-4000-8000-000000000001', 'aa8799f4-1111-4000-8000-000000000002'];
  const posts: string[] = [];
  const api: House['api'] = {
    'GET /api/v1/strangers': ok({ strangers: ids.map((id) => ({ ...stranger, id })) }),
    'GET /api/v1/people': ok({ people: [], total: 0 }),
    [`POST /api/v1/strangers/${ids[1]}/name`]: ({ url }) => {
      posts.push(url);
      return { status: 200, body: { person: grace, visits: 1, faces: 1, refusals: [] } };
    },
  };
  const { out } = await type(folder, ['strangers'], { api });
  assert.deepEqual(out.match(/\S+$/gm), ['aa8764f4', 'aa8799f4']);
  assert.equal((await type(folder, ['strangers', 'name', 'aa879', 'Grace'], { api })).code, 0);
  assert.equal(posts.length, 1);
  const both = await type(folder, ['strangers', 'name', 'aa87', 'Grace'], { api });
  assert.deepEqual([both.code, both.err], [1, 'cannot tell which stranger "aa87" is meant: aa8764f4, aa8799f4']);
  for (const nobody of ['999', 'aa8', 'ffffffff', '*', 'aa8764f4-1111-4000-8000-000000000001x'])
    assert.equal(
      (await type(folder, ['strangers', 'name', nobody, 'Grace'], { api })).err,
      `cannot find stranger ${JSON.stringify(nobody)}: see doorward strangers`,
    );
  assert.equal(posts.length, 1);
});
