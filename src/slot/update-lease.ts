import type { ProcessName, Processes } from '../system/processes.ts';
import type { Storage } from '../system/storage.ts';
import type { Places } from './places.ts';

/** The right to change slots, link and record: one process at a time. */
export type LeaseResult =
  | { readonly outcome: 'held' }
  | { readonly outcome: 'taken'; readonly by: string; readonly message: string };

/** Who has it; nobody also when whoever had it is gone. */
export type Lease =
  | { readonly holder: 'self' }
  | { readonly holder: 'nobody' }
  | { readonly holder: 'other'; readonly name: string };

/** Takers that step on each other's feet try again this often. */
const attemptsMax = 3;

/**
 * Takes the lease, or finds that it is this process's already. The lease is a symbolic link whose target names its owner:
 * making a link is atomic, so of two takers one fails. A lease whose owner is gone is stale and taken over.
 */
export async function takeLease(storage: Storage, places: Places, processes: Processes): Promise<LeaseResult> {
  const own = nameOf(processes.self);
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const owner = await storage.readLink(places.lease);
    if (owner === own) return { outcome: 'held' };
    if (owner !== undefined) {
      const holder = parseName(owner);
      if (holder !== undefined && (await processes.isAlive(holder))) return takenBy(owner, holder.pid);
      await setAside(storage, places, owner);
    }
    await claim(storage, places, own);
  }
  const owner = await storage.readLink(places.lease);
  return owner === own ? { outcome: 'held' } : takenBy(owner ?? 'nobody', undefined);
}

/** Looks who has the lease, and changes nothing. */
export async function seeLease(storage: Storage, places: Places, processes: Processes): Promise<Lease> {
  const owner = await storage.readLink(places.lease);
  if (owner === undefined) return { holder: 'nobody' };
  if (owner === nameOf(processes.self)) return { holder: 'self' };
  const holder = parseName(owner);
  const isAlive = holder !== undefined && (await processes.isAlive(holder));
  return isAlive ? { holder: 'other', name: owner } : { holder: 'nobody' };
}

/** Gives the lease to nobody, when it is this process's. */
export async function giveLease(storage: Storage, places: Places, processes: Processes): Promise<void> {
  if ((await storage.readLink(places.lease)) === nameOf(processes.self)) await storage.remove(places.lease);
}

/** Losing the race shows when the link is read again: then it names the winner. */
async function claim(storage: Storage, places: Places, own: string): Promise<void> {
  try {
    await storage.makeLink(own, places.lease);
  } catch (error) {
    if ((await storage.readLink(places.lease)) === undefined) throw error;
  }
}

/** Moves the stale lease away under a name of its own; one that changed meanwhile is a live one, and is put back. */
async function setAside(storage: Storage, places: Places, stale: string): Promise<void> {
  const aside = `${places.lease}.stale`;
  await storage.remove(aside);
  await storage.rename(places.lease, aside);
  if ((await storage.readLink(aside)) === stale) await storage.remove(aside);
  else await storage.rename(aside, places.lease);
}

function takenBy(by: string, pid: number | undefined): LeaseResult {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return { outcome: 'taken', by, message: `cannot update: ${who} updates already: wait until it is done, or stop it` };
}

function nameOf(process: ProcessName): string {
  return `${process.pid}:${process.startTicks}:${process.bootId}`;
}

function parseName(text: string): ProcessName | undefined {
  const [pid = '', startTicks = '', ...bootId] = text.split(':');
  if (!/^\d+$/.test(pid) || !/^\d+$/.test(startTicks)) return undefined;
  return { pid: Number(pid), startTicks: Number(startTicks), bootId: bootId.join(':') };
}
