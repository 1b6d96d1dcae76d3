import assert from 'node:assert/strict';
import test from 'node:test';
import { nameNotifications, ringNotifications, type NameNews, type PersonSeen } from '../../src/notify/announce.ts';
import { announcementOf } from '../../src/notify/announcement.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

const audience = {
  channels: [
    { name: 'phone', isDisplay: false },
    { name: 'terminal', isDisplay: true },
  ],
  random: new SeededRandom(),
  announcesKnown: false,
};
const ada: PersonSeen = { personId: 'p1', name: 'Ada', standing: 'household', notify: 'default' };
const decided: NameNews = {
  visitId: 'v1', atMs: 5, ringer: 'button', outcome: 'known', person: ada, strangerId: undefined, reason: 'Ada: near',
  watched: [], hasPicture: true,
}; // prettier-ignore

const heardBy = (news: Partial<NameNews>, announcesKnown = false): string[] =>
  nameNotifications({ ...decided, ...news }, { ...audience, announcesKnown }).map(({ channel }) => channel);

test('only certainty silences: whoever is only probably an ignored person may be a stranger', () => {
  const ignored = { ...ada, standing: 'ignored' } as const;
  const hushed = { ...ada, notify: 'never' } as const;
  for (const person of [ignored, hushed]) {
    assert.deepEqual(heardBy({ person }), []);
    assert.deepEqual(heardBy({ person, outcome: 'probably' }), ['phone', 'terminal']);
  }
});

test('whoever was told of a ring is told who it was; of somebody known who only passes, when the owner wants it', () => {
  assert.deepEqual(heardBy({ ringer: 'button' }), ['phone', 'terminal']);
  assert.deepEqual(heardBy({ ringer: 'api' }), ['phone', 'terminal']);
  assert.deepEqual(heardBy({ ringer: 'motion' }), ['terminal']);
  assert.deepEqual(heardBy({ ringer: 'motion' }, true), ['phone', 'terminal']);
  assert.deepEqual(heardBy({ ringer: 'motion', person: { ...ada, notify: 'always' } }), ['phone', 'terminal']);
  assert.deepEqual(heardBy({ ringer: 'motion', outcome: 'stranger', person: undefined }), ['phone', 'terminal']);
});

test('ring and name bear the same visit, so that a channel can put the one into the message of the other', () => {
  const trigger = { id: 't1', visitId: 'v1', source: 'button', press: 'press', atMs: 4 } as const;
  const [ring] = ringNotifications(trigger, audience);
  const [name] = nameNotifications(decided, audience);
  const told = [ring, name].map((notification) => announcementOf(notification?.payload ?? ''));
  assert.deepEqual(told[0], { kind: 'ring', visitId: 'v1', atMs: 4, source: 'button', press: 'press', text: 'Somebody is at the door' }); // prettier-ignore
  assert.deepEqual(told[1], {
    kind: 'name', visitId: 'v1', atMs: 5, source: 'button', text: 'Ada is at the door', outcome: 'known', personId: 'p1',
    name: 'Ada', reason: 'Ada: near', hasPicture: true,
  }); // prettier-ignore
});

test('a row that no release has written is not taken for news', () => {
  for (const payload of ['', '[]', '{"kind":"name"}', '{"kind":"rung","atMs":1,"text":"x"}'])
    assert.equal(announcementOf(payload), undefined, payload);
  assert.ok(announcementOf('{"kind":"name","visitId":"v","atMs":1,"text":"Ada is at the door"}') !== undefined);
});
