import type { NewUser, StoredUser } from '../store/access-records.ts';
import type { AccessParts } from './access-parts.ts';
import type { Entered, Origin, Welcomed } from './answers.ts';
import { isRole, type Role } from './caller.ts';
import type { ClaimFiles } from './claim-code.ts';
import type { Endings } from './endings.ts';
import { refusal, type Refusal } from './failure.ts';
import { readName } from './names.ts';
import { whyNoPassword } from './password.ts';
import type { Passwords, Tried } from './passwords.ts';
import { keptRecoveryCode, newRecoveryCodes } from './recovery.ts';
import { keptSecret } from './secrets.ts';
import { beginSession, type BegunSession } from './session.ts';
import type { AccessStory } from './story.ts';

const busyRetryS = 1;

export interface EntranceParts {
  readonly parts: AccessParts;
  readonly passwords: Passwords;
  readonly files: ClaimFiles;
  readonly story: AccessStory;
  readonly endings: Endings;
  isClaimed(): boolean;
}

interface Newcomer {
  readonly name: string;
  readonly password: string;
  readonly origin: Origin;
}

/** The ways in: claim, invitation, log-in, recovery. Each ends in a session. */
export class Entrance {
  readonly #with: EntranceParts;

  constructor(parts: EntranceParts) {
    this.#with = parts;
  }

  async claim({ code, ...newcomer }: Newcomer & { readonly code: string }): Promise<Welcomed | Refusal> {
    const { files, passwords, parts } = this.#with;
    await files.look();
    if (this.#with.isClaimed()) return refusal('already-claimed');
    const judged = await passwords.whileTried(passwords.triedFrom(newcomer.origin), async () =>
      (await files.isCode(code)) ? this.#newUser(newcomer, 'administrator') : refusal('wrong-code'),
    );
    if (judged.outcome === 'refused') return this.#refused(judged, 'claim', 'access');
    const { user, begun } = judged;
    const claimed = await parts.store.write('claim', { user, session: begun.row });
    if (claimed === 'claimed') return refusal('already-claimed');
    await files.close();
    return this.#welcome(judged, 'claim');
  }

  async acceptInvitation({ secret, ...newcomer }: Newcomer & { readonly secret: string }): Promise<Welcomed | Refusal> {
    const { store } = this.#with.parts;
    const { read } = store;
    const invitation = read.invitationOf(keptSecret(secret));
    const isGood = invitation !== undefined && invitation.expiresLivedMs > read.timeLived();
    if (!isGood || !isRole(invitation.role))
      return this.#refused(refusal('invitation-unusable'), 'accept-invitation', 'access');
    const made = await this.#newUser(newcomer, invitation.role);
    if (made.outcome === 'refused') return made;
    const added = await store.write('addInvitedUser', {
      invitationId: invitation.id,
      user: made.user,
      session: made.begun.row,
    });
    if (added === 'done') return this.#welcome(made, 'accept-invitation');
    if (added === 'no-invitation') return refusal('invitation-unusable');
    return refusal(added);
  }

  async logIn(asked: {
    readonly name: string;
    readonly password: string;
    readonly secondFactor?: string | undefined;
    readonly origin: Origin;
  }): Promise<Entered | Refusal> {
    const { parts, passwords } = this.#with;
    const { user, nameKey, tried } = this.#whoTries(asked);
    const checked = await passwords.check({ ...asked, user, nameKey, tried });
    if (checked.outcome === 'refused') return this.#refused(checked, 'log-in', resourceOf(user));
    if (user === undefined) return refusal('wrong-credentials');
    const begun = beginSession(parts, user.id, asked.origin);
    const added = await parts.store.write('addSession', { session: begun.row, password: checked.kept });
    if (added === 'no-user') return refusal('busy', busyRetryS); // Changed meanwhile: the next try is judged by what is now.
    return this.#enter(user, begun, 'log-in');
  }

  async recover(asked: Newcomer & { readonly recoveryCode: string }): Promise<Entered | Refusal> {
    const { endings, parts, passwords } = this.#with;
    const { user, tried } = this.#whoTries(asked);
    const password = whyNoPassword(asked.password, asked.name);
    if (password !== undefined) return refusal(password);
    const secret = keptRecoveryCode(asked.recoveryCode);
    const judged = await passwords.whileTried(tried, async () => {
      if (user === undefined || !parts.store.read.isRecoveryCode(secret, user.id))
        return refusal('wrong-recovery-code');
      const kept = await passwords.hash(asked.password, { isKnown: true });
      return kept === undefined ? refusal('busy', busyRetryS) : { outcome: 'right' as const, user, kept };
    });
    if (judged.outcome === 'refused') return this.#refused(judged, 'recover', resourceOf(user));
    const begun = beginSession(parts, judged.user.id, asked.origin);
    const recovered = await parts.store.write('recoverUser', {
      code: secret,
      password: judged.kept,
      session: begun.row,
    });
    if (recovered === 'no-code') return refusal('wrong-recovery-code');
    endings.tell('user', [judged.user.id]);
    return this.#enter(judged.user, begun, 'recover');
  }

  #whoTries({ name, origin }: { readonly name: string; readonly origin: Origin }): {
    readonly user: StoredUser | undefined;
    readonly nameKey: string;
    readonly tried: Tried;
  } {
    const nameKey = readName(name)?.nameKey ?? '';
    const user = this.#with.parts.store.read.userNamed(nameKey);
    return { user, nameKey, tried: this.#with.passwords.triedFrom(origin, user) };
  }

  async #newUser({ name: typed, password, origin }: Newcomer, role: Role): Promise<MadeUser | Refusal> {
    const { parts, passwords } = this.#with;
    const named = readName(typed);
    if (named === undefined) return refusal('name-unusable');
    const why = whyNoPassword(password, named.name);
    if (why !== undefined) return refusal(why);
    if (parts.store.read.userNamed(named.nameKey) !== undefined) return refusal('name-taken');
    const kept = await passwords.hash(password, { isKnown: true });
    if (kept === undefined) return refusal('busy', busyRetryS);
    const id = parts.random.id();
    const { codes, kept: recoveryCodes } = newRecoveryCodes(parts.random);
    const createdMs = parts.clock.wallMs();
    const user = { id, ...named, role, password: kept, createdMs, recoveryCodes };
    return { outcome: 'made', user, role, codes, begun: beginSession(parts, id, origin) };
  }

  #welcome({ user, role, codes, begun }: MadeUser, action: string): Welcomed {
    const data = { role, sessionId: begun.row.id };
    this.#with.story.done({ kind: 'authentication', by: `user/${user.id}`, action, resource: `user/${user.id}`, data });
    const { session, device } = begun;
    return { outcome: 'entered', session, device, userId: user.id, name: user.name, role, recoveryCodes: codes };
  }

  #enter(
    { id: userId, name, role }: StoredUser,
    { row, session, device }: BegunSession,
    action: string,
  ): Entered | Refusal {
    if (!isRole(role)) return refusal('wrong-credentials'); // Of a newer release.
    const by = `user/${userId}`;
    this.#with.story.done({ kind: 'authentication', by, action, resource: by, data: { sessionId: row.id } });
    return { outcome: 'entered', session, device, userId, name, role };
  }

  #refused(refused: Refusal, action: string, resource: string): Refusal {
    const data = { reason: refused.failure };
    this.#with.story.refused({ kind: 'authentication', by: 'anonymous', action, resource, data });
    return refused;
  }
}

interface MadeUser {
  readonly outcome: 'made';
  readonly user: NewUser;
  readonly role: Role;
  readonly codes: readonly string[];
  readonly begun: BegunSession;
}

function resourceOf(user: StoredUser | undefined): string {
  return user === undefined ? 'access' : `user/${user.id}`;
}
