import type { ByteSource } from '../release/byte-source.ts';

/** A release file that can be had. Who offers it is not trusted: only the signatures inside are. */
export interface Offer {
  /** For people: `pushed by the owner`, `folder /media/usb`, `https://releases.example.org/`. */
  readonly from: string;
  /** Tells this release file from others, before a byte of it was read. */
  readonly file: string;
  /** What the source says the version is; the signed one counts. */
  readonly version?: string;
  /** Given by the owner's hand: needs no further consent and no window. */
  readonly isOrdered: boolean;
  /** Where it lies on this machine; absent when it must be fetched first. */
  readonly path?: string;
  /** Rejects with `SourceFault` or `DiskFault`. */
  readonly source: ByteSource;
}

/** A place that may offer releases. */
export interface UpdateSource {
  /** `from` of its offers. */
  readonly name: string;
  /** On this machine: it is looked at every minute. Others are asked now and then. */
  readonly isNear: boolean;
  /** Never rejects. */
  look(): Promise<LookResult>;
}

export type LookResult =
  | { readonly outcome: 'offers'; readonly offers: readonly Offer[] }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryMs?: number };

/** What a source has offered last. */
export interface SeenSource {
  readonly name: string;
  readonly offers: readonly Offer[];
  /** It does not give just now: nothing is asked of it before this time (`clock.uptimeMs()`). */
  readonly restUntilMs: number;
}

/** An offer that cannot be taken: others have their turn, and it has its own again. */
export interface SetAside {
  readonly file: string;
  readonly from: string;
  readonly version?: string;
  /** For programs: `wrong-hardware`, `not-newer`, `unreachable` … */
  readonly reason: string;
  /** For people. */
  readonly message: string;
  /** It is not looked at before (`clock.uptimeMs()`). */
  readonly untilMs: number;
  /** How often it was set aside in this life. */
  readonly times: number;
  /** Only another file, or another release on this device, changes it. */
  readonly isLasting: boolean;
  /** Its file was removed from this machine. */
  readonly isPutAway: boolean;
}

/** `later`: try again; `final`: this offer is not to be had; `changed`: it is no longer what was offered, look again. */
export type SourceFaultKind = 'later' | 'final' | 'changed';

/** Why bytes of a source cannot be had. */
export class SourceFault extends Error {
  readonly kind: SourceFaultKind;
  /** When the source itself said how long to wait. */
  readonly retryMs: number | undefined;
  constructor(message: string, kind: SourceFaultKind, retryMs?: number) {
    super(message);
    this.name = 'SourceFault';
    this.kind = kind;
    this.retryMs = retryMs;
  }
}
