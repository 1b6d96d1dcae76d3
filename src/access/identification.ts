import { sessionIdleMsMax, sessionMsMax } from '../store/access-sessions.ts';
import type { StoredSession, StoredToken } from '../store/access-records.ts';
import { wordsOf } from '../system/error-words.ts';
import type { AccessParts } from './access-parts.ts';
import type { Credentials } from './answers.ts';
import { isRole, isScope, type Caller } from './caller.ts';
import { idInToken, isSecret, keptSecret } from './secrets.ts';

/** How long a shown password is good for dangerous acts. */
const freshMs = 10 * 60_000;
/** Between two notes of when a session or a token was used. */
const noteMs = 60_000;
const notedMax = 1000;

type User = Extract<Caller, { kind: 'user' }>;

/** Tells who asks, by a row or two of the database: what another process of this house has ended has ended here too. */
export class Identification {
  readonly #parts: AccessParts;
  readonly #noted = new Map<string, number>();

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /** A token that is not good is not made up for by where it comes from: its program is to hear of it. */
  identify({ authorization, from, session }: Credentials): Caller {
    if (from === 'house') return { kind: 'house' };
    if (authorization !== undefined) return this.#bearerOf(authorization);
    const user = session === undefined ? undefined : this.#userOf(session);
    if (user !== undefined) return user;
    return from === 'loopback' && this.#parts.loopback === 'open' ? { kind: 'neighbour' } : { kind: 'anonymous' };
  }

  isStill(caller: Caller): boolean {
    if (caller.kind === 'user') {
      const sessions = this.#parts.store.read.sessionsOf(caller.userId);
      const role = this.#parts.store.read.user(caller.userId)?.role;
      return role === caller.role && sessions.some((one) => one.id === caller.sessionId && !this.#isOld(one));
    }
    if (caller.kind !== 'token') return true;
    const token = this.#parts.store.read.token(caller.tokenId);
    return token !== undefined && this.#isGood(token);
  }

  #bearerOf(authorization: string): Caller {
    const shown = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1] ?? '';
    const id = idInToken(shown);
    const token = id === undefined ? undefined : this.#looked('tokens', () => this.#parts.store.read.token(id));
    if (token === undefined || !isSecret(shown, token.secret) || !this.#isGood(token)) return { kind: 'anonymous' };
    this.#note(token.id, () =>
      this.#parts.store.write('sawToken', { id: token.id, seenMs: this.#parts.clock.wallMs() }),
    );
    return { kind: 'token', tokenId: token.id, name: token.name, scopes: token.scopes.filter(isScope) };
  }

  #userOf(secret: string): User | undefined {
    return this.#looked('sessions', () => {
      const { read } = this.#parts.store;
      const session = read.sessionOf(keptSecret(secret));
      const user = session === undefined || this.#isOld(session) ? undefined : read.user(session.userId);
      if (session === undefined || user === undefined || !isRole(user.role)) return undefined;
      this.#noteSession(session.id);
      const isFresh = this.#isFresh(session);
      return { kind: 'user', userId: user.id, name: user.name, role: user.role, sessionId: session.id, isFresh };
    });
  }

  /** A damaged table must not keep anybody from the bell who needs no row of it. */
  #looked<Found>(what: string, look: () => Found | undefined): Found | undefined {
    try {
      return look();
    } catch (error) {
      this.#parts.log.error(`cannot look whose request it is: ${what} cannot be read`, { reason: wordsOf(error) });
      return undefined;
    }
  }

  /**
   * By the time that the bell has run, as visits grow old: a clock that is wrong by years logs nobody out, and keeps
   * nobody in. A device that is switched off for a month keeps its sessions for a month longer.
   */
  #isOld({ createdLivedMs, seenLivedMs }: StoredSession): boolean {
    const livedMs = this.#parts.store.read.timeLived();
    return livedMs - seenLivedMs > sessionIdleMsMax || livedMs - createdLivedMs > sessionMsMax;
  }

  #isGood({ expiresLivedMs }: StoredToken): boolean {
    return this.#parts.store.read.timeLived() < expiresLivedMs;
  }

  /** By both clocks: the one begins anew with the machine, the other may jump. Where they differ, the password is asked. */
  #isFresh({ provenMs, provenUptimeMs }: StoredSession): boolean {
    const { clock } = this.#parts;
    const [byUptime, byWall] = [clock.uptimeMs() - provenUptimeMs, clock.wallMs() - provenMs];
    return byUptime >= -1 && byUptime < freshMs && Math.abs(byWall) < freshMs;
  }

  #noteSession(id: string): void {
    const { clock, store } = this.#parts;
    this.#note(id, () =>
      store.write('sawSession', { id, seenMs: clock.wallMs(), seenLivedMs: store.read.timeLived() }),
    );
  }

  /** At most once a minute each. That a note is lost is no harm. */
  #note(id: string, write: () => Promise<unknown>): void {
    const nowMs = this.#parts.clock.uptimeMs();
    const lastMs = this.#noted.get(id);
    if (lastMs !== undefined && nowMs - lastMs < noteMs) return;
    this.#noted.delete(id);
    this.#noted.set(id, nowMs);
    const [oldest] = this.#noted.keys();
    if (this.#noted.size > notedMax && oldest !== undefined) this.#noted.delete(oldest);
    void write().catch((error: unknown) => this.#parts.log.warn('the last use is not noted', { error }));
  }
}
