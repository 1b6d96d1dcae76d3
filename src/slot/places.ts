import type { Slot } from './slot.ts';

/** Every path that the updater touches. */
export interface Places {
  /** Holds `slots/` and `current`: /opt/doorward on a device. */
  readonly root: string;
  readonly slots: string;
  /** The release that the device came with; read when both slots are bad, and never written. */
  readonly factory: string;
  /** A directory per slot, each with one release. */
  readonly slot: Readonly<Record<Slot, string>>;
  /** Says whether the slot's content may be used; beside the slot, so that emptying the slot does not remove it. */
  readonly mark: Readonly<Record<Slot, string>>;
  /** Where a file is made again before it takes its place in a slot; on the same filesystem. */
  readonly mended: string;
  /** The release file that a slot was written from, kept to mend it; part of `incoming`. */
  readonly kept: Readonly<Record<Slot, string>>;
  /** The link that names the committed slot. */
  readonly current: string;
  /** The household's folder: /var/lib/doorward on a device. */
  readonly home: string;
  readonly trialRecords: readonly [string, string];
  readonly lease: string;
  readonly trust: string;
  /** Release files: `pushed-<name>.release` by the owner, `fetched.release` by the updater; `*.part` is unfinished. */
  readonly incoming: string;
  /** Where a candidate rehearses; emptied at every start. */
  readonly rehearsal: string;
}

/** The places of an installation below `root` with the household's folder `home`; on a laptop both are the same. */
export function placesAt(root: string, home: string): Places {
  const slots = `${root}/slots`;
  return {
    root,
    slots,
    factory: `${root}/factory`,
    slot: { a: `${slots}/a`, b: `${slots}/b` },
    mark: { a: `${slots}/a.mark.json`, b: `${slots}/b.mark.json` },
    mended: `${slots}/mended.draft`,
    kept: { a: `${home}/incoming/kept-a.release`, b: `${home}/incoming/kept-b.release` },
    current: `${root}/current`,
    home,
    trialRecords: [`${home}/trial-record.0.json`, `${home}/trial-record.1.json`],
    lease: `${home}/update-lease`,
    trust: `${home}/trust`,
    incoming: `${home}/incoming`,
    rehearsal: `${home}/rehearsal`,
  };
}
