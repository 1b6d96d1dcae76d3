import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { nameNotifications, ringNotifications, type NameNews } from '../../src/notify/announce.ts';
import { lacksInOutbox } from '../../src/notify/told-visit.ts';
import type { Person, Trigger } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { decided, person, storeInMemory, trigger } from '../store/samples.ts';

const audience = {
  channels: [
    { name: 'webhook', isDisplay: false },
    { name: 'terminal', isDisplay: true },
  ],
  random: new SeededRandom(),
  announcesKnown: false,
};
const notifier = {
  ofRing: (rung: Trigger) => ringNotifications(rung, audience),
  ofName: (news: NameNews) => nameNotifications(news, audience),
};

interface Told {
  readonly store: Store;
  readonly lacks: (rules?: { readonly ratePerMinute?: number; readonly quietHours?: string }) => string;
}

/** Ada has rung; of what is to be told, the test lets pass what it wants. */
async function visited(
  t: TestContext,
  {
    passes = () => true,
    ada = {},
  }: { readonly passes?: (what: string) => boolean; readonly ada?: Partial<Person> } = {},
): Promise<Told> {
  const store = storeInMemory(t);
  const whose = person('ada', ada);
  await store.write('addPerson', whose);
  const rung = trigger('v1');
  const isIn = ({ kind, channel }: { readonly kind: string; readonly channel: string }): boolean =>
    passes(`${kind} ${channel}`);
  const visit = { id: 'v1', source: 'button', startedMs: 5000 } as const;
  await store.write('openVisit', { visit, trigger: rung, notifications: notifier.ofRing(rung).filter(isIn) });
  const { name, standing, notify } = whose;
  const seen = { personId: 'ada', name, standing, notify };
  const notifications = nameNotifications(
    { visitId: 'v1', atMs: 6000, ringer: 'button', outcome: 'known', person: seen, strangerId: undefined, reason: '', watched: standing === 'watched' ? [seen] : [], hasPicture: true },
    audience,
  ).filter(isIn); // prettier-ignore
  await store.write('decideVisit', decided('v1', { outcome: 'known', personId: 'ada', notifications }));
  const rules = { ratePerMinute: 10, quietHours: '', timeZone: 'UTC' };
  return {
    store,
    lacks: (more = {}) => {
      const found = store.read.visit('v1');
      assert(found !== undefined);
      return lacksInOutbox({ reads: store.read, notifier, rules: { ...rules, ...more } }, found);
    },
  };
}

test('each channel that people have named is told of the ring and of the name; what a display shows is nobody’s', async (t) => {
  assert.equal((await visited(t)).lacks(), '');
  assert.equal((await visited(t, { passes: (what) => !what.endsWith('terminal') })).lacks(), '');
  assert.equal((await visited(t, { passes: (what) => what !== 'ring webhook' })).lacks(), '0 of 1 by webhook (ring)');
  assert.equal((await visited(t, { passes: (what) => what !== 'name webhook' })).lacks(), '0 of 1 by webhook (name)');
});

test('what the rules of the household do not demand is not missed, and an alarm is a name', async (t) => {
  const noName = (what: string): boolean => !what.startsWith('name');
  assert.equal((await visited(t, { passes: noName, ada: { notify: 'never' } })).lacks(), '');
  assert.equal((await visited(t, { passes: noName, ada: { standing: 'ignored' } })).lacks(), '');
  const { store, lacks } = await visited(t);
  await store.write('setPersonRules', { personId: 'ada', standing: 'watched', notify: 'default' });
  assert.equal(lacks(), '');
});

test('a press that joins is told too, one that becomes a hold is not', async (t) => {
  const { store, lacks } = await visited(t);
  await store.write('addTrigger', { trigger: trigger('v1', { id: 'held', press: 'hold' }), notifications: [] });
  assert.equal(lacks(), '');
  await store.write('addTrigger', { trigger: trigger('v1', { id: 'joined' }), notifications: [] });
  assert.equal(lacks(), '1 of 2 by webhook (ring)');
});

test('what is suppressed is told to nobody, unless a rule of the household does it', async (t) => {
  const { store, lacks } = await visited(t);
  for (const { id } of store.read.notificationsOf('v1'))
    await store.write('notificationSuppressed', { id, reason: 'late' });
  assert.equal(lacks(), '0 of 1 by webhook (ring), 0 of 1 by webhook (name)');
  assert.equal(lacks({ quietHours: '23:00-07:00' }), '', 'it is the night of 1970');
  assert.equal(lacks({ ratePerMinute: 1 }), '', 'somebody has rung as often as is told in a minute');
});
