import type { Duplex } from 'node:stream';
import type { ConnectionPlaces } from './connection-places.ts';
import { isAdmitted } from './own-question.ts';
import type { WebParts } from './parts.ts';
import type { SideDoor } from './side-door.ts';
import type { Site } from './site.ts';

interface Beside {
  readonly places: Pick<ConnectionPlaces, 'move'>;
  readonly sideDoor: Pick<SideDoor, 'isInside'> | undefined;
}

/**
 * Callers are greeted before anything is read of what they ask, but for those of this house. Whoever counts connections
 * still sees what was accepted; the place of one goes to the connection on which it speaks.
 */
export function greetCallers(
  server: Site['server'],
  { greet }: Pick<WebParts, 'greet'>,
  { places, sideDoor }: Beside,
): void {
  const [answer] = server.listeners('connection') as ((connection: Duplex) => void)[]; // oxlint-disable-line typescript/no-unsafe-type-assertion -- Node's own is the first
  if (answer === undefined || greet === undefined) return;
  server.off('connection', answer);
  server.prependListener('connection', (socket) => {
    if (isAdmitted(socket) || sideDoor?.isInside(socket) === true) return answer.call(server, socket);
    return greet(socket, (connection) => {
      if (connection !== socket) places.move(socket, connection);
      answer.call(server, connection);
    });
  });
}
