import { acceptOn } from '../machine/process/listening-socket.ts';
import { passedSocket } from '../machine/process/passed-sockets.ts';
import { addressRefusal } from '../web/guard.ts';
import type { Web } from '../web/server.ts';
import type { Ground } from './ground.ts';
import { webSocket } from './trial/hand-over-notes.ts';

export interface DoorParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isOffDuty: boolean;
  readonly ground: Ground;
}

/** Lets connections in: on the socket that the service manager keeps for us, or where the settings say. Rejects when not. */
export async function openDoor(web: Web, { environment, ground, isOffDuty }: DoorParts): Promise<void> {
  const socket = isOffDuty ? undefined : passedSocket(webSocket, environment);
  if (socket === undefined) return web.listen();
  await acceptOn(web.server, socket);
  const bound = web.server.address();
  const host = typeof bound === 'object' ? (bound?.address ?? '') : (bound ?? '');
  const refusal = addressRefusal(host);
  if (refusal !== undefined) throw new Error(refusal);
  const { address, port } = ground.loaded.settings.web;
  if (web.address !== `http://${address}:${port}`)
    ground.log.warn('web.address and web.port are not used: the service manager keeps the socket', {
      address: web.address,
      advice: 'change it with: systemctl edit doorward.socket',
    });
}
