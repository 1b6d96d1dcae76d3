import assert from 'node:assert/strict';
import test from 'node:test';
import { refusal } from '../../src/people/acts.ts';
import { pictureLimits } from '../../src/system/inference.ts';
import { formOf, jpeg, openHouse } from './house.ts';
import { faceOf, personOf } from './neighbours.ts';

test('the household over HTTP', async (t) => {
  const { house, site } = await openHouse(t);
  const { neighbours } = house;
  const lastAct = () => neighbours.acts.at(-1);
  const post = (url: string, payload?: object) =>
    site.inject({ method: 'POST', url, ...(payload === undefined ? {} : { payload }) });
  const upload = (url: string, fields: Record<string, string | Uint8Array>) =>
    site.inject({ method: 'POST', url, ...formOf(fields) });

  await t.test('people are listed by name with a face, in pages, and found by a part of the name', async () => {
    const all = (await site.inject('/api/v1/people')).json();
    assert.equal(all.total, 2);
    const [ada, grace] = all.people;
    assert.deepEqual([ada.name, ada.referenceFaces, ada.picture], ['Ada', 1, '/api/v1/faces/face-1.jpg']);
    assert.deepEqual([grace.standing, grace.referenceFaces, grace.picture], ['watched', 0, null]);
    const second = (await site.inject('/api/v1/people?limit=1&offset=1')).json();
    assert.deepEqual([second.people.length, second.people[0].name, second.total], [1, 'Grace', 2]);
    assert.equal((await site.inject('/api/v1/people?search=GRA')).json().people[0].name, 'Grace');
    assert.equal((await site.inject('/api/v1/people?limit=9999')).statusCode, 400);
  });

  await t.test('a person is found by their name however it is typed, in the search and as a whole', async () => {
    const before = neighbours.folk;
    const names = ['José', 'İpek', 'Straße', 'نور'];
    neighbours.folk = names.map((name) => personOf(name, name));
    for (const [typed, name] of [
      ['jose\u0301', 'José'],
      ['JOSE\u0301', 'José'],
      ['ipek', 'İpek'],
      ['IPEK', 'İpek'],
      ['STRASSE', 'Straße'],
      ['strasse', 'Straße'],
      ['Stra\u200eße', 'Straße'],
      ['ن\u061cور', 'نور'],
      ['\u200f نور ', 'نور'],
    ] as const) {
      for (const query of ['name', 'search']) {
        const answer = await site.inject(`/api/v1/people?${query}=${encodeURIComponent(typed)}`);
        assert.deepEqual(
          answer.json().people.map((one: { name: string }) => one.name),
          [name],
          `${query} ${JSON.stringify(typed)}`,
        );
      }
    }
    assert.deepEqual((await site.inject('/api/v1/people?name=Jos')).json().people, [], 'a part is not the whole');
    neighbours.folk = before;
  });

  await t.test('one person has their faces, and a face its picture', async () => {
    const ada = (await site.inject('/api/v1/people/ada')).json();
    assert.deepEqual([ada.faces[0].kind, ada.faces[0].quality.widthPx, ada.faces[0].visitId], ['reference', 90, null]);
    assert.deepEqual((await site.inject('/api/v1/faces/face-1.jpg')).rawPayload, jpeg);
    assert.equal((await site.inject('/api/v1/faces/face-7.jpg')).statusCode, 404);
    assert.equal((await site.inject('/api/v1/people/nobody')).statusCode, 404);
  });

  await t.test('somebody is enrolled by a picture; any script is a name', async () => {
    const name = 'نور "الدين" 雪 <b>';
    const answer = await upload('/api/v1/people', { name, picture: jpeg });
    assert.equal(answer.statusCode, 201);
    assert.equal(answer.json().person.name, name);
    assert.equal(answer.headers.location, `/api/v1/people/${answer.json().person.id}`);
    const told = lastAct()?.request as { from: { files: { label: string; bytes: Uint8Array }[] } };
    const { from, ...request } = told;
    assert.deepEqual(request, { who: { name }, actor: 'api', isSomebodyElse: false });
    assert.deepEqual(
      from.files.map(({ label, bytes }) => [label, Buffer.from(bytes)]),
      [['the picture', jpeg]],
    );
  });

  await t.test('somebody is enrolled from the camera, whose frames are given back', async () => {
    house.show();
    house.show();
    const answer = await post('/api/v1/people', { name: 'Joan', fromCamera: true });
    assert.equal(answer.statusCode, 201);
    const request = lastAct()?.request as { from: { kind: string; frames: unknown[] } };
    assert.deepEqual([request.from.kind, request.from.frames.length], ['camera', 2]);
    for (let frame = 0; frame < 3; frame += 1) house.show();
    assert.equal(house.camera.framesHeld, 3, 'only the new frames of the ring buffer are held');
  });

  await t.test('a face is added by a form, by the bare picture, or from the camera', async () => {
    const form = await upload('/api/v1/people/ada/faces', { isSomebodyElse: 'true', picture: jpeg });
    assert.equal(form.statusCode, 201);
    assert.match(JSON.stringify(lastAct()?.request), /"isSomebodyElse":true/);
    const headers = { 'content-type': 'image/jpeg' };
    const bare = await site.inject({ method: 'POST', url: '/api/v1/people/ada/faces', payload: jpeg, headers });
    assert.equal(bare.statusCode, 201);
    assert.equal((await post('/api/v1/people/ada/faces', { fromCamera: true })).statusCode, 201);
  });

  await t.test('enrolment is refused with the reason in words', async () => {
    const before = neighbours.acts.length;
    neighbours.refuseNext = refusal('several-faces', 'cannot tell whom this picture is about: it shows 3 faces');
    const refused = await upload('/api/v1/people', { name: 'Ada', picture: jpeg });
    assert.equal(refused.statusCode, 422);
    assert.deepEqual(
      [refused.json().code, refused.json().message],
      ['several-faces', 'cannot tell whom this picture is about: it shows 3 faces'],
    );
    neighbours.refuseNext = refusal('no-such-person', 'cannot find this person');
    assert.equal((await upload('/api/v1/people/nobody/faces', { picture: jpeg })).statusCode, 404);
    neighbours.refuseNext = refusal('busy', 'cannot do this now: too much is waiting');
    assert.equal((await post('/api/v1/people', { name: 'Joan', fromCamera: true })).statusCode, 409);
    assert.equal(neighbours.acts.length, before + 3);
  });

  await t.test('a request that makes no sense never reaches the household', async () => {
    const before = neighbours.acts.length;
    const refuses = async (
      fields: Record<string, string | Uint8Array>,
      status: number,
      code: string,
    ): Promise<void> => {
      const answer = await upload('/api/v1/people', fields);
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code]);
    };
    await refuses({ picture: jpeg }, 400, 'invalid-name');
    await refuses({ name: '', picture: jpeg }, 400, 'invalid-name');
    await refuses({ name: 'x'.repeat(2001), picture: jpeg }, 400, 'invalid-name');
    await refuses({ name: 'Ada' }, 400, 'no-picture');
    await refuses({ name: 'Ada', colour: 'red', picture: jpeg }, 400, 'invalid-request');
    await refuses({ name: 'Ada', portrait: jpeg }, 400, 'invalid-request');
    await refuses({ name: 'y'.repeat(10_000), picture: jpeg }, 400, 'invalid-name');
    await refuses({ name: 'Ada', picture: Buffer.alloc(pictureLimits.fileBytesMax + 1, 1) }, 413, 'too-large');
    assert.equal((await post('/api/v1/people', { name: 'Joan', fromCamera: true, colour: 1 })).statusCode, 400);
    assert.equal((await post('/api/v1/people', { name: 'Joan' })).statusCode, 400);
    const text = {
      method: 'POST',
      url: '/api/v1/people',
      payload: 'Ada',
      headers: { 'content-type': 'text/plain' },
    } as const;
    assert.equal((await site.inject(text)).statusCode, 415);
    assert.equal(neighbours.acts.length, before);
  });

  await t.test('a person is renamed and given rules; other fields are refused', async () => {
    const patch = (payload: object) => site.inject({ method: 'PATCH', url: '/api/v1/people/ada', payload });
    const renamed = await patch({ name: 'Ada King', standing: 'ignored' });
    assert.equal(renamed.statusCode, 200);
    assert.deepEqual(
      [renamed.json().name, renamed.json().standing, renamed.json().notify],
      ['Ada King', 'ignored', 'default'],
    );
    assert.equal((await patch({ notify: 'always' })).json().standing, 'ignored', 'what was not named stays');
    assert.equal((await patch({ name: 'Ada', age: 36 })).statusCode, 400);
    assert.equal((await patch({ standing: 'friend' })).statusCode, 400);
    assert.equal((await patch({})).statusCode, 400);
    neighbours.refuseNext = refusal('name-taken', 'cannot use this name: Grace has it');
    assert.equal((await patch({ name: 'Grace' })).statusCode, 422);
    const nobody = await site.inject({ method: 'PATCH', url: '/api/v1/people/nobody', payload: { name: 'x' } });
    assert.equal(nobody.statusCode, 404);
  });

  await t.test('two become one and two again', async () => {
    neighbours.folk.push(personOf('lovelace', 'Lovelace'));
    const merged = await post('/api/v1/people/lovelace/merge', { into: 'ada' });
    assert.equal(merged.json().mergedInto, 'ada');
    assert.equal((await post('/api/v1/people/lovelace/unmerge')).json().mergedInto, null);
    neighbours.refuseNext = refusal('same-person', 'cannot merge a person into itself');
    assert.equal((await post('/api/v1/people/ada/merge', { into: 'ada' })).statusCode, 422);
    assert.equal((await post('/api/v1/people/ada/merge', {})).statusCode, 400);
  });

  await t.test('a face is removed, but only by the person it belongs to', async () => {
    neighbours.faces.push(faceOf('face-grace', 'grace'));
    const remove = (url: string) => site.inject({ method: 'DELETE', url });
    assert.equal((await remove('/api/v1/people/ada/faces/face-grace')).statusCode, 404);
    assert.equal((await remove('/api/v1/people/grace/faces/face-grace')).statusCode, 204);
    assert.equal(neighbours.face('face-grace'), undefined);
  });

  await t.test('deleting a person answers with the certificate', async () => {
    const removed = await site.inject({ method: 'DELETE', url: '/api/v1/people/ada' });
    assert.equal(removed.statusCode, 200);
    assert.deepEqual([removed.json().personId, removed.json().pictures, removed.json().sha256.length], ['ada', 3, 64]);
    assert.equal((await site.inject('/api/v1/people/ada')).statusCode, 404);
  });

  await t.test('strangers without a name are listed and named', async () => {
    neighbours.unnamed.push({
      ...neighbours.unnamed[0],
      id: 'stranger-2',
      personId: 'ada',
    } as (typeof neighbours.unnamed)[0]);
    const { strangers } = (await site.inject('/api/v1/strangers')).json();
    assert.deepEqual(
      strangers.map(({ id }: { id: string }) => id),
      ['stranger-1'],
      'the named one is no stranger',
    );
    assert.equal(strangers[0].thumbnail, '/api/v1/strangers/stranger-1/thumbnail.jpg');
    const named = await post('/api/v1/strangers/stranger-1/name', { name: 'The postwoman' });
    assert.deepEqual([named.json().person.name, named.json().isNew, named.json().visits], ['The postwoman', true, 3]);
    neighbours.refuseNext = refusal('stranger-named', 'cannot name this stranger: it is Ada');
    assert.equal((await post('/api/v1/strangers/stranger-1/name', { personId: 'ada' })).statusCode, 422);
    assert.equal((await post('/api/v1/strangers/stranger-1/name', { name: '' })).statusCode, 400);
  });
});
