import type { IncumbentChannel } from '../../machine/process/incumbent-channel.ts';
import { acceptOn, enterBy } from '../../machine/process/listening-socket.ts';
import { relaySocket, webSocket } from '../../update/trial-protocol.ts';
import type { Web } from '../../web/server.ts';

type Channel = Pick<IncumbentChannel, 'socket'>;

/**
 * Answers from now on what the incumbent passes on, until what this resolves with is called; on the listening socket
 * itself, when the incumbent is of an earlier release. Rejects when neither was passed.
 */
export async function answerForIncumbent(web: Web, channel: Channel): Promise<() => void> {
  const relay = channel.socket(relaySocket);
  if (relay !== undefined) return enterBy(relay, (caller) => web.enter(caller));
  await acceptOnPassed(web, channel);
  return () => undefined;
}

/** Accepts callers itself, if it does not yet. Rejects when the listening socket was not passed. */
export async function acceptOnPassed({ server }: Web, channel: Channel): Promise<void> {
  if (server.listening) return;
  const socket = channel.socket(webSocket);
  if (socket === undefined) throw new Error('cannot take over: no listening socket was passed');
  await acceptOn(server, socket);
}
