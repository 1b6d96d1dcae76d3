import type { TestContext } from 'node:test';
import { openAccess, type Access } from '../../src/access/access.ts';
import type { AccessParts } from '../../src/access/access-parts.ts';
import type { Entered, Origin, Welcomed } from '../../src/access/answers.ts';
import type { Caller, Role } from '../../src/access/caller.ts';
import type { Refusal } from '../../src/access/failure.ts';
import type { AuditEntry, Chronicle } from '../../src/system/audit.ts';
import { homeAt } from '../../src/system/home.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { RecordingLog } from '../fakes/recorders.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

export const home = homeAt('/home');
export const adasPassword = 'correct horse battery';
/** Real argon2id, of the least that it takes. */
export const littleCost = { memoryKiB: 8, passes: 1 };

class RecordingChronicle implements Chronicle {
  readonly entries: AuditEntry[] = [];

  async record(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
  }

  /** `log-in failure` */
  get told(): readonly string[] {
    return this.entries.map(({ action, result }) => `${action} ${result}`);
  }
}

/** A house that stands on a real database in memory. */
export class AccessHouse {
  readonly store = new PlainStore();
  readonly clock = new SteppedClock();
  readonly disk = new MemoryDisk();
  readonly log = new RecordingLog();
  readonly chronicle = new RecordingChronicle();
  readonly random = new SeededRandom();

  parts(more: Partial<AccessParts> = {}): AccessParts {
    const { store, clock, disk, log, chronicle, random } = this;
    return { store, clock, disk, log, chronicle, random, home, loopback: 'login', cost: littleCost, ...more };
  }

  /** Another process of the house reads the same rows. */
  open(more: Partial<AccessParts> = {}): Promise<Access> {
    return openAccess(this.parts(more));
  }

  /** As `runRetention` counts it. */
  async live(durationMs: number): Promise<void> {
    await this.store.write('addTimeLived', { durationMs });
  }
}

export async function openHouse(t: TestContext): Promise<{ house: AccessHouse; access: Access }> {
  const house = new AccessHouse();
  t.after(() => house.store.close());
  await house.disk.makeDirectory(home.root);
  return { house, access: await house.open() };
}

export function from(address = '192.168.1.20', device?: string): Origin {
  return { address, agent: 'a browser', device };
}

/** Ada has claimed it. */
export async function claimed(t: TestContext): Promise<{ house: AccessHouse; access: Access; ada: Welcomed }> {
  const { house, access } = await openHouse(t);
  const code = (await access.claimCode()) ?? '';
  const ada = entered(await access.claim({ code, name: 'Ada', password: adasPassword, origin: from() }));
  return { house, access, ada };
}

export function entered<In extends Entered>(answer: In | Refusal): In {
  if (answer.outcome === 'refused') throw new Error(answer.message);
  return answer;
}

export function failureOf(answer: { readonly outcome: string } | Refusal): string {
  return 'failure' in answer ? answer.failure : answer.outcome;
}

export function callerOf(access: Access, { session }: Pick<Entered, 'session'>): Caller {
  return access.identify({ session, from: 'elsewhere' });
}

/** Somebody whom an administrator has invited. */
export async function invited(
  access: Access,
  { by, name, role }: { readonly by: Entered; readonly name: string; readonly role: Role },
): Promise<Welcomed> {
  const invitation = await access.invite(callerOf(access, by), { role });
  if (invitation.outcome === 'refused') throw new Error(invitation.message);
  const { secret } = invitation;
  return entered(await access.acceptInvitation({ secret, name, password: `${name}s long password`, origin: from() }));
}
