import assert from 'node:assert/strict';
import test from 'node:test';
import { newFolder, no, ok, type } from './typed.ts';

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
    'GET /api/v1/people': ok({ people: [], total: 0 }),
    'POST /api/v1/strangers/s9/name': no(404, 'cannot name stranger s9: there is none'),
  };
  const { code, err } = await type(newFolder(context), ['strangers', 'name', 's9', 'Grace'], { api: none });
  assert.deepEqual([code, err], [1, 'cannot name stranger s9: there is none']);
  const two = { 'GET /api/v1/people': ok({ people: [grace, { ...grace, id: 'p3' }], total: 2 }) };
  const unclear = await type(newFolder(context), ['strangers', 'name', 's1', 'Grace'], { api: two });
  assert.match(unclear.err, /cannot tell which "Grace" is meant/);
});
