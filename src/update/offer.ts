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
  readonly name: string;
  /** Never rejects. */
  look(): Promise<LookResult>;
}

export type LookResult =
  | { readonly outcome: 'offers'; readonly offers: readonly Offer[] }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryMs?: number };

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
