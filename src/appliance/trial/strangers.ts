import type { KnownDoor } from '../../machine/process/door-question.ts';
import type { RelayParts } from '../../machine/process/request-relay.ts';
import { type CallerCount, isUpload } from '../../update/judge/callers.ts';

/** Counts what is passed on, but for what this process asks itself through one of these doors. */
export function countStrangers(
  count: CallerCount,
  doors: readonly Pick<KnownDoor, 'isFromHere'>[],
): RelayParts['onPassed'] {
  return (request, response) => {
    if (doors.some((door) => door.isFromHere(request.socket.remotePort))) return;
    count.noteCall();
    request.on('data', ({ length }: Buffer) => count.noteBytes(length)); // It flows already.
    if (isUpload(request.headers['content-type']))
      request.once('end', () => response.once('close', count.noteUpload()));
  };
}
