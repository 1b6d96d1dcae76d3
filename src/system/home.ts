/** The tree below the appliance's home: /var/lib/doorward on a device, `.doorward/` in a checkout. */
export interface Home {
  readonly root: string;
  readonly database: string;
  /** visits/<visit id>/frame-0.jpg ... */
  readonly visits: string;
  /** people/<face id>.jpg, the reference crops. */
  readonly people: string;
  readonly backups: string;
  /** models/<pack>/, those that their owner has added. */
  readonly models: string;
  readonly audit: string;
  /** What whoever holds the device claims it with, until somebody has; and the mark that somebody has. */
  readonly claimCode: string;
  readonly claimed: string;
  /** tls/: certificates and their keys. */
  readonly tls: string;
  /** Room to start on a full disk. */
  readonly reserve: string;
  /** The last settings that were good. */
  readonly lastGoodSettings: string;
  /** Who runs here: {"pid","address","startedMs","token"}; locked while the appliance lives. */
  readonly lock: string;
}

/** Names every place below `root`. */
export function homeAt(root: string): Home {
  return {
    root,
    database: `${root}/doorward.db`,
    visits: `${root}/visits`,
    people: `${root}/people`,
    backups: `${root}/backups`,
    models: `${root}/models`,
    audit: `${root}/audit`,
    claimCode: `${root}/claim-code`,
    claimed: `${root}/claimed`,
    tls: `${root}/tls`,
    reserve: `${root}/reserve`,
    lastGoodSettings: `${root}/last-good-settings.json`,
    lock: `${root}/running.json`,
  };
}
