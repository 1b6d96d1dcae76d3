import type { Slot } from '../../src/slot/slot.ts';
import type { Notebook, Wishes } from '../../src/update/notebook.ts';
import type { Life } from './known-life.ts';
import type { RememberedDoor } from './simulated-door.ts';
import type { MachineState } from './simulated-machine.ts';
import type { RememberedDisk } from './simulated-machine-disk.ts';

/** A process of the incumbent, from its start to its end: by the mains, by itself, or because it rests. */
export interface ProcessSoFar {
  readonly slot: Slot;
  readonly version: string;
  steps: number;
  rests: number;
  /** The how manieth process it is. */
  readonly lives: number;
  /** Somebody spoke, of the trial or of what was committed, and the updater has not heard it yet. */
  wordWaiting: 'trial' | 'way-back' | undefined;
}

/** A device between two steps: everything that decides how it goes on. */
export interface Moment {
  readonly disk: RememberedDisk;
  readonly machine: Readonly<MachineState>;
  readonly door: RememberedDoor;
  readonly life: Pick<Life, 'newestCommitted' | 'hasRecord' | 'wordGiven' | 'wasKilled' | 'steps' | 'past'>;
  readonly process: Readonly<ProcessSoFar>;
  readonly notebook: Notebook;
  /** What the household has said, and the disk did not take. */
  readonly consent: Wishes['consent'];
  /** Milliseconds since midnight, where that matters. */
  readonly timeOfDayMs: number;
}
