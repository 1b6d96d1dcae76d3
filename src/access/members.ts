import type { StoredInvitation, UserChange } from '../store/access-records.ts';
import type { AccessParts } from './access-parts.ts';
import type { Done, InvitationView, UserView } from './answers.ts';
import { isRole, type Caller, type Role } from './caller.ts';
import type { Endings } from './endings.ts';
import { refusal, type Refusal } from './failure.ts';
import { makerOf } from './programs.ts';
import { keptSecret, newSecret } from './secrets.ts';
import type { AccessStory } from './story.ts';

/** By the time that the bell has run. */
const invitationMs = 7 * 24 * 60 * 60_000;
/** Of this role there is always one. */
const highest: Role = 'administrator';

export interface MembersParts {
  readonly parts: AccessParts;
  readonly story: AccessStory;
  readonly endings: Endings;
  isClaimed(): boolean;
}

/** Users, their roles, and who is invited to become one. */
export class Members {
  readonly #with: MembersParts;

  constructor(parts: MembersParts) {
    this.#with = parts;
  }

  users(): readonly UserView[] {
    return this.#with.parts.store.read.users().flatMap(({ role, ...user }) =>
      isRole(role)
        ? [
            {
              id: user.id,
              name: user.name,
              role,
              createdMs: user.createdMs,
              seenMs: user.seenMs ?? null,
              hasSecondFactor: user.secondFactor !== undefined,
              recoveryCodesLeft: user.recoveryCodesLeft,
            },
          ]
        : [],
    );
  }

  async changeRole(
    caller: Caller,
    { userId, role }: { readonly userId: string; readonly role: Role },
  ): Promise<Done | Refusal> {
    const { store } = this.#with.parts;
    if (store.read.user(userId)?.role === role) return { outcome: 'done' };
    const change = await store.write('setRole', { userId, role, highest });
    return this.#changed(caller, { change, userId, action: 'change-role', data: { role } });
  }

  async removeUser(caller: Caller, { userId }: { readonly userId: string }): Promise<Done | Refusal> {
    const change = await this.#with.parts.store.write('removeUser', { userId, highest });
    return this.#changed(caller, { change, userId, action: 'remove-user' });
  }

  #changed(by: Caller, { change, userId, action, data }: Changed): Done | Refusal {
    if (change.outcome === 'no-user') return refusal('not-found');
    if (change.outcome === 'last-of-highest') return refusal('last-administrator');
    this.#with.endings.tell('user', [userId]);
    this.#with.endings.tell('token', change.endedTokens);
    const told = { kind: 'authorization', by, action, resource: `user/${userId}` } as const;
    this.#with.story.done(data === undefined ? told : { ...told, data });
    return { outcome: 'done' };
  }

  invitations(): readonly InvitationView[] {
    const { read } = this.#with.parts.store;
    const livedMs = read.timeLived();
    return read
      .invitations()
      .flatMap((one) => (one.expiresLivedMs > livedMs && isRole(one.role) ? [this.#view(one, one.role)] : []));
  }

  async invite(
    caller: Caller,
    { role }: { readonly role: Role },
  ): Promise<{ readonly outcome: 'invited'; readonly secret: string; readonly invitation: InvitationView } | Refusal> {
    const { clock, random, store } = this.#with.parts;
    if (!this.#with.isClaimed()) return refusal('unclaimed');
    const secret = newSecret(random);
    const row = {
      id: random.id(),
      role,
      madeBy: makerOf(caller, store.read),
      createdMs: clock.wallMs(),
      expiresLivedMs: store.read.timeLived() + invitationMs,
    };
    const added = await store.write('addInvitation', { ...row, secret: keptSecret(secret) });
    if (added === 'too-many') return refusal('too-many');
    this.#told({ by: caller, action: 'invite', id: row.id, role });
    return { outcome: 'invited', secret, invitation: this.#view(row, role) };
  }

  async removeInvitation(caller: Caller, { id }: { readonly id: string }): Promise<Done | Refusal> {
    if (!(await this.#with.parts.store.write('removeInvitation', { id }))) return refusal('not-found');
    this.#told({ by: caller, action: 'remove-invitation', id });
    return { outcome: 'done' };
  }

  #view({ id, createdMs, expiresLivedMs }: StoredInvitation, role: Role): InvitationView {
    const { clock, store } = this.#with.parts;
    return { id, role, createdMs, expiresMs: clock.wallMs() + expiresLivedMs - store.read.timeLived() };
  }

  #told({ by, action, id, role }: { by: Caller; action: string; id: string; role?: Role }): void {
    const told = { kind: 'authorization', by, action, resource: `invitation/${id}` } as const;
    this.#with.story.done(role === undefined ? told : { ...told, data: { role } });
  }
}

interface Changed {
  readonly change: UserChange;
  readonly userId: string;
  readonly action: string;
  readonly data?: { readonly role: Role };
}
