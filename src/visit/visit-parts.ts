import type { Gallery } from '../people/gallery.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { NewNotification } from '../store/records.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Events } from '../system/event.ts';
import type { Home } from '../system/home.ts';
import type { Inference, Pictures } from '../system/inference.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
import type { Audience } from '../notify/announce.ts';
import type { Ledger } from './ledger.ts';
import type { FeedOfFrames } from './visit-frames.ts';

/** Everything the path of a visit needs. */
export interface VisitParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly log: Log;
  readonly disk: Disk;
  readonly home: Home;
  readonly ledger: Ledger;
  readonly feed: FeedOfFrames;
  readonly inference: Inference;
  readonly pictures: Pictures;
  readonly gallery: Pick<Gallery, 'match' | 'nearestStranger' | 'add'>;
  readonly outbox: Outbox;
  readonly audiences: readonly Audience[];
  readonly settings: Pick<Settings, 'recognition'> & {
    readonly camera: Pick<Settings['camera'], 'burstFrames'>;
    readonly notify: Pick<Settings['notify'], 'known'>;
  };
}

/** Who delivers what the database holds, and what it could not take. */
interface Outbox {
  /** The database has something new to deliver. */
  wake(): void;
  /** The database did not take these: deliver them from memory, and not again when it does. */
  tell(notifications: readonly NewNotification[]): void;
}
