import type { Store } from '../store/store.ts';
import type { AuditAnchor } from '../system/audit.ts';
import type { Disk } from '../system/disk.ts';
import type { Log } from '../system/log.ts';
import type { AnchorPlace } from '../telemetry/audit.ts';
import { linkText, type ChainLink } from '../telemetry/audit-entry.ts';
import { publicText, readCredential } from '../telemetry/audit-keys.ts';
import type { OpenedAudit } from '../telemetry/audit-open.ts';
import type { AuditVerdict } from '../telemetry/audit-verdict.ts';
import { verifyAudit } from '../telemetry/audit-verify.ts';

/** What the database remembers of the chain. What it cannot say must not keep the bell from ringing. */
export function anchorsIn({ read, write }: Pick<Store, 'read' | 'write'>): AnchorPlace {
  const orElse = <Found>(ask: () => Found, otherwise: Found): Found => {
    try {
      return ask();
    } catch {
      return otherwise; // The check of the database says why.
    }
  };
  return {
    read: () => orElse(() => read.auditAnchor(), undefined),
    hasLived: () => orElse(() => read.hasLived(), false),
    keep: (anchor) => write('keepAuditAnchor', anchor),
  };
}

export interface ChainPlace {
  readonly disk: Disk;
  readonly folder: string;
  /** $CREDENTIALS_DIRECTORY */
  readonly credentials: string | undefined;
}

/** Walks the whole chain, and compares it with everything that is known of it elsewhere. */
export async function verifyChain(
  { disk, folder, credentials }: ChainPlace,
  known: { readonly anchor?: AuditAnchor | undefined; readonly hasLived: boolean },
  against?: ChainLink,
): Promise<AuditVerdict> {
  const credential = await readCredential(disk, credentials);
  const handed = credential.outcome === 'key' ? { sealingKeys: [publicText(credential.key)] } : {};
  return verifyAudit(disk, folder, { ...known, ...handed, against });
}

/** The end of the chain goes into the log, which may be kept elsewhere: a chain that was written anew does not hold it. */
export function tellVerdict(log: Log, verdict: AuditVerdict): void {
  if (verdict.outcome === 'whole')
    log.info('the audit chain is whole', { entries: verdict.entries, head: linkText(verdict.last) });
  else log.error('the audit chain is broken', { reason: verdict.message });
}

export function tellOpened(log: Log, { complaint, setAside }: OpenedAudit): void {
  if (complaint !== undefined) log.error('the audit chain is signed with the key beside it', { reason: complaint });
  if (setAside === undefined) return;
  const { folder, verdict } = setAside;
  log.error('the audit chain was broken and is set aside', { folder, reason: verdict.message });
}
