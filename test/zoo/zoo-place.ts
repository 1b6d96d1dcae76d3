import type { TrialHistory } from '../../src/slot/trial-record.ts';
import type { Patch } from '../updates/bundle.ts';
import type { Belongings } from './rows.ts';

/** What was killed may take as long to leave the table of processes. */
export const leaveMsMax = 5000;

/** A signed release file, as it lies on the disk. */
export interface ZooFile {
  readonly version: string;
  readonly file: string;
}

/** Where releases of the zoo are made and tried: on a table, or in a machine with systemd. */
export interface ZooPlace {
  /** A release of this checkout, with one place changed or as it is. */
  make(version: string, patch: Patch | undefined): Promise<ZooFile>;
  /** Makes room. */
  discard(release: ZooFile): void;
  /** A device as it was when its household had moved in. `more`: what it is set to beside that, `section.key=value`. */
  open(more: readonly string[]): Promise<ZooDevice>;
  close(): void;
}

/** What a trial asks of a device. */
export interface ZooDevice extends Bell, Belongings {
  readonly address: string;
  /** What the household's webhook was told, as it came: the keys that are the same at every attempt to tell the same. */
  readonly told: readonly string[];
  /** What the snapshot from before the newest trial answers: `doorward restore` brings it back. */
  snapshotRows(sql: string): Promise<readonly unknown[]>;
  push(release: ZooFile): Promise<void>;
  /** The trial of a release, once it is over and whoever serves has the home. */
  trialOf(version: string, waitMs: number): Promise<TrialHistory>;
  /** What a trial that is over has left behind, in words; whoever that is is killed. */
  remains(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A button that somebody can press. */
export interface Bell {
  /** Aborted when the device is put away: whoever stands before it goes. */
  readonly closing: AbortController;
  press(): Promise<void>;
}
