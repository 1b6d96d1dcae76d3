import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { nameKey } from '../../src/people/name.ts';
import type { NetworkRequest } from '../../src/system/network.ts';
import { newFolder, no, ok, type, type House } from './typed.ts';

function person(id: string, name: string) {
  return { id, name, standing: 'household', notify: 'default', createdMs: 1, mergedInto: null, referenceFaces: 2 };
}
const visit = {
  id: 'v1', phase: 'decided', source: 'button', startedMs: 1, outcome: 'stranger', personName: null, reason: null,
}; // prettier-ignore
const ada = person('person-1', 'Ada');
const alan = person('person-2', 'Alan');

/** A house with these people, whose API finds them as the real one does. */
function household(people: ReturnType<typeof person>[], more: House['api'] = {}): House {
  return {
    api: {
      'GET /api/v1/people': ({ url }) => {
        const wanted = new URL(url).searchParams.get('name');
        const found = people.filter(({ name }) => wanted === null || nameKey(name) === nameKey(wanted));
        return { status: 200, body: { people: found, total: found.length } };
      },
      ...Object.fromEntries(people.map((one) => [`GET /api/v1/people/${one.id}`, ok({ ...one, faces: [] })])),
      ...more,
    },
  };
}

const enrolled = (name: string, isNew: boolean) =>
  ok({ person: person('person-9', name), isNew, faces: [{ faceId: 'f', label: 'the picture' }], refusals: [] });

test('the household is listed with its columns below each other, wide and hostile names too', async (context) => {
  const house = household([ada, person('person-3', '山田太郎'), person('person-4', 'Eve\u001b[2J\u202e')]);
  const { code, out } = await type(newFolder(context), ['people', 'list'], house);
  assert.equal(code, 0);
  assert.equal(
    out,
    'Ada                   household  2 faces  person-1\n' +
      '山田太郎              household  2 faces  person-3\n' +
      'Eve\\u{1b}[2J\\u{202e}  household  2 faces  person-4',
  );
});

test('an empty household says how to begin', async (context) => {
  const { out } = await type(newFolder(context), ['people', 'list'], household([]));
  assert.equal(out, 'Nobody is enrolled: doorward people add NAME PICTURE…');
});

test('JSON is for programs', async (context) => {
  const { out } = await type(newFolder(context), ['people', 'list', '--json'], household([ada]));
  assert.deepEqual(JSON.parse(out), [ada]);
});

test('a name is asked for as it was typed: what counts as the same the household knows', async (context) => {
  const house = household([person('person-1', 'José'), person('person-2', 'İpek')]);
  for (const [typed, name] of [
    ['Jose\u0301', 'José'],
    ['ipek', 'İpek'],
    ['Jo\u200esé', 'José'],
  ] as const) {
    const { code, out } = await type(newFolder(context), ['people', 'show', typed], house);
    assert.match(out, new RegExp(`^${name}`));
    assert.equal(code, 0);
  }
});

test('a person is found by id, or by a name whatever its case', async (context) => {
  const folder = newFolder(context);
  const house = household([ada, alan], { 'PATCH /api/v1/people/person-1': ok({ ...ada, name: 'Ada Lovelace' }) });
  for (const who of ['Ada', ' ada', 'person-1']) {
    const { code, out } = await type(folder, ['people', 'rename', who, 'Ada Lovelace'], house);
    assert.equal(out, 'Ada is now Ada Lovelace');
    assert.equal(code, 0);
  }
});

test('a person is found by the beginning of an id, when it is no name and only one begins so', async (context) => {
  const folder = newFolder(context);
  const long = [
    person('ada4f3c1-0000-4000-8000-000000000001', 'Grace'),
    person('ada4f3c1-0000-4000-8000-000000000002', 'Edsger'),
    person('1b2c3d4e-0000-4000-8000-000000000003', 'Barbara'),
  ];
  const house = household(long, { 'DELETE /api/v1/people/1b2c3d4e-0000-4000-8000-000000000003': no(500, 'never') });
  const { out } = await type(folder, ['people', 'list'], house);
  assert.match(out, /Grace .* ada4f3c1-0000-4000-8000-000000000001\nEdsger .*02\nBarbara .*03$/, 'as long as it takes');
  const show = async (text: string) => {
    const { code, out: told, err } = await type(folder, ['people', 'show', text], house);
    return [code, told.split('\n')[0] ?? '', err];
  };
  assert.deepEqual(await show('1b2c'), [0, 'Barbara (1b2c3d4e-0000-4000-8000-000000000003)', '']);
  assert.match(String(await show('ada4f3c1')), /^1,,cannot tell which person "ada4f3c1" is meant: ada4f3c1-0000/);
  for (const name of ['ada', 'Adaa', '1b2', 'ada4f3c1-1'])
    assert.match(String(await show(name)), /^1,,cannot find ".*" in the household/, `${name} is nobody`);
});

test('a name that two bear is not guessed', async (context) => {
  const house = household([ada, person('person-5', 'ADA')]);
  const { code, err } = await type(newFolder(context), ['people', 'remove', 'Ada', '--yes'], house);
  assert.equal(code, 1);
  assert.match(err, /cannot tell which "Ada" is meant: use one of the ids person-1, person-5/);
});

test('a part of a name is no name, and the near one is proposed', async (context) => {
  const house = household([ada, alan], { 'GET /api/v1/people/Alam': no(404, 'cannot find this person') });
  const { code, err } = await type(newFolder(context), ['people', 'show', 'Alam'], house);
  assert.equal(code, 1);
  assert.equal(err, 'cannot find "Alam" in the household; did you mean Alan?');
});

test('pictures make a person, the first that is taken; refused ones are named with the reason', async (context) => {
  const folder = newFolder(context);
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) writeFileSync(join(folder, name), name);
  let pictures = 0;
  const forms: string[] = [];
  const house = household([], {
    'POST /api/v1/people': (request) => {
      pictures += 1;
      forms.push(Buffer.from(request.body ?? '').toString());
      return pictures === 1 ? no(422, 'cannot use the picture: two faces')() : enrolled('Ada', true)();
    },
    'POST /api/v1/people/person-9/faces': enrolled('Ada', false),
  });
  const { code, out, err, calls, progress } = await type(
    folder,
    ['people', 'add', 'Ada', 'a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'],
    house,
  );
  assert.equal(out, 'Ada: 2 faces enrolled (person-9)');
  assert.match(err, /a\.jpg: cannot use the picture: two faces\nd\.jpg: cannot read .*d\.jpg: there is no such file/);
  assert.equal(code, 1, 'somebody has to look at the refused ones');
  assert.deepEqual(calls.slice(1), [
    'POST /api/v1/people',
    'POST /api/v1/people',
    'POST /api/v1/people/person-9/faces',
  ]);
  assert.deepEqual(progress, ['1/4 a.jpg', '2/4 b.jpg', '3/4 c.jpg', '4/4 d.jpg']);
  assert.equal(
    forms[1],
    '--boundary\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n' +
      '--boundary\r\nContent-Disposition: form-data; name="picture"; filename="picture"\r\n' +
      'Content-Type: application/octet-stream\r\n\r\nb.jpg\r\n--boundary--\r\n',
  );
});

test('somebody who is enrolled gets another face; camera and visit do as well', async (context) => {
  const folder = newFolder(context);
  const bodies: unknown[] = [];
  const noting = (answer: () => { status: number; body: unknown }) => (request: NetworkRequest) => {
    bodies.push(JSON.parse(String(request.body)));
    return answer();
  };
  const house = household([ada], {
    'POST /api/v1/people/person-1/faces': noting(enrolled('Ada', false)),
    'POST /api/v1/people': noting(enrolled('Grace', true)),
    'GET /api/v1/visits': ok({ visits: [visit] }),
    'POST /api/v1/visits/v1/enrol': noting(enrolled('Ada', false)),
  });
  assert.equal((await type(folder, ['people', 'add', 'ada', '--camera'], house)).code, 0);
  assert.equal((await type(folder, ['people', 'add', 'Grace', '--camera', '--somebody-else'], house)).code, 0);
  assert.equal((await type(folder, ['people', 'add', 'Ada', '--visit', 'v1'], house)).code, 0);
  assert.equal((await type(folder, ['people', 'add', 'Grace', '--visit', 'v1'], house)).code, 0);
  assert.deepEqual(bodies, [
    { fromCamera: true, isSomebodyElse: false },
    { fromCamera: true, isSomebodyElse: true, name: 'Grace' },
    { personId: 'person-1' },
    { name: 'Grace' },
  ]);
});

test('merge, unmerge, watch, ignore, welcome and notify ask for what they say', async (context) => {
  const folder = newFolder(context);
  const bodies: unknown[] = [];
  const answering = (name: string) => (request: NetworkRequest) => {
    bodies.push(request.body === undefined ? undefined : JSON.parse(String(request.body)));
    const change = request.method === 'PATCH' ? (JSON.parse(String(request.body)) as object) : {};
    return { status: 200, body: { ...person('person-1', name), ...change } };
  };
  const house = household([ada, alan], {
    'POST /api/v1/people/person-1/merge': answering('Ada'),
    'POST /api/v1/people/person-1/unmerge': answering('Ada'),
    'PATCH /api/v1/people/person-1': answering('Ada'),
  });
  const lines: string[] = [];
  for (const words of [
    ['merge', 'Ada', 'Alan'],
    ['unmerge', 'Ada'],
    ['watch', 'Ada'],
    ['ignore', 'Ada'],
    ['welcome', 'Ada'],
    ['notify', 'Ada', 'always'],
  ]) {
    lines.push((await type(folder, ['people', ...words], house)).out);
  }
  assert.deepEqual(lines, [
    'Ada now counts as Alan', 'Ada stands alone again', 'Ada: watched', 'Ada: ignored', 'Ada: household', 'Ada: notify always',
  ]); // prettier-ignore
  assert.deepEqual(bodies, [
    { into: 'person-2' }, undefined, { standing: 'watched' }, { standing: 'ignored' }, { standing: 'household' }, { notify: 'always' },
  ]); // prettier-ignore
});

test('removing prints the certificate', async (context) => {
  const certificate = { people: 1, faces: 2, embeddings: 2, visits: 1, pictures: 4, sha256: 'abc' };
  const house = household([ada], { 'DELETE /api/v1/people/person-1': ok(certificate) });
  const { code, out } = await type(newFolder(context), ['people', 'remove', 'Ada', '--yes'], house);
  assert.equal(code, 0);
  assert.equal(out, 'Ada is forgotten: 2 faces, 2 vectors, 1 visit, 4 pictures\ncertificate abc');
});
