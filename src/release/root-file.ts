import { Metadata, Root, type Key } from '@tufjs/models';
import type { Signer } from './keys.ts';
import { countSignatures, isMetadataTime, parseRoot, serialiseMetadata, specVersion } from './metadata.ts';

/** Who may sign for a role, and how many of them must. */
export interface RolePlan {
  readonly keys?: readonly Key[];
  readonly threshold?: number;
}

/** What the next root says; what is absent stays as it is in the one before. */
export interface RootPlan {
  /** Signs roots. */
  readonly root: RolePlan;
  /** Signs releases. */
  readonly targets: RolePlan;
  /** `2036-11-20T00:00:00Z` */
  readonly expires: string;
}

/** A root that lacks signatures yet, or a text that says why there can be none. */
export function nextRoot(before: Uint8Array | undefined, plan: RootPlan): Uint8Array | string {
  const old = before === undefined ? undefined : parseRoot(before);
  if (typeof old === 'string') return `the root before is not well: ${old}`;
  const keys: Record<string, Key> = {};
  const roles: Record<string, RoleJson> = {};
  for (const role of ['root', 'targets'] as const) {
    const members = plan[role].keys ?? keysOf(old?.signed, role);
    const threshold = plan[role].threshold ?? old?.signed.roles[role]?.threshold ?? 1;
    const names = new Set(members.map(({ keyID }) => keyID));
    if (names.size < members.length) return 'one key is named twice';
    if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > members.length)
      return `the threshold of ${nameOf(role)} is ${threshold}, and there are ${members.length} keys`;
    for (const key of members) keys[key.keyID] = key;
    roles[role] = { keyids: [...names].toSorted(), threshold };
  }
  // The specification wants these roles (4.3). Releases do not use them: nobody can sign for them.
  for (const unused of ['snapshot', 'timestamp']) roles[unused] = { keyids: [], threshold: 1 };
  if (!isMetadataTime(plan.expires)) return `${plan.expires} is not a time such as 2036-11-20T00:00:00Z`;
  const root = Root.fromJSON({
    spec_version: specVersion,
    version: (old?.signed.version ?? 0) + 1,
    expires: plan.expires,
    keys: Object.fromEntries(Object.entries(keys).map(([id, key]) => [id, key.toJSON()])),
    roles,
    consistent_snapshot: false,
  });
  return serialiseMetadata(new Metadata(root));
}

/** A role as root metadata writes it. The library keeps its own class to itself. */
type RoleJson = { keyids: string[]; threshold: number };

/** Adds a signature; a text says why not. The signer must belong to this root or to the one before. */
export function signRoot(bytes: Uint8Array, before: Uint8Array | undefined, signer: Signer): Uint8Array | string {
  const root = parseRoot(bytes);
  const old = before === undefined ? undefined : parseRoot(before);
  if (typeof root === 'string') return `it is not well: ${root}`;
  if (typeof old === 'string') return `the root before is not well: ${old}`;
  const mayJoin = [root, old].some((judge) => judge?.signed.roles['root']?.keyIDs.includes(signer.keyId) === true);
  if (!mayJoin) return 'the key is neither one of this root nor one of the root before';
  root.sign((data) => signer.sign(data), true);
  return serialiseMetadata(root);
}

/** Whose signatures a root has, and how many it needs. */
export interface RootStanding {
  readonly version: number;
  readonly isComplete: boolean;
  readonly needs: readonly { readonly of: number; readonly signed: number; readonly threshold: number }[];
}

/** A root is complete when enough of its own keys and enough of those before have signed it (TUF 5.3.4). */
export function standingOf(bytes: Uint8Array, before: Uint8Array | undefined): RootStanding | string {
  const root = parseRoot(bytes);
  const old = before === undefined ? undefined : parseRoot(before);
  if (typeof root === 'string') return root;
  if (typeof old === 'string') return old;
  const needs = [old, root]
    .filter((judge) => judge !== undefined)
    .map(({ signed: judge }) => {
      const { signed, threshold } = countSignatures(judge, 'root', root);
      return { of: judge.version, signed: signed.length, threshold };
    });
  return {
    version: root.signed.version,
    isComplete: needs.every(({ signed, threshold }) => signed >= threshold),
    needs,
  };
}

function keysOf(root: Root | undefined, role: 'root' | 'targets'): readonly Key[] {
  const ids = root?.roles[role]?.keyIDs ?? [];
  return ids.map((id) => root?.keys[id]).filter((key) => key !== undefined);
}

function nameOf(role: 'root' | 'targets'): string {
  return role === 'root' ? 'the root keys' : 'the release keys';
}
