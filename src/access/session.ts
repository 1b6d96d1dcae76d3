import type { NewSession } from '../store/access-records.ts';
import type { AccessParts } from './access-parts.ts';
import type { Origin } from './answers.ts';
import { keptSecret, newSecret } from './secrets.ts';

/** Of what a client says of itself, as much is kept. */
const agentLettersMax = 200;

/** Secrets that the browser keeps, and the rows by which they are known again. */
export interface BegunSession {
  readonly row: NewSession;
  readonly session: string;
  readonly device: string;
}

/** A session of somebody who has just shown a password or more. The device is known from now on. */
export function beginSession(parts: AccessParts, userId: string, { address, agent, device }: Origin): BegunSession {
  const { clock, random, store } = parts;
  const session = newSecret(random);
  const known =
    device !== undefined && store.read.isKnownDevice(keptSecret(device), userId) ? device : newSecret(random);
  const [wallMs, livedMs] = [clock.wallMs(), store.read.timeLived()];
  const row = {
    id: random.id(),
    secret: keptSecret(session),
    device: keptSecret(known),
    userId,
    address,
    agent: agent.slice(0, agentLettersMax),
    createdMs: wallMs,
    createdLivedMs: livedMs,
    seenMs: wallMs,
    seenLivedMs: livedMs,
    provenMs: wallMs,
    provenUptimeMs: Math.round(clock.uptimeMs()),
  };
  return { row, session, device: known };
}
