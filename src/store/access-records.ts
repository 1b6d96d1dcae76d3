/** A user's row. The store knows no roles and no scopes: they are words to it. */
export interface StoredUser {
  readonly id: string;
  readonly name: string;
  /** The name as it is compared; nobody else has it. */
  readonly nameKey: string;
  readonly role: string;
  /** PHC string. */
  readonly password: string;
  /** Base32. */
  readonly secondFactor: string | undefined;
  /** Not confirmed yet. */
  readonly secondFactorBegun: string | undefined;
  readonly recoveryCodesLeft: number;
  readonly createdMs: number;
  readonly seenMs: number | undefined;
}

export interface StoredSession {
  readonly id: string;
  readonly userId: string;
  readonly address: string;
  readonly agent: string;
  readonly createdMs: number;
  readonly createdLivedMs: number;
  readonly seenMs: number;
  readonly seenLivedMs: number;
  /** When the password was shown last, by both clocks. */
  readonly provenMs: number;
  readonly provenUptimeMs: number;
}

export interface StoredToken {
  readonly id: string;
  readonly secret: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Undefined: the house. */
  readonly madeBy: string | undefined;
  readonly createdMs: number;
  readonly expiresLivedMs: number;
  readonly seenMs: number | undefined;
}

export interface StoredInvitation {
  readonly id: string;
  readonly role: string;
  readonly madeBy: string | undefined;
  readonly createdMs: number;
  readonly expiresLivedMs: number;
}

/** Secrets are SHA-256 in hex. */
export interface AccessReads {
  /** Time that the bell has run in all its lives; grows about hourly. */
  timeLived(): number;
  hasUsers(): boolean;
  /** By name. */
  users(): readonly StoredUser[];
  user(id: string): StoredUser | undefined;
  userNamed(nameKey: string): StoredUser | undefined;
  sessionOf(secret: string): StoredSession | undefined;
  /** Those in use last first. */
  sessionsOf(userId: string): readonly StoredSession[];
  isKnownDevice(secret: string, userId: string): boolean;
  isRecoveryCode(secret: string, userId: string): boolean;
  tokens(): readonly StoredToken[];
  token(id: string): StoredToken | undefined;
  invitations(): readonly StoredInvitation[];
  invitationOf(secret: string): StoredInvitation | undefined;
}

export interface NewUser {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly role: string;
  readonly password: string;
  readonly createdMs: number;
  readonly recoveryCodes: readonly string[];
}

/** The new session, and the device that is known from now on. */
export interface NewSession extends StoredSession {
  readonly secret: string;
  readonly device: string;
}

/** Each is one transaction: two processes that do the same at once do it once. */
export interface AccessWrites {
  /** The first user. `claimed`: there is one already. */
  claim: { input: { user: NewUser; session: NewSession }; result: 'done' | 'claimed' };
  /** Uses up the invitation. */
  addInvitedUser: {
    input: { invitationId: string; user: NewUser; session: NewSession };
    result: 'done' | 'no-invitation' | 'name-taken' | 'too-many';
  };
  /**
   * Only where `password` is still the user's. Also removes what is too old, and the least used of a user's sessions and devices when there are too many.
   */
  addSession: { input: { session: NewSession; password: string }; result: 'done' | 'no-user' };
  /** Gives the ids that have ended. */
  endSessions: { input: { userId: string; only?: string; except?: string }; result: readonly string[] };
  proveSession: { input: { id: string; provenMs: number; provenUptimeMs: number }; result: undefined };
  sawSession: { input: { id: string; seenMs: number; seenLivedMs: number }; result: undefined };
  /** Only where `before` is still the user's password. */
  rehashPassword: { input: { userId: string; before: string; password: string }; result: undefined };
  /** Ends the user's sessions but for one, and gives the ids that have ended. */
  setPassword: { input: { userId: string; password: string; keepSession: string }; result: readonly string[] };
  /** Uses up the code, takes the second factor away, forgets the user's devices and sessions, and begins a new one. */
  recoverUser: {
    input: { code: string; password: string; session: NewSession };
    result: 'done' | 'no-code';
  };
  /** Those from before are no good any more. */
  setRecoveryCodes: { input: { userId: string; codes: readonly string[] }; result: undefined };
  beginSecondFactor: { input: { userId: string; secret: string }; result: undefined };
  /** What was begun counts from now on. */
  confirmSecondFactor: { input: { userId: string; secret: string; step: number }; result: undefined };
  removeSecondFactor: { input: { userId: string }; result: undefined };
  /** False: this step, or a later one, was used before. */
  useSecondFactorStep: { input: { userId: string; step: number }; result: boolean };
  /** A user who is less than before loses the tokens and invitations that it has made. */
  setRole: { input: { userId: string; role: string; highest: string }; result: UserChange };
  removeUser: { input: { userId: string; highest: string }; result: UserChange };
  addInvitation: {
    input: Omit<StoredInvitation, 'role'> & { role: string; secret: string };
    result: 'done' | 'too-many';
  };
  removeInvitation: { input: { id: string }; result: boolean };
  addToken: { input: StoredToken; result: 'done' | 'too-many' };
  sawToken: { input: { id: string; seenMs: number }; result: undefined };
  removeToken: { input: { id: string }; result: boolean };
  /** Everybody and everything of access. */
  resetAccess: { input: Record<string, never>; result: undefined };
}

export type UserChange =
  | { readonly outcome: 'done'; readonly endedTokens: readonly string[] }
  | { readonly outcome: 'no-user' }
  | { readonly outcome: 'last-of-highest' };
