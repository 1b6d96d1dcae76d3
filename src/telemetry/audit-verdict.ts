import type { ChainLink } from './audit-entry.ts';

export type AuditFault =
  | 'missing' // There was a chain, or a home that has one, and there is none.
  | 'unreadable' // A line is no entry.
  | 'changed' // An entry is not what was written.
  | 'order' // Entries are missing, put in, doubled or moved.
  | 'truncated' // The end is missing.
  | 'unsigned' // The head is missing or forged, or the chain is not the one it signed.
  | 'put-in' // Entries stand at the end that nobody has signed.
  | 'torn'; // The last line stops in the middle: a power cut; the next start repairs it.

export type AuditVerdict =
  | {
      readonly outcome: 'whole';
      readonly entries: number;
      /** At the end, without a signature of their own: a release wrote them that knew none; its head covers them. */
      readonly unsigned: number;
      readonly last: ChainLink;
      /** Where the oldest entry says that there was no chain to be trusted before it: what it says. */
      readonly begunAnew?: { readonly fault: string; readonly timestamp: string };
    }
  | {
      readonly outcome: 'broken';
      readonly fault: AuditFault;
      /** Where to look: the file, and its line from 1 (0: the file as a whole). */
      readonly file: string;
      readonly line: number;
      readonly message: string;
      /** `put-in`: the newest entry that somebody has signed. */
      readonly signedSeq?: number;
    };

export type BrokenAudit = Extract<AuditVerdict, { outcome: 'broken' }>;

/** `why` is a whole message, or goes on after the place. */
export function broken(fault: AuditFault, at: { file: string; line: number }, why: string): BrokenAudit {
  const { file, line } = at;
  const where = line === 0 ? file : `${file} line ${line}`;
  const message = why.startsWith('cannot ') ? why : `cannot trust the audit chain: ${where} ${why}`;
  return { outcome: 'broken', fault, file, line, message };
}
