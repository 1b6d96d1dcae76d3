import type { Clock } from '../system/clock.ts';
import { replaceFile, type Disk } from '../system/disk.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Random } from '../system/random.ts';

/** What TLS seals a ticket with: a name, a key and a key for its code, of 16 bytes each. */
const keyBytes = 48;
/** Whoever steals them can open what was sent under their tickets: they live for a day. */
const lifeMs = 24 * 60 * 60_000;

export interface TicketKeyParts {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly disk: Disk;
  readonly random: Pick<Random, 'secret'>;
  readonly folder: string;
  readonly mayWrite: () => boolean;
  readonly tell: (fault: string) => void;
}

/**
 * What session tickets are sealed with, in a file, so that a client that comes back after a hand-over or a start needs no
 * whole handshake. A client whose ticket nobody can open has one: nothing is refused.
 */
export class TicketKeys {
  readonly #parts: TicketKeyParts;
  #keys: Uint8Array | undefined;

  constructor(parts: TicketKeyParts) {
    this.#parts = parts;
  }

  /** The keys of today, the same array as long as they are the same. Rejects when the disk does not do as it should. */
  async now(): Promise<Uint8Array> {
    const stored = await this.#stored();
    const keys = stored ?? (await this.#make());
    if (this.#keys === undefined || Buffer.compare(keys, this.#keys) !== 0) this.#keys = keys;
    return this.#keys;
  }

  async #stored(): Promise<Uint8Array | undefined> {
    const { clock, disk, folder, mayWrite } = this.#parts;
    const bytes = await disk.read(`${folder}/ticket-keys`);
    const [madeMs = '', text = ''] = Buffer.from(bytes ?? '')
      .toString()
      .split(' ');
    const keys = Buffer.from(text, 'base64');
    if (keys.length !== keyBytes) return undefined;
    const isOld = Math.abs(clock.wallMs() - Number(madeMs)) > lifeMs;
    return isOld && mayWrite() ? undefined : keys;
  }

  async #make(): Promise<Uint8Array> {
    const { clock, disk, folder, mayWrite, random, tell } = this.#parts;
    if (!mayWrite() && this.#keys !== undefined) return this.#keys;
    const keys = random.secret(keyBytes);
    if (!mayWrite()) return keys;
    try {
      await disk.makeDirectory(folder);
      await replaceFile(disk, `${folder}/ticket-keys`, `${clock.wallMs()} ${Buffer.from(keys).toString('base64')}`);
    } catch (error) {
      tell(`cannot keep the keys of session tickets: ${wordsOf(error)}`);
    }
    return keys;
  }
}
