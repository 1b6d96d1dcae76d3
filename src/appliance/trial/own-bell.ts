import type { Clock } from '../../system/clock.ts';
import type { Disk } from '../../system/disk.ts';
import type { Log } from '../../system/log.ts';
import type { Random } from '../../system/random.ts';
import type { NewNotification } from '../../store/records.ts';
import { Bell } from '../../visit/bell.ts';
import type { Rooms } from '../rooms.ts';

/** Where the outbox delivers what own presses tell: the incumbent alone reads there. */
export const ownChannel = 'incumbent';

const deliverMsMax = 5000;

export interface OwnBellParts {
  readonly rooms: Pick<Rooms, 'ground' | 'home' | 'house' | 'senses'>;
  readonly machine: { readonly clock: Clock; readonly disk: Disk; readonly random: Random };
  /** Tells the incumbent what has arrived in its channel. */
  readonly tellArrival: (key: string) => void;
}

/**
 * The bell that an incumbent's own presses ring: the same path, ledger, camera, nets and outbox as everybody's. No event,
 * no gallery and no channel of the household hears of it, and no visitor's press joins it.
 */
export function ownBellOf({ rooms, machine, tellArrival }: OwnBellParts): Bell {
  const { ground, home, house, senses } = rooms;
  const { inference, pictures } = senses.recognition;
  const { feed, gallery, ledger, notifier } = house;
  notifier.serveApart({
    name: ownChannel,
    isDisplay: true,
    deliverMsMax,
    async deliver({ key }) {
      tellArrival(key);
      return { outcome: 'delivered' };
    },
  });
  return new Bell({
    ...machine, home, ledger, feed, inference, pictures,
    settings: ground.loaded.settings,
    log: troubleOnly(ground.log.named('visit')),
    events: { emit: () => {} },
    gallery: {
      match: (vector) => gallery.match(vector),
      nearestStranger: (vector) => gallery.nearestStranger(vector),
      add: () => {},
    },
    notifier: {
      ofRing: (trigger) => apart(notifier.ofRing(trigger)),
      ofName: (news) => apart(notifier.ofName(news)),
      send: (notifications, where) => notifier.send(notifications, where),
    },
    reads: { unfinishedVisits: () => [], triggersOf: (visitId) => ground.store.read.triggersOf(visitId) },
  }); // prettier-ignore
}

/** What the household would be told, each channel of it, told to the incumbent alone. */
function apart(notifications: readonly NewNotification[]): readonly NewNotification[] {
  return notifications.map((notification) => ({ ...notification, channel: ownChannel }));
}

/** Nobody is at the door: the log says nothing of it. */
function troubleOnly(log: Log): Log {
  return {
    debug: () => {},
    info: () => {},
    warn: (message, context) => log.warn(message, context),
    error: (message, context) => log.error(message, context),
    named: (logger) => troubleOnly(log.named(logger)),
  };
}
