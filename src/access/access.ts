/**
 * access/ - who may do what: users, roles, sessions, tokens, claim, and the table of permissions (permissions.ts). Asked by
 * web/, put together by appliance/; nothing else decides.
 * Never: a secret in a log, an audit entry or an answer but the one that hands it out.
 *
 * - Age: chosen the time that the bell has run (`time_lived`); rejected the wall clock; why: a clock that is wrong by years
 *   would log everybody out, or keep an old session for years.
 * - Wrong tries: chosen delays that grow, against the source, with known devices and recovery codes apart; rejected a lock
 *   of the account; why: an attacker would lock the owner out.
 * - Where it is known who is logged in: chosen a row that is read for every request; rejected a copy in memory; why: two
 *   processes of a trial answer, and what one has ended has ended for the other.
 * - A token: chosen that it ends with whoever has made it; rejected that it stays; why: a removed administrator has kept it.
 */
import type { AccessParts } from './access-parts.ts';
import type {
  Credentials, Done, Ended, Entered, InvitationView, Origin, SessionView, TokenView, UserView, Welcomed,
} from './answers.ts'; // prettier-ignore
import type { Caller, Role, Scope } from './caller.ts';
import { ClaimFiles } from './claim-code.ts';
import { Endings } from './endings.ts';
import { Entrance } from './entrance.ts';
import type { Refusal } from './failure.ts';
import { Identification } from './identification.ts';
import { Members } from './members.ts';
import { OwnAccess } from './own-access.ts';
import { Passwords } from './passwords.ts';
import type { Permission } from './permissions.ts';
import { Programs } from './programs.ts';
import { AccessStory } from './story.ts';

/** Opens it: once per process. What a power cut has left between the claim's row and its files is put right. */
export async function openAccess(parts: AccessParts): Promise<Access> {
  const access = new Access(parts);
  await access.settle();
  return access;
}

/** Whoever asks is told from its credentials here, and what it does about access is done here. */
export class Access {
  readonly #parts: AccessParts;
  readonly #files: ClaimFiles;
  readonly #endings: Endings;
  readonly #story: AccessStory;
  readonly #identification: Identification;
  readonly #entrance: Entrance;
  readonly #own: OwnAccess;
  readonly #members: Members;
  readonly #programs: Programs;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    const files = new ClaimFiles(parts);
    this.#files = files;
    this.#endings = new Endings(parts.log);
    this.#story = new AccessStory(parts);
    this.#identification = new Identification(parts);
    const isClaimed = (): boolean => this.isClaimed;
    const given = {
      parts,
      files,
      passwords: new Passwords(parts),
      story: this.#story,
      endings: this.#endings,
      isClaimed,
    };
    this.#entrance = new Entrance(given);
    this.#own = new OwnAccess(given);
    this.#members = new Members(given);
    this.#programs = new Programs(given);
  }

  /** Whether there is an administrator, or was one: a database from before the claim, put back, does not open it again. */
  get isClaimed(): boolean {
    return this.#files.isMarked || this.#hasUsers();
  }

  /** Looks at the files of the claim. That a disk is full or damaged keeps nobody's bell from ringing. */
  async settle(): Promise<void> {
    try {
      await this.#files.look();
      if (this.#files.isMarked || this.#parts.store.read.hasUsers()) await this.#files.close();
    } catch (error) {
      this.#parts.log.error('the files of the claim are not as they should be', { error });
    }
  }

  /** Where that cannot be read, there are some: a damaged table opens nothing. */
  #hasUsers(): boolean {
    try {
      return this.#parts.store.read.hasUsers();
    } catch (error) {
      this.#parts.log.error('cannot look whether the house is claimed', { error });
      return true;
    }
  }

  /** Who asks. Reads a row or two; never waits. */
  identify(credentials: Credentials): Caller {
    return this.#identification.identify(credentials);
  }

  /** Whether this caller is still what it was: for streams, which outlive their request. */
  isStill(caller: Caller): boolean {
    return this.#identification.isStill(caller);
  }

  /** Told of every session, user and token that ends in this process; gives back how not to be told any more. */
  onEnd(listener: (ended: Ended) => void): () => void {
    return this.#endings.subscribe(listener);
  }

  /** Writes down that somebody was refused what the table does not give them. */
  noteRefusal(caller: Caller, permission: Permission): void {
    this.#story.refused({ kind: 'authorization', by: caller, action: permission, resource: 'access' });
  }

  claim(asked: { code: string; name: string; password: string; origin: Origin }): Promise<Welcomed | Refusal> {
    return this.#entrance.claim(asked);
  }

  logIn(asked: {
    name: string;
    password: string;
    secondFactor?: string | undefined;
    origin: Origin;
  }): Promise<Entered | Refusal> {
    return this.#entrance.logIn(asked);
  }

  /** Sets a new password by one of the recovery codes; takes the second factor away and ends every session of the user. */
  recover(asked: { name: string; recoveryCode: string; password: string; origin: Origin }): Promise<Entered | Refusal> {
    return this.#entrance.recover(asked);
  }

  logOut(caller: Caller): Promise<Done | Refusal> {
    return this.#own.logOut(caller);
  }

  /** Makes the session fresh for ten minutes. */
  prove(caller: Caller, asked: { password: string; secondFactor?: string | undefined }): Promise<Done | Refusal> {
    return this.#own.prove(caller, asked);
  }

  /** Ends the user's other sessions. */
  changePassword(caller: Caller, asked: { current: string; next: string }): Promise<Done | Refusal> {
    return this.#own.changePassword(caller, asked);
  }

  /** Ten new ones; those from before are no good any more. */
  renewRecoveryCodes(caller: Caller): Promise<{ outcome: 'renewed'; recoveryCodes: readonly string[] } | Refusal> {
    return this.#own.renewRecoveryCodes(caller);
  }

  hasSecondFactor(caller: Caller): boolean {
    return this.#own.hasSecondFactor(caller);
  }

  /** `uri` for the QR code (otpauth:). It counts when it has been confirmed by a code. */
  beginSecondFactor(caller: Caller): Promise<{ outcome: 'begun'; secret: string; uri: string } | Refusal> {
    return this.#own.beginSecondFactor(caller);
  }

  confirmSecondFactor(caller: Caller, asked: { code: string }): Promise<Done | Refusal> {
    return this.#own.confirmSecondFactor(caller, asked);
  }

  removeSecondFactor(caller: Caller): Promise<Done | Refusal> {
    return this.#own.removeSecondFactor(caller);
  }

  /** Of the user who asks. */
  sessions(caller: Caller): readonly SessionView[] {
    return this.#own.sessions(caller);
  }

  endSession(caller: Caller, asked: { id: string }): Promise<Done | Refusal> {
    return this.#own.endSession(caller, asked);
  }

  /** All of the user who asks, this one too. */
  endAllSessions(caller: Caller): Promise<Done | Refusal> {
    return this.#own.endAllSessions(caller);
  }

  users(): readonly UserView[] {
    return this.#members.users();
  }

  changeRole(caller: Caller, asked: { userId: string; role: Role }): Promise<Done | Refusal> {
    return this.#members.changeRole(caller, asked);
  }

  removeUser(caller: Caller, asked: { userId: string }): Promise<Done | Refusal> {
    return this.#members.removeUser(caller, asked);
  }

  invitations(): readonly InvitationView[] {
    return this.#members.invitations();
  }

  /** `secret` is told once: for the link `/#invitation=SECRET`. */
  invite(
    caller: Caller,
    asked: { role: Role },
  ): Promise<{ outcome: 'invited'; secret: string; invitation: InvitationView } | Refusal> {
    return this.#members.invite(caller, asked);
  }

  removeInvitation(caller: Caller, asked: { id: string }): Promise<Done | Refusal> {
    return this.#members.removeInvitation(caller, asked);
  }

  acceptInvitation(asked: {
    secret: string;
    name: string;
    password: string;
    origin: Origin;
  }): Promise<Welcomed | Refusal> {
    return this.#entrance.acceptInvitation(asked);
  }

  tokens(): readonly TokenView[] {
    return this.#programs.tokens();
  }

  /** `secret` is told once. */
  createToken(
    caller: Caller,
    asked: { name: string; scopes: readonly Scope[]; expiresInDays: number },
  ): Promise<{ outcome: 'created'; secret: string; token: TokenView } | Refusal> {
    return this.#programs.createToken(caller, asked);
  }

  removeToken(caller: Caller, asked: { id: string }): Promise<Done | Refusal> {
    return this.#programs.removeToken(caller, asked);
  }

  /** What claims this house, made where there is none; undefined when it is claimed. For those who hold the device. */
  async claimCode(): Promise<string | undefined> {
    await this.#files.look();
    if (this.isClaimed) return undefined;
    return (await this.#files.read()) ?? this.#files.open();
  }

  /** Nobody may any more: users, sessions, tokens and invitations are gone, and a new code claims the house. */
  async reset(caller: Caller): Promise<{ outcome: 'reset'; claimCode: string }> {
    const { store } = this.#parts;
    const { read } = store;
    const [users, tokens] = [read.users(), read.tokens()].map((rows) => rows.map(({ id }) => id));
    await store.write('resetAccess', {});
    this.#endings.tell('user', users ?? []);
    this.#endings.tell('token', tokens ?? []);
    this.#story.done({ kind: 'authorization', by: caller, action: 'reset-access', resource: 'access' });
    return { outcome: 'reset', claimCode: await this.#files.open() };
  }
}
