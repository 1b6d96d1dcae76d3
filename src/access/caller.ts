/** What a user may, from little to everything: whoever is further down may what those above may. */
export const roles = ['viewer', 'member', 'administrator'] as const;
export type Role = (typeof roles)[number];

export function isRole(word: string): word is Role {
  return roles.some((role) => role === word);
}

/** What a program may that shows a token. */
export const scopes = [
  'read-metrics',
  'read-visits',
  'ring',
  'push-pictures',
  'manage-releases',
  'everything',
] as const;
export type Scope = (typeof scopes)[number];

export function isScope(word: string): word is Scope {
  return scopes.some((scope) => scope === word);
}

/** Whoever asks for something. */
export type Caller =
  /** This house's own questions, and commands that show the token of the running appliance. */
  | { readonly kind: 'house' }
  /** On this machine's loopback while that is open: may everything. */
  | { readonly kind: 'neighbour' }
  /** Logged in. `isFresh`: has shown a password a short while ago. */
  | {
      readonly kind: 'user';
      readonly userId: string;
      readonly name: string;
      readonly role: Role;
      readonly sessionId: string;
      readonly isFresh: boolean;
    }
  /** A program. */
  | { readonly kind: 'token'; readonly tokenId: string; readonly name: string; readonly scopes: readonly Scope[] }
  | { readonly kind: 'anonymous' };
