import type { StoredToken } from '../store/access-records.ts';
import type { StoreReads } from '../store/store.ts';
import type { AccessParts } from './access-parts.ts';
import type { Done, TokenView } from './answers.ts';
import { isScope, type Caller, type Scope } from './caller.ts';
import type { Endings } from './endings.ts';
import { refusal, type Refusal } from './failure.ts';
import { readName } from './names.ts';
import { keptSecret, newToken } from './secrets.ts';
import type { AccessStory } from './story.ts';

const dayMs = 24 * 60 * 60_000;
export const tokenDaysMax = 3650;

export interface ProgramsParts {
  readonly parts: AccessParts;
  readonly story: AccessStory;
  readonly endings: Endings;
}

/** Programs with tokens. */
export class Programs {
  readonly #with: ProgramsParts;

  constructor(parts: ProgramsParts) {
    this.#with = parts;
  }

  /** Those that are too old stay until somebody removes them: their programs are refused, and here one sees why. */
  tokens(): readonly TokenView[] {
    return this.#with.parts.store.read.tokens().map((token) => this.#view(token));
  }

  async createToken(
    caller: Caller,
    asked: { readonly name: string; readonly scopes: readonly Scope[]; readonly expiresInDays: number },
  ): Promise<{ readonly outcome: 'created'; readonly secret: string; readonly token: TokenView } | Refusal> {
    const { clock, random, store } = this.#with.parts;
    const named = readName(asked.name);
    if (named === undefined) return refusal('name-unusable');
    const scopes = [...new Set(asked.scopes)];
    if (scopes.length === 0) return refusal('scopes-unusable');
    const { id, token: secret } = newToken(random);
    const days = Math.min(tokenDaysMax, Math.max(1, asked.expiresInDays));
    const row: StoredToken = {
      id,
      secret: keptSecret(secret),
      name: named.name,
      scopes,
      madeBy: makerOf(caller, store.read),
      createdMs: clock.wallMs(),
      expiresLivedMs: store.read.timeLived() + Math.round(days * dayMs),
      seenMs: undefined,
    };
    if ((await store.write('addToken', row)) === 'too-many') return refusal('too-many');
    const told = { kind: 'authorization', by: caller, action: 'create-token', resource: `token/${id}` } as const;
    this.#with.story.done({ ...told, data: { scopes: scopes.join(' '), days } });
    return { outcome: 'created', secret, token: this.#view(row) };
  }

  async removeToken(caller: Caller, { id }: { readonly id: string }): Promise<Done | Refusal> {
    if (!(await this.#with.parts.store.write('removeToken', { id }))) return refusal('not-found');
    this.#with.endings.tell('token', [id]);
    this.#with.story.done({ kind: 'authorization', by: caller, action: 'remove-token', resource: `token/${id}` });
    return { outcome: 'done' };
  }

  #view({ id, name, scopes, createdMs, expiresLivedMs, seenMs }: StoredToken): TokenView {
    const { clock, store } = this.#with.parts;
    const expiresMs = clock.wallMs() + expiresLivedMs - store.read.timeLived();
    return { id, name, scopes: scopes.filter(isScope), createdMs, expiresMs, seenMs: seenMs ?? null };
  }
}

/** Whose a token or an invitation is, and with whom it goes: what a token makes is its maker's. Undefined: the house's. */
export function makerOf(caller: Caller, read: Pick<StoreReads, 'token'>): string | undefined {
  if (caller.kind === 'user') return caller.userId;
  return caller.kind === 'token' ? read.token(caller.tokenId)?.madeBy : undefined;
}
