import type { StoredUser } from '../store/access-records.ts';
import type { AccessParts } from './access-parts.ts';
import type { Done, SessionView } from './answers.ts';
import type { Caller } from './caller.ts';
import type { Endings } from './endings.ts';
import { refusal, type Refusal } from './failure.ts';
import { whyNoPassword } from './password.ts';
import type { Passwords } from './passwords.ts';
import { newRecoveryCodes } from './recovery.ts';
import { newSecondFactor, secondFactorUri, stepOfCode } from './second-factor.ts';
import { actorOf, type AccessStory } from './story.ts';

const busyRetryS = 1;
const done: Done = { outcome: 'done' };

type User = Extract<Caller, { kind: 'user' }>;

export interface OwnAccessParts {
  readonly parts: AccessParts;
  readonly passwords: Passwords;
  readonly story: AccessStory;
  readonly endings: Endings;
}

/** What users do about themselves. Whoever is no user has none of it. */
export class OwnAccess {
  readonly #with: OwnAccessParts;

  constructor(parts: OwnAccessParts) {
    this.#with = parts;
  }

  logOut(caller: Caller): Promise<Done | Refusal> {
    return this.#asUser(caller, (user) => this.#end(user, 'log-out', { only: user.sessionId }));
  }

  endSession(caller: Caller, { id }: { readonly id: string }): Promise<Done | Refusal> {
    return this.#asUser(caller, (user) => this.#end(user, 'end-session', { only: id }));
  }

  endAllSessions(caller: Caller): Promise<Done | Refusal> {
    return this.#asUser(caller, (user) => this.#end(user, 'end-sessions', {}));
  }

  sessions(caller: Caller): readonly SessionView[] {
    if (caller.kind !== 'user') return [];
    return this.#with.parts.store.read.sessionsOf(caller.userId).map((session) => ({
      id: session.id,
      isOwn: session.id === caller.sessionId,
      createdMs: session.createdMs,
      seenMs: session.seenMs,
      address: session.address,
      agent: session.agent,
    }));
  }

  prove(
    caller: Caller,
    asked: { readonly password: string; readonly secondFactor?: string | undefined },
  ): Promise<Done | Refusal> {
    return this.#asUser(caller, async (user) => {
      const checked = await this.#check(user, asked);
      if (checked.outcome === 'refused') return this.#refused(user, 'prove', checked);
      const { clock, store } = this.#with.parts;
      const proven = { provenMs: clock.wallMs(), provenUptimeMs: Math.round(clock.uptimeMs()) };
      await store.write('proveSession', { id: user.sessionId, ...proven });
      this.#tell(user, 'prove');
      return done;
    });
  }

  changePassword(
    caller: Caller,
    { current, next }: { readonly current: string; readonly next: string },
  ): Promise<Done | Refusal> {
    return this.#asUser(caller, async (user) => {
      const why = whyNoPassword(next, user.name);
      if (why !== undefined) return refusal(why);
      const { endings, parts, passwords } = this.#with;
      const checked = await this.#check(user, { password: current }, 'password-alone');
      if (checked.outcome === 'refused') return this.#refused(user, 'change-password', checked);
      const password = await passwords.hash(next, { isKnown: true });
      if (password === undefined) return refusal('busy', busyRetryS);
      const { sessionId: keepSession, userId } = user;
      endings.tell('session', await parts.store.write('setPassword', { userId, password, keepSession }));
      this.#tell(user, 'change-password');
      return done;
    });
  }

  renewRecoveryCodes(
    caller: Caller,
  ): Promise<{ readonly outcome: 'renewed'; readonly recoveryCodes: readonly string[] } | Refusal> {
    return this.#asUser(caller, async (user) => {
      const { codes, kept } = newRecoveryCodes(this.#with.parts.random);
      await this.#with.parts.store.write('setRecoveryCodes', { userId: user.userId, codes: kept });
      this.#tell(user, 'renew-recovery-codes');
      return { outcome: 'renewed' as const, recoveryCodes: codes };
    });
  }

  hasSecondFactor(caller: Caller): boolean {
    return caller.kind === 'user' && this.#with.parts.store.read.user(caller.userId)?.secondFactor !== undefined;
  }

  beginSecondFactor(
    caller: Caller,
  ): Promise<{ readonly outcome: 'begun'; readonly secret: string; readonly uri: string } | Refusal> {
    return this.#asUser(caller, async ({ name, userId }) => {
      const secret = newSecondFactor(this.#with.parts.random);
      await this.#with.parts.store.write('beginSecondFactor', { userId, secret });
      return { outcome: 'begun' as const, secret, uri: secondFactorUri(secret, name) };
    });
  }

  confirmSecondFactor(caller: Caller, { code }: { readonly code: string }): Promise<Done | Refusal> {
    return this.#asUser(caller, async (user) => {
      const { parts, passwords } = this.#with;
      const begun = parts.store.read.user(user.userId)?.secondFactorBegun;
      if (begun === undefined) return refusal('no-second-factor');
      const judged = await passwords.whileTried(triedBy(user), async () => {
        const step = stepOfCode(begun, code, parts.clock.wallMs());
        return step === undefined ? refusal('wrong-second-factor') : { outcome: 'right' as const, step };
      });
      if (judged.outcome === 'refused') return judged;
      await parts.store.write('confirmSecondFactor', { userId: user.userId, secret: begun, step: judged.step });
      this.#tell(user, 'add-second-factor');
      return done;
    });
  }

  removeSecondFactor(caller: Caller): Promise<Done | Refusal> {
    return this.#asUser(caller, async (user) => {
      await this.#with.parts.store.write('removeSecondFactor', { userId: user.userId });
      this.#tell(user, 'remove-second-factor');
      return done;
    });
  }

  async #asUser<Result>(caller: Caller, act: (user: User) => Promise<Result | Refusal>): Promise<Result | Refusal> {
    return caller.kind === 'user' ? act(caller) : refusal('not-a-user');
  }

  async #end(user: User, action: string, which: { readonly only?: string }): Promise<Done | Refusal> {
    const { endings, parts } = this.#with;
    const ended = await parts.store.write('endSessions', { userId: user.userId, ...which });
    if (ended.length === 0 && action === 'end-session') return refusal('not-found');
    endings.tell('session', ended);
    this.#tell(user, action);
    return done;
  }

  /** Against the session's own count: others who guess do not hold it up. */
  async #check(
    user: User,
    { password, secondFactor }: { readonly password: string; readonly secondFactor?: string | undefined },
    factors: 'all' | 'password-alone' = 'all',
  ): Promise<{ readonly outcome: 'right' } | Refusal> {
    const stored = this.#with.parts.store.read.user(user.userId);
    const asked = stored === undefined || factors === 'all' ? stored : withoutSecondFactor(stored);
    return this.#with.passwords.check({ user: asked, nameKey: '', password, secondFactor, tried: triedBy(user) });
  }

  #refused(user: User, action: string, refused: Refusal): Refusal {
    const data = { reason: refused.failure };
    this.#with.story.refused({ kind: 'authentication', by: user, action, resource: actorOf(user), data });
    return refused;
  }

  #tell(user: User, action: string): void {
    this.#with.story.done({ kind: 'authentication', by: user, action, resource: actorOf(user) });
  }
}

function triedBy({ sessionId }: User): { readonly whom: string; readonly isKnown: true } {
  return { whom: `session ${sessionId}`, isKnown: true };
}

/** Whoever is in and knows the password may change it: the second factor was shown at the log-in. */
function withoutSecondFactor(user: StoredUser): StoredUser {
  return { ...user, secondFactor: undefined };
}
