import type { RunningRelease, StartRequest, StartResult } from '../appliance.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Clock } from '../system/clock.ts';
import type { Host } from '../system/host.ts';
import type { Home } from '../system/home.ts';
import type { Network } from '../system/network.ts';
import type { Random } from '../system/random.ts';
import type { Resources } from '../system/resources.ts';
import type { Storage } from '../system/storage.ts';
import type { Terminal } from '../system/terminal.ts';

/** What the commands need of appliance.ts. */
export interface ApplianceDoor {
  start(request: StartRequest): Promise<StartResult>;
  /** Takes part in a trial as the candidate, until it is over; refused when no appliance has started this process. */
  runCandidate(
    request: StartRequest,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: 'ended' } | { readonly outcome: 'refused'; readonly message: string }>;
  /** Mends the native libraries, and names another release that is whole. Nothing may run in the home. */
  fallBack(
    home: Home,
  ): Promise<
    (
      | { readonly outcome: 'moved'; readonly to: string; readonly version: string }
      | { readonly outcome: 'refused'; readonly message: string }
    ) & { readonly mended: readonly { readonly path: string; readonly from: string }[] }
  >;
  /** Snapshots from before trials, the newest first. */
  snapshots(home: Home): Promise<readonly SnapshotAnswer[]>;
  /** Goes back to the snapshot from before a trial. Nothing may run in the home. */
  restore(
    home: Home,
    before: string,
  ): Promise<RestoreAnswer | { readonly outcome: 'refused'; readonly message: string }>;
  /** The newest database schema that this release knows. */
  schemaVersion(): Promise<number>;
  /** Opens the camera of these settings, takes one picture and closes it, within a time. Nothing may have it open. */
  lookAtCamera(
    settings: Settings['camera'],
    signal: AbortSignal,
  ): Promise<
    | { readonly outcome: 'seen'; readonly width: number; readonly height: number; readonly durationMs: number }
    | { readonly outcome: 'failed'; readonly reason: string }
  >;
  /** Rejects when the native libraries cannot be loaded here. */
  sqliteVersion(): Promise<string>;
  /** Walks the audit chain of a home that may be in use. `against`: `NUMBER:HASH` of an entry that it must hold. */
  verifyAudit(where: Pick<CommandContext, 'home' | 'environment'>, against?: string): Promise<AuditAnswer>;
  /** The device's own settings, read from a database that may be in use; none when there is none; why not, in words. */
  deviceSettings(home: Home): Promise<Readonly<Record<string, unknown>> | string>;
  /** Adds a model pack that lies in a folder, when its net does on known faces what a recogniser has to. */
  addPack(
    home: Home,
    from: string,
  ): Promise<
    | { readonly outcome: 'added'; readonly name: string; readonly licence: string; readonly trainedOn: string }
    | { readonly outcome: 'refused'; readonly message: string }
  >;
  /** Removes an added one that nothing uses. */
  removePack(
    home: Home,
    name: string,
  ): Promise<{ readonly outcome: 'removed' } | { readonly outcome: 'refused'; readonly message: string }>;
  /** Changes them (null removes one) while nothing runs in the home, and nothing has to: judged as by one that runs. */
  changeSettings(request: SettingsChange): Promise<SettingsChangeResult>;
}

/** A copy of the database from before a trial. */
export interface SnapshotAnswer {
  readonly path: string;
  /** The wall clock's milliseconds, when that was right. */
  readonly number: number;
  readonly trialId: string | undefined;
  readonly bytes: number;
  readonly version?: string;
  readonly outcome?: string;
}

export interface RestoreAnswer {
  readonly outcome: 'restored';
  readonly snapshot: SnapshotAnswer;
  /** The copy of what was there. */
  readonly kept: string;
  readonly result: {
    readonly back: readonly { readonly table: string; readonly rows: number }[];
    readonly since: readonly { readonly table: string; readonly rows: number }[];
    readonly leftOut: number;
    readonly unreadable?: string;
  };
}

export interface SettingsChange {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly changes: Readonly<Record<string, unknown>>;
}

export type SettingsChangeResult =
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'refused'; readonly message: string; readonly isMachineToBlame?: true };

export type AuditAnswer =
  | {
      readonly outcome: 'whole';
      readonly entries: number;
      /** At the end, without a signature of their own. */
      readonly unsigned: number;
      readonly last: { readonly seq: number; readonly hash: string };
      /** The chain before it was lost, or could not be trusted. */
      readonly begunAnew?: { readonly fault: string; readonly timestamp: string };
    }
  | { readonly outcome: 'broken'; readonly file: string; readonly line: number; readonly message: string }
  | { readonly outcome: 'refused'; readonly message: string };

/** The appliance that runs in a home. */
export interface Running {
  readonly pid: number;
  /** `http://127.0.0.1:8080`; empty while it starts. */
  readonly address: string;
  /** Of the household; empty, or not told: the machine's. */
  readonly timeZone?: string;
  /** A unix socket by which it is asked instead. */
  readonly socket?: string;
  /** Sent with every request; empty when none is asked for. */
  readonly token: string;
}

/** Everything around the commands: the machine, as far as they use it, and the words that were typed. */
export interface Surroundings {
  readonly clock: Clock;
  readonly host: Host;
  readonly disk: Storage;
  readonly network: Network;
  readonly random: Random;
  readonly resources: Resources;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths are meant from here. */
  readonly workingFolder: string;
  /** Where the appliance lives when nobody says otherwise. */
  readonly homeDefault: string;
  readonly release: Pick<RunningRelease, 'version' | 'node' | 'modelsFolder' | 'builtMs'>;
  readonly appliance: ApplianceDoor;
  /** A file that this release carries beside its code. */
  readonly carriedFile: (name: string) => Uint8Array | undefined;
  /** Times are shown in this zone from now on. */
  useTimeZone(timeZone: string): void;
  /** What is written into the command, whole, up to a bound. */
  readInput(): Promise<string>;
  findRunning(home: string): Promise<Running | undefined>;
  /** Aborted when the person or the machine wants the command to end. */
  readonly signal: AbortSignal;
}

/** What one command is given. */
export interface CommandContext extends Surroundings {
  readonly args: readonly string[];
  readonly flags: Flags;
  /** Texts by `section.key`, checked. */
  readonly settingFlags: Readonly<Record<string, string>>;
  readonly home: Home;
}

/** The options of a command, as they were typed. */
export class Flags {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;

  constructor(values: Readonly<Record<string, string | boolean | undefined>>) {
    this.#values = values;
  }

  isSet(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }
}
