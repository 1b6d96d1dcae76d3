import type { SendHandle } from 'node:child_process';

/** What travels over the channel from incumbent to candidate, as JSON; `pass` has a socket with it. */
export type ToCandidate =
  | { readonly say: 'ask'; readonly id: number; readonly question: unknown }
  | { readonly say: 'note'; readonly note: unknown }
  | { readonly say: 'pass'; readonly name: string };

/** And back; `kept` has the socket with it: the incumbent's second handle. */
export type FromCandidate =
  | { readonly say: 'tell'; readonly message: unknown }
  | { readonly say: 'answer'; readonly id: number; readonly message: unknown }
  | { readonly say: 'heartbeat'; readonly message: unknown }
  | { readonly say: 'kept'; readonly name: string };

/** A field of a message that nothing is known about. */
export function fieldOf(message: unknown, name: string): unknown {
  return typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined;
}

/** What Node can send to another process; it throws when it cannot. */
export function isHandle(value: unknown): value is SendHandle {
  return typeof value === 'object' && value !== null;
}
