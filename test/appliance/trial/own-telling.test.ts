import assert from 'node:assert/strict';
import test from 'node:test';
import { OwnTelling } from '../../../src/appliance/trial/own-telling.ts';
import { nameNotifications, ringNotifications, type Audience } from '../../../src/notify/announce.ts';
import type { Trigger, Visit } from '../../../src/store/records.ts';
import { trigger } from '../../store/samples.ts';

const hourMs = 3_600_000;

function tellingOf(standing: 'resident' | 'ignored' | 'watched', wallMs = 12 * hourMs): OwnTelling {
  const channels = ['log', 'webhook'].map((name) => ({ name, isDisplay: name === 'log' }));
  const audience: Audience = { channels, random: { id: () => 'id', fraction: () => 0, bytes: () => Buffer.alloc(0) } as never, announcesKnown: false }; // prettier-ignore
  return new OwnTelling({
    notifier: {
      ofRing: (one) => ringNotifications(one, audience),
      ofName: (news) => nameNotifications(news, audience),
    },
    store: { read: { person: (id) => ({ id, name: 'Ada', standing, notify: 'default', createdMs: 0 }) as never } },
    clock: { wallMs: () => wallMs },
    settings: { quietHours: '22:00-07:00' },
    timeZone: 'UTC',
  });
}
const visit = (outcome: Visit['outcome']): Visit => ({ id: 'v', outcome, personId: 'ada', startedMs: 1 }) as Visit;
const presses: readonly Trigger[] = [trigger('v', { id: 'one' }), trigger('v', { id: 'two' })];

test('each channel wants every press and the name; an ignored person, and a visit without a face, have none', () => {
  assert.equal(tellingOf('resident').countOf(visit(undefined), presses), 4);
  assert.equal(tellingOf('resident').countOf(visit('known'), presses), 6);
  assert.equal(tellingOf('watched').countOf(visit('known'), presses), 6, 'once, as an alarm');
  assert.equal(tellingOf('ignored').countOf(visit('known'), presses), 4);
  assert.equal(tellingOf('resident').countOf(visit('no-face'), presses), 4);
});

test('in quiet hours, and a moment before and after, silence is what the household wants', () => {
  const isQuietAt = (hour: number): boolean => tellingOf('resident', hour * hourMs).isQuiet;
  assert.deepEqual([12, 21.9, 21.99, 23, 7.01, 7.1].map(isQuietAt), [false, false, true, true, true, false]);
});
