import type { Role, Scope } from './caller.ts';

/** What somebody brings along with a request. */
export interface Credentials {
  /** Value of the cookie with the session. */
  readonly session?: string | undefined;
  /** The header, whole: `Bearer dw_…`. */
  readonly authorization?: string | undefined;
  /**
   * Where the request comes from: inside this house (its own question), this machine's loopback with nobody between, or
   * anywhere else.
   */
  readonly from: 'house' | 'loopback' | 'elsewhere';
}

/** Whom a log-in comes from. */
export interface Origin {
  /** Of the peer, as text. */
  readonly address: string;
  /** User-Agent, as told. */
  readonly agent: string;
  /** Value of the cookie by which a device is known where somebody has logged in before. */
  readonly device?: string | undefined;
}

/** Somebody is in. Both values are secrets, to be set as cookies, and are told once. */
export interface Entered {
  readonly outcome: 'entered';
  readonly session: string;
  readonly device: string;
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
}

/** A new user has come in. */
export interface Welcomed extends Entered {
  /** Each brings the user back once, without the password; told once. */
  readonly recoveryCodes: readonly string[];
}

export interface Done {
  readonly outcome: 'done';
}

/** What has ended: streams of it end too. A user's end takes the sessions along, and is told once. */
export type Ended =
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'token'; readonly id: string };

export interface SessionView {
  readonly id: string;
  /** The one that asks. */
  readonly isOwn: boolean;
  readonly createdMs: number;
  readonly seenMs: number;
  readonly address: string;
  readonly agent: string;
}

export interface UserView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdMs: number;
  /** Null: has never logged in since. */
  readonly seenMs: number | null;
  readonly hasSecondFactor: boolean;
  readonly recoveryCodesLeft: number;
}

export interface InvitationView {
  readonly id: string;
  readonly role: Role;
  readonly createdMs: number;
  /** By the clock of now; it counts the time that the bell runs. */
  readonly expiresMs: number;
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdMs: number;
  /** By the clock of now; it counts the time that the bell runs. */
  readonly expiresMs: number;
  /** Null: never used. */
  readonly seenMs: number | null;
}
