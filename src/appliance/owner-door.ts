import { openOwnerSocket, type OwnerSocket } from '../machine/process/owner-socket.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Home } from '../system/home.ts';
import { socketFor } from '../system/owner-door.ts';
import type { Front } from './front.ts';
import type { Ground } from './ground.ts';

export interface TenantParts {
  readonly isOffDuty: boolean;
  readonly ground: Ground;
  readonly front: Pick<Front, 'web' | 'ownerToken'>;
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Lets commands in by a socket, and tells them where this appliance is. */
export async function announce(parts: TenantParts): Promise<void> {
  const { front, ground, isOffDuty } = parts;
  const { timeZone } = ground.loaded.settings.household;
  if (!isOffDuty) ground.tenancy.socket = await openSocket(parts);
  const socket = ground.tenancy.socket?.path;
  const where = { address: front.web.address, token: front.ownerToken, timeZone };
  await ground.tenancy.lock?.announce(socket === undefined ? where : { ...where, socket });
}

/** Undefined where there can be none: commands of the home's owner come by the web address then. */
async function openSocket({ environment, front, ground, home }: TenantParts): Promise<OwnerSocket | undefined> {
  const { log } = ground;
  try {
    return await openOwnerSocket({
      ...socketFor(home.root, environment['RUNTIME_DIRECTORY']),
      enter: (connection) => front.web.enterAsOwner(connection),
      onRefused: (userId) => log.warn('somebody may not give commands here', { userId }),
    });
  } catch (error) {
    log.warn('commands have no socket', { reason: wordsOf(error) });
    return undefined;
  }
}
