import type { AuditEntry, Chronicle } from '../system/audit.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Audit } from '../telemetry/audit.ts';
import { linkText } from '../telemetry/audit-entry.ts';

/** Entries kept while nobody can write them. */
const keptMax = 1000;

/** Writes for another process, which has the chain: true when that has taken the entry and answers for it. */
export type Forward = (entry: AuditEntry) => Promise<boolean>;

type Hand =
  | { readonly holder: 'own'; readonly audit: Audit }
  | { readonly holder: 'other'; readonly forward: Forward }
  | { readonly holder: 'nobody' };

/** The audit chain of this appliance. It has one writer: this process, unless somebody was put in its place. */
export class HouseChronicle implements Chronicle {
  #hand: Hand = { holder: 'nobody' };
  #kept: AuditEntry[] = [];
  #fault: string | undefined;

  /** Resolves when the entry is written, or kept until somebody can write it. */
  async record(entry: AuditEntry): Promise<void> {
    const hand = this.#hand;
    if (hand.holder === 'own') return hand.audit.record(entry);
    if (hand.holder === 'other' && (await hand.forward(entry))) return;
    if (this.#hand !== hand) return this.record(entry); // It changed while the other did not answer.
    if (this.#kept.length >= keptMax) throw new Error(`cannot record: ${keptMax} audit entries wait for a writer`);
    this.#kept.push(entry);
  }

  status(): { readonly pending: number; readonly fault: string | undefined } {
    const own = this.#hand.holder === 'own' ? this.#hand.audit.status() : { pending: 0, fault: undefined };
    return { pending: own.pending + this.#kept.length, fault: own.fault ?? this.#fault };
  }

  /** Where the chain ends, `NUMBER:HASH`; undefined while this process does not write it. */
  head(): string | undefined {
    return this.#hand.holder === 'own' ? linkText(this.#hand.audit.head()) : undefined;
  }

  /** Writes from now on. Nobody else may. */
  async take(open: () => Promise<Audit>): Promise<void> {
    if (this.#hand.holder === 'own') return;
    try {
      const audit = await open();
      this.#hand = { holder: 'own', audit };
      this.#fault = undefined;
    } catch (error) {
      this.#hand = { holder: 'nobody' };
      this.#fault = wordsOf(error);
      throw error;
    }
    await this.#recordKept();
  }

  /** Writes no more once this resolves: entries go to whoever does. */
  async giveTo(forward: Forward): Promise<void> {
    const hand = this.#hand;
    this.#hand = { holder: 'nobody' };
    if (hand.holder === 'own') await hand.audit.close();
    this.#hand = { holder: 'other', forward };
    await this.#recordKept();
  }

  /** Together: each by itself would wait for the disk. */
  async #recordKept(): Promise<void> {
    await Promise.all(this.#kept.splice(0).map((entry) => this.record(entry)));
  }

  /** Waits for what was recorded so far. */
  async close(): Promise<void> {
    if (this.#hand.holder === 'own') await this.#hand.audit.close();
  }
}
