import { acceptOn, stopAccepting } from '../machine/process/listening-socket.ts';
import { passedSocket } from '../machine/process/passed-sockets.ts';
import { wordsOf } from '../system/error-words.ts';
import { isLoopback } from '../system/peer.ts';
import { isEverywhere } from '../web/guard.ts';
import type { Web } from '../web/server.ts';
import type { Ground } from './ground.ts';
import { webSocket } from '../update/trial-protocol.ts';

export interface DoorParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isOffDuty: boolean;
  readonly ground: Ground;
}

/** Where people look when the port that was asked for is not to be had; then any free one. */
const usualPort = 8080;
const anyPort = 0;

/**
 * Lets connections in: on the socket that the service manager keeps for us, or where the settings say. Where that is not to
 * be had, it complains and takes another port: commands find it there. Rejects when a flag asked for the port.
 *
 * Chosen: the bell rings at another port; rejected: exit 75 until the port is free; why: no ring may wait for a web page.
 * Whoever types `--web.port` is there to be told, and two that run side by side must not part without a word.
 */
export async function openDoor(web: Web, parts: DoorParts): Promise<void> {
  const { environment, ground, isOffDuty } = parts;
  const socket = isOffDuty ? undefined : passedSocket(webSocket, environment);
  if (socket === undefined) return listen(web, ground);
  await acceptOn(web.server, socket);
  if (!isOpen(web) && !isLoopback(hostOf(web))) {
    stopAccepting(web.server);
    const refusal =
      `cannot use the socket of the service manager: whoever is on this machine does not find ${hostOf(web)}. ` +
      'Let it listen on 127.0.0.1:8080, or on [::]:8080 for the network too: systemctl edit doorward.socket';
    complain(ground, refusal);
    return listen(web, ground);
  }
  const { address, port } = ground.loaded.settings.web;
  const isAsSet = hostOf(web) === address && web.address.endsWith(`:${port}`);
  if (!isAsSet)
    ground.log.warn('web.address and web.port are not used: the service manager keeps the socket', {
      address: web.address,
      advice: 'change it with: systemctl edit doorward.socket',
    });
}

async function listen(web: Web, ground: Ground): Promise<void> {
  const { origins } = ground.loaded;
  const fault = await web.listen().then(() => undefined, wordsOf);
  if (fault === undefined) return;
  if (origins['web.port']?.startsWith('--') === true) throw new Error(fault);
  const isHad = (await canListen(web, { port: usualPort })) || (await canListen(web, { port: anyPort }));
  if (!isHad) await web.listen({ port: anyPort, address: '127.0.0.1' }); // A kernel without IPv6, for one.
  complain(ground, `${fault}. Until then the page is at ${web.address}`);
}

function canListen(web: Web, instead: Parameters<Web['listen']>[0]): Promise<boolean> {
  return web.listen(instead).then(
    () => true,
    () => false,
  );
}

function complain({ complaints, log }: Ground, complaint: string): void {
  complaints.push(complaint);
  log.error('the door is not where it was asked for', { reason: complaint });
}

/** Whoever is in the network reaches it, by TLS. */
export function isOpen(web: Web): boolean {
  return isEverywhere(hostOf(web));
}

/** Where people find the page: by the name of this machine, where its networks reach it. */
export function pageAddress(web: Web, hostname: string): string {
  const [name = ''] = hostname.split('.', 1);
  return isOpen(web) && name !== '' ? `https://${name}.local:${URL.parse(web.address)?.port}` : web.address;
}

function hostOf(web: Web): string {
  const bound = web.server.address();
  return typeof bound === 'object' ? (bound?.address ?? '') : (bound ?? '');
}
