import type { Gallery } from './gallery.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Store } from '../store/store.ts';
import type { Chronicle } from '../system/audit.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Events } from '../system/event.ts';
import type { Home } from '../system/home.ts';
import type { Inference, Pictures } from '../system/inference.ts';
import type { Log } from '../system/log.ts';
import type { PictureMemory } from '../system/pixels.ts';
import type { Random } from '../system/random.ts';

/** What the household is made of. */
export interface HouseholdParts {
  readonly store: Store;
  readonly gallery: Gallery;
  readonly inference: Inference;
  readonly pictures: Pictures;
  /** For the picture that is learnt from. Absent where there is none but this one. */
  readonly pictureMemory?: PictureMemory;
  readonly disk: Disk;
  readonly home: Pick<Home, 'root' | 'people' | 'visits' | 'backups'>;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly random: Pick<Random, 'id'>;
  readonly recognition: Settings['recognition'];
  readonly chronicle: Chronicle;
  readonly events: Events;
  readonly log: Log;
}
