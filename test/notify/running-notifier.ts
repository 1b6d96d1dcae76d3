import type { NewNotification } from '../../src/store/records.ts';
import { Notifier, type NotifierParts } from '../../src/notify/notify.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { RecordingChannel } from '../visit/visit-world.ts';

interface Running {
  readonly clock: SteppedClock;
  readonly events: RecordingEvents;
  readonly store: PlainStore;
  readonly phone: RecordingChannel;
  readonly other: RecordingChannel;
  /** Puts notifications into the outbox, and lets what follows at once happen. */
  readonly put: (...notifications: NewNotification[]) => Promise<void>;
  readonly statuses: () => string[];
  readonly stop: () => Promise<void>;
}

/** A notifier over real SQL, with two channels that keep what they are told. */
export function startNotifier(settings: Partial<NotifierParts['settings']> = {}): Running {
  const clock = new SteppedClock({ wallStartMs: Date.UTC(2026, 0, 1, 12) });
  const events = new RecordingEvents();
  const store = new PlainStore();
  const phone = new RecordingChannel('phone', clock);
  const other = new RecordingChannel('other', clock);
  const all = { ratePerMinute: 10, quietHours: '', known: false, attemptsMax: 3, ...settings };
  const notifier = new Notifier({
    store, clock, events, random: new SeededRandom(), log: new RecordingLog(), channels: [phone, other], settings: all, timeZone: 'UTC',
    address: () => 'http://door',
    pictureOf: async (visitId) => Buffer.from(`picture of ${visitId}`),
  }); // prettier-ignore
  const ending = new AbortController();
  const running = notifier.run(ending.signal);
  const put = async (...notifications: NewNotification[]): Promise<void> => {
    await store.write('addNotifications', { notifications });
    notifier.wake();
    await clock.advance(1);
  };
  const statuses = (): string[] => statusesOf(store);
  const stop = async (): Promise<void> => {
    ending.abort();
    await clock.advance(20_000);
    await running;
    await store.close();
  };
  return { clock, events, store, phone, other, put, statuses, stop };
}

/** All notifications of these tests belong to one visit, so that they can be read back. */
function statusesOf(store: PlainStore): string[] {
  return store.read
    .notificationsOf('visit')
    .map(({ status, lastError }) => (lastError === undefined ? status : `${status}: ${lastError}`));
}

export async function openVisit(store: PlainStore): Promise<void> {
  const trigger = { id: 'trigger', visitId: 'visit', source: 'api', press: undefined, atMs: 0 } as const;
  await store.write('openVisit', { visit: { id: 'visit', source: 'api', startedMs: 0 }, trigger, notifications: [] });
}

type Facts = Partial<Pick<NewNotification, 'kind'>> & { source?: string; hasPicture?: boolean };

export const notification = (number: number, more: Partial<NewNotification> = {}, facts: Facts = {}): NewNotification => ({
  id: `n${number}`, visitId: 'visit', kind: facts.kind ?? 'ring', channel: 'phone', priority: 'normal',
  idempotencyKey: `key-${number}`, dueMs: 0, createdMs: number,
  payload: JSON.stringify({ kind: 'ring', atMs: 0, text: `text ${number}`, visitId: 'visit', source: 'button', ...facts }),
  ...more,
}); // prettier-ignore
