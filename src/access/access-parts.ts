import type { Store } from '../store/store.ts';
import type { Chronicle } from '../system/audit.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
import type { PasswordCost } from './password.ts';

export interface AccessParts {
  readonly store: Pick<Store, 'read' | 'write'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id' | 'secret'>;
  readonly disk: Disk;
  readonly home: Pick<Home, 'claimCode' | 'claimed'>;
  readonly chronicle: Chronicle;
  readonly log: Log;
  /** `open`: whoever is on this machine's loopback may everything. */
  readonly loopback: 'open' | 'login';
  /** Default `passwordCost`. */
  readonly cost?: PasswordCost;
}
