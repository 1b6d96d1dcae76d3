import type { KnownDoor } from '../../machine/process/door-question.ts';
import type { RelayParts } from '../../machine/process/request-relay.ts';
import type { Clock } from '../../system/clock.ts';
import { type CallerCount, isUpload } from '../../update/judge/callers.ts';
import type { AskedRequest } from './asked-acts.ts';

/** Who a new caller is, is looked up so often: most of a crowd that is one process in disguise are its own. */
const lookIntervalMs = 250;

export interface Strangers {
  /** What this process asks itself comes through these. */
  readonly doors: readonly Pick<KnownDoor, 'isFromHere'>[];
  /** The one on trial has made this connection. */
  readonly isCandidates: (connection: AskedRequest['socket']) => boolean;
  readonly clock: Pick<Clock, 'uptimeMs'>;
}

/** Whether people ask, and not this process, nor the one on trial. */
export function isStranger({ doors, isCandidates }: Omit<Strangers, 'clock'>, { socket }: AskedRequest): boolean {
  const isFromNetwork = socket.remotePort !== undefined;
  return isFromNetwork && !doors.some((door) => door.isFromHere(socket.remotePort)) && !isCandidates(socket);
}

/** Counts what is passed on of strangers. One on trial that asks itself is found out. */
export function countStrangers(count: CallerCount, { doors, isCandidates, clock }: Strangers): RelayParts['onPassed'] {
  const looked = new WeakSet<AskedRequest['socket']>();
  let lookedMs = -Infinity;
  return (request, response) => {
    const { socket } = request;
    if (doors.some((door) => door.isFromHere(socket.remotePort))) return;
    if (!looked.has(socket) && clock.uptimeMs() - lookedMs >= lookIntervalMs) {
      looked.add(socket);
      lookedMs = clock.uptimeMs();
      if (isCandidates(socket)) count.noteFeigned();
    }
    count.noteCall();
    request.on('data', ({ length }: Buffer) => count.noteBytes(length)); // It flows already.
    if (isUpload(request.headers['content-type']))
      request.once('end', () => response.once('close', count.noteUpload()));
  };
}
