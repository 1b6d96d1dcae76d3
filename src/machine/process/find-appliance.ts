import { socketsOf } from '../../system/owner-door.ts';
import { findRunning, type Running } from './instance-lock.ts';
import { whoListensAt } from './owner-socket.ts';

/**
 * The appliance that runs in the home now, or undefined: as the home tells whoever may read it, or by the socket that lets
 * in members of its group.
 */
export async function findAppliance(home: string): Promise<Running | undefined> {
  const running = await findRunning(home);
  if (running !== undefined) return running;
  for (const socket of socketsOf(home)) {
    const pid = await whoListensAt(socket);
    if (pid !== undefined) return { pid, address: '', startedMs: 0, token: '', socket };
  }
  return undefined;
}
