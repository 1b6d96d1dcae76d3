import { timingSafeEqual } from 'node:crypto';
import { replaceFile, type Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { Random } from '../system/random.ts';
import { newCode, readCode } from './secrets.ts';

/** 40 bits: with the delay for wrong tries beyond anybody's patience, and short enough to type on a phone. */
const groups = 2;

export interface ClaimFilesParts {
  readonly disk: Disk;
  readonly home: Pick<Home, 'claimCode' | 'claimed'>;
  readonly random: Pick<Random, 'secret'>;
}

/**
 * The code that claims a house, and the mark that it is claimed: two files that only the service's user may read.
 * Chosen: the file is the code; rejected: its hash in the database; why: copies of the database go about, 40 bits are found
 * from a hash in an hour, and who may read the home may read the file.
 * Chosen: the mark lies outside the database; why: one from before the claim, put back, must not open it again.
 */
export class ClaimFiles {
  readonly #parts: ClaimFilesParts;
  #isMarked = false;

  constructor(parts: ClaimFilesParts) {
    this.#parts = parts;
  }

  /** Whether the house was claimed, by the mark as it was at the last look. */
  get isMarked(): boolean {
    return this.#isMarked;
  }

  /** Another process of this house may have begun anew since. */
  async look(): Promise<void> {
    const { disk, home } = this.#parts;
    this.#isMarked = true; // Until it is known.
    this.#isMarked = (await disk.read(home.claimed)) !== undefined;
  }

  /** Undefined when there is none. */
  async read(): Promise<string | undefined> {
    const bytes = await this.#parts.disk.read(this.#parts.home.claimCode);
    return bytes === undefined ? undefined : readCode(Buffer.from(bytes).toString(), groups);
  }

  async isCode(typed: string): Promise<boolean> {
    const [code, asked] = [await this.read(), readCode(typed, groups)];
    if (code === undefined || asked === undefined) return false;
    return timingSafeEqual(Buffer.from(code), Buffer.from(asked)); // Both are of the same length.
  }

  /** A code that there was not before; the mark goes. */
  async open(): Promise<string> {
    const { disk, home, random } = this.#parts;
    const code = newCode(random, groups);
    await replaceFile(disk, home.claimCode, `${code}\n`);
    await disk.remove(home.claimed);
    this.#isMarked = false;
    return code;
  }

  /** The mark first: after a power cut between the two a code is left that claims nothing. */
  async close(): Promise<void> {
    const { disk, home } = this.#parts;
    if (!this.#isMarked) await replaceFile(disk, home.claimed, 'claimed\n');
    this.#isMarked = true;
    await disk.remove(home.claimCode);
  }
}
