import type { UpdateSettings } from '../../src/settings/update-settings.ts';
import { open } from '../../src/slot/trial-record-file.ts';
import type { TrialRecord } from '../../src/slot/trial-record.ts';
import type { SimulatedDoor } from './simulated-door.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import { damageOf, type Placed, type TinyRelease } from './update-life-releases.ts';

/** A device, and what is known of it from outside. */
export interface Life {
  readonly machine: SimulatedMachine;
  readonly door: SimulatedDoor;
  readonly settings: UpdateSettings;
  readonly installed: TinyRelease;
  /** What ran before it, where it has come by an update. */
  readonly before: TinyRelease | undefined;
  /** The one that the story is about. */
  readonly release: TinyRelease;
  /** Where everything is that it may find. */
  readonly placed: readonly Placed[];
  /** The newest version that was ever written down as committed. */
  newestCommitted: string;
  /** A record was written: from then on there is always one. */
  hasRecord: boolean;
  /** Somebody wanted the release reverted. */
  wordGiven: boolean;
  /** A candidate was killed by the machine. */
  wasKilled: boolean;
  steps: number;
  isOver: boolean;
  past: Past;
  /** What was so when the step was chosen that is taken now. */
  beginning: Beginning;
}

/** What a device has met in some stories only. Replaced, never changed. */
export interface Past {
  /** The file of which the household was asked, and what it says now. */
  readonly consent?: { readonly file: string; readonly isGiven: boolean };
  /** How often what was committed has crashed while it served, and while it was started. */
  readonly crashes: number;
  readonly failedStarts: number;
  /** How often the release before was started again. */
  readonly backStarts: number;
  /** The release before runs again, and has settled. */
  readonly isBack: boolean;
  /** Files that have lost a bit while their release ran. */
  readonly rotten: readonly string[];
}

/** Of every device whose story begins. */
export const noPast: Past = { crashes: 0, failedStarts: 0, backStarts: 0, isBack: false, rotten: [] };

/** What was so when a step was chosen. */
export interface Beginning {
  readonly wallMs: number;
  /** Nobody needs to be asked, or the household has said yes. */
  readonly isAgreed: boolean;
  /** The link names the candidate already: there is no way back. */
  readonly wasCommitted: boolean;
}

/** Starts in a row that fail before the service manager has another release named. */
export const failedStartsMax = 3;

/** Whether what was committed may be left again. */
export function isBackDue({ past, settings, wordGiven }: Life): boolean {
  return wordGiven || past.crashes >= settings.crashesMax || past.failedStarts >= failedStartsMax;
}

/** Every release that may lie in a slot. */
export function releasesOf({ installed, before, release, placed }: Life): readonly TinyRelease[] {
  return [
    ...new Set([installed, release, ...(before === undefined ? [] : [before]), ...placed.map((one) => one.release)]),
  ];
}

/** The whole release in a directory, but for files that may be damaged. */
export function releaseIn(life: Life, directory: string, spoiled: readonly string[] = []): TinyRelease | undefined {
  const isSure = ([path]: readonly [string, unknown]): boolean => !spoiled.includes(`${directory}/${path}`);
  return releasesOf(life).find(({ files }) => {
    const sure = spoiled.length === 0 ? files : new Map([...files].filter(isSure));
    return damageOf(life.machine, directory, { files: sure }) === undefined;
  });
}

/** What the disk says of trials, in the newest whole copy. */
export function readRecord(machine: SimulatedMachine): TrialRecord | undefined {
  const copies = machine.places.trialRecords.map((path) => {
    const node = machine.disk.names.get(path);
    return node?.kind === 'file' ? recordIn(node.latest) : undefined;
  });
  const whole = copies.filter((copy) => copy !== undefined).toSorted((one, other) => other.sequence - one.sequence);
  return whole[0];
}

/** Bytes of a simulated disk never change: a write puts others in their place. Most are looked at after many steps. */
const records = new WeakMap<Uint8Array, { readonly record: TrialRecord | undefined }>();
function recordIn(bytes: Uint8Array): TrialRecord | undefined {
  const known = records.get(bytes) ?? { record: open(bytes) };
  records.set(bytes, known);
  return known.record;
}
