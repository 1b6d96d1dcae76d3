/**
 * access/ - who may do what: users, roles, sessions, tokens, claim, and the table of permissions (permissions.ts). Asked by
 * web/, put together by appliance/; nothing else decides.
 * Never: a secret in a log, an audit entry or an answer but the one that hands it out.
 */
import type {
  Credentials, Done, Ended, Entered, InvitationView, Origin, SessionView, TokenView, UserView, Welcomed,
} from './answers.ts'; // prettier-ignore
import type { Caller, Role, Scope } from './caller.ts';
import { refusal, type Refusal } from './failure.ts';

/** Asked once per process; two processes of a trial read the same rows. */
export class Access {
  /** Whether there is an administrator, or was one. */
  get isClaimed(): boolean {
    return false;
  }

  /** Who asks. Reads a row or two; never waits. */
  identify({ from }: Credentials): Caller {
    if (from === 'house') return { kind: 'house' };
    return from === 'loopback' ? { kind: 'neighbour' } : { kind: 'anonymous' };
  }

  /** Whether this caller is still what it was: for streams, which outlive their request. */
  isStill(caller: Caller): boolean {
    return caller.kind === 'house';
  }

  /** Told of every session, user and token that ends in this process; gives back how not to be told any more. */
  onEnd(_listener: (ended: Ended) => void): () => void {
    return () => {};
  }

  claim(_asked: { code: string; name: string; password: string; origin: Origin }): Promise<Welcomed | Refusal> {
    return later();
  }

  logIn(_asked: {
    name: string;
    password: string;
    secondFactor?: string | undefined;
    origin: Origin;
  }): Promise<Entered | Refusal> {
    return later();
  }

  /** Sets a new password by one of the recovery codes; takes the second factor away and ends every session of the user. */
  recover(_asked: {
    name: string;
    recoveryCode: string;
    password: string;
    origin: Origin;
  }): Promise<Entered | Refusal> {
    return later();
  }

  logOut(_caller: Caller): Promise<Done | Refusal> {
    return later();
  }

  /** Makes the session fresh for ten minutes. */
  prove(
    _caller: Caller,
    _asked: { password: string; secondFactor?: string | undefined; origin: Origin },
  ): Promise<Done | Refusal> {
    return later();
  }

  /** Ends the user's other sessions. */
  changePassword(_caller: Caller, _asked: { current: string; next: string; origin: Origin }): Promise<Done | Refusal> {
    return later();
  }

  hasSecondFactor(_caller: Caller): boolean {
    return false;
  }

  /** `uri` for the QR code (otpauth:). It counts when it has been confirmed by a code. */
  beginSecondFactor(_caller: Caller): Promise<{ outcome: 'begun'; secret: string; uri: string } | Refusal> {
    return later();
  }

  confirmSecondFactor(_caller: Caller, _asked: { code: string }): Promise<Done | Refusal> {
    return later();
  }

  removeSecondFactor(_caller: Caller): Promise<Done | Refusal> {
    return later();
  }

  /** Of the user who asks. */
  sessions(_caller: Caller): readonly SessionView[] {
    return [];
  }

  endSession(_caller: Caller, _asked: { id: string }): Promise<Done | Refusal> {
    return later();
  }

  /** All of the user who asks, this one too. */
  endAllSessions(_caller: Caller): Promise<Done | Refusal> {
    return later();
  }

  users(): readonly UserView[] {
    return [];
  }

  changeRole(_caller: Caller, _asked: { userId: string; role: Role }): Promise<Done | Refusal> {
    return later();
  }

  removeUser(_caller: Caller, _asked: { userId: string }): Promise<Done | Refusal> {
    return later();
  }

  invitations(): readonly InvitationView[] {
    return [];
  }

  /** `secret` is told once: for the link `/#invitation=SECRET`. */
  invite(
    _caller: Caller,
    _asked: { role: Role },
  ): Promise<{ outcome: 'invited'; secret: string; invitation: InvitationView } | Refusal> {
    return later();
  }

  removeInvitation(_caller: Caller, _asked: { id: string }): Promise<Done | Refusal> {
    return later();
  }

  acceptInvitation(_asked: {
    secret: string;
    name: string;
    password: string;
    origin: Origin;
  }): Promise<Welcomed | Refusal> {
    return later();
  }

  tokens(): readonly TokenView[] {
    return [];
  }

  /** `secret` is told once. */
  createToken(
    _caller: Caller,
    _asked: { name: string; scopes: readonly Scope[]; expiresInDays: number },
  ): Promise<{ outcome: 'created'; secret: string; token: TokenView } | Refusal> {
    return later();
  }

  removeToken(_caller: Caller, _asked: { id: string }): Promise<Done | Refusal> {
    return later();
  }

  /** What claims this house; undefined when it is claimed. For those who hold the device. */
  claimCode(): string | undefined {
    return undefined;
  }

  /** Nobody may any more: users, sessions, tokens and invitations are gone, and a new code claims the house. */
  reset(_caller: Caller): Promise<{ outcome: 'reset'; claimCode: string } | Refusal> {
    return later();
  }
}

function later(): Promise<Refusal> {
  return Promise.resolve(refusal('busy', 1));
}
