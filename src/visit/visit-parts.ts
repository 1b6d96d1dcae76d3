import type { Gallery } from '../people/gallery.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Notifier } from '../notify/notify.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Events } from '../system/event.ts';
import type { Home } from '../system/home.ts';
import type { Inference, Pictures } from '../system/inference.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
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
  /** Says what a ring and a name tell, and delivers it when it is stored. */
  readonly notifier: Pick<Notifier, 'ofRing' | 'ofName' | 'send'>;
  readonly settings: Pick<Settings, 'recognition'> & {
    readonly camera: Pick<Settings['camera'], 'burstFrames'>;
    readonly household?: Pick<Settings['household'], 'timeZone'>;
  };
}
