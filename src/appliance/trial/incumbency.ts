import type { GroundRequest } from '../ground.ts';
import type { Rooms, RoomsParts } from '../rooms.ts';
import { removeSpareLibraries } from '../../machine/executable/spare-libraries.ts';
import { readWish } from '../../update/trial-protocol.ts';
import { fulfil } from '../desk.ts';
import { trialPartsOf, type TrialParts } from './trial-parts.ts';
import { lookAfterCommit } from './after-commit.ts';
import { clearOwnVisits } from './own-presses.ts';
import { openUpdater } from './updater.ts';

/** The time in which this process is the one that tries releases. */
export interface Incumbency {
  /** Resolves when a committed release has taken over for good, and this process may end. */
  readonly left: Promise<void>;
  /** Tries no more: a trial under way is reverted, its candidate ended. */
  stop(): Promise<void>;
}

export interface IncumbencyParts {
  readonly rooms: Rooms;
  readonly request: GroundRequest & { readonly hasDemoHousehold: boolean };
  readonly machine: RoomsParts['machine'];
  /** When they were made already. */
  readonly trial?: TrialParts;
}

/** Looks for releases from now on, beside everything else that the appliance does. */
export function beIncumbent({ rooms, request, machine, ...parts }: IncumbencyParts): Incumbency {
  const trial = parts.trial ?? trialPartsOf(rooms, request, machine);
  const end = new AbortController();
  const running = runUpdates({ rooms, machine, trial }, end.signal);
  return {
    left: trial.left,
    async stop() {
      end.abort();
      await running;
      await trial.candidates.endAll();
    },
  };
}

interface Running extends Pick<IncumbencyParts, 'rooms' | 'machine'> {
  readonly trial: TrialParts;
}

/** An updater that breaks must not stop the bell: whoever is on trial goes, and this process serves on. */
async function runUpdates({ rooms, machine, trial }: Running, signal: AbortSignal): Promise<void> {
  const { log } = rooms.ground;
  try {
    await rooms.senses.recognition.loaded; // Before, this process is smaller than it is going to be.
    await removeSpares(rooms);
    await clearOwnVisits({ ...machine, ...rooms.ground, home: rooms.home }); // A trial may have been cut short.
    const opened = await openUpdater({ rooms, machine, duty: trial.duty, candidates: trial.candidates });
    if (opened.outcome === 'refused') return log.info('no updates are taken', { reason: opened.message });
    const { updater } = opened;
    rooms.desk?.take(updater);
    updater.subscribe((status) => trial.candidates.note({ kind: 'update-status', status })); // Whoever has the door shows it.
    trial.onTold((message) => {
      const wish = readWish(message);
      if (wish !== undefined) fulfil(updater, wish);
    });
    const looking = new AbortController();
    void lookAfterCommit({ rooms, clock: machine.clock, updater }, looking.signal);
    await updater.run(signal).finally(() => looking.abort());
  } catch (error) {
    log.error('the updater has failed, and rests until the next start', { error });
    await trial.candidates.endAll();
    await trial.duty.takeBack();
  }
}

/** What only an earlier release needed. Tried again when the next release has come. */
async function removeSpares({ ground, installation }: Rooms): Promise<void> {
  if (installation === undefined) return;
  const removed = await removeSpareLibraries(installation.places.root).catch((error: unknown) => {
    ground.log.warn('native libraries that nobody needs were not removed', { error });
    return 0;
  });
  if (removed > 0) ground.log.info('native libraries that nobody needs were removed', { folders: removed });
}
