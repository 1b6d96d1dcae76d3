import type { AuditEntry } from '../system/audit.ts';
import type { Random } from '../system/random.ts';
import { isoTime } from '../system/iso-time.ts';
import { Audit, type AuditParts, type ChainState } from './audit.ts';
import { chainStart, type ChainLink } from './audit-entry.ts';
import { auditFiles, mendTail, moveTail } from './audit-files.ts';
import { emptyHead, readHead, writeHead } from './audit-head.ts';
import { openHeadKey, publicText, readCredential, type AuditKeys, type CredentialResult } from './audit-keys.ts';
import { verifyAudit } from './audit-verify.ts';
import type { AuditVerdict, BrokenAudit } from './audit-verdict.ts';
import { beginAnewAction } from './audit-walk.ts';

/** What opening the chain found. */
export interface OpenedAudit {
  readonly audit: Audit;
  /** Set when something could not be trusted: it was set aside as it was, and the chain says so. */
  readonly setAside: { readonly verdict: BrokenAudit; readonly folder: string } | undefined;
  /** Why the service manager's key is not used. */
  readonly complaint?: string;
}

type OpenParts = AuditParts & {
  readonly random: Random;
  /** $CREDENTIALS_DIRECTORY */
  readonly credentials?: string | undefined;
};

const appliance = { actor: 'appliance', resource: 'audit' } as const;

/**
 * Opens the chain: mends what a power cut tore, checks its end, sets aside what cannot be trusted, and has the chain say
 * what was done. Rejects with `DiskFault`.
 */
export async function openAudit(parts: OpenParts): Promise<OpenedAudit> {
  const { disk, folder } = parts;
  await disk.makeDirectory(folder);
  const credential = await readCredential(disk, parts.credentials);
  const complaint = credential.outcome === 'unusable' ? { complaint: credential.message } : {};
  const tornBytes = await mendTail(disk, folder);
  const mended = tornBytes === 0 ? [] : [change('mend-audit-chain', { tornBytes })];
  const verdict = await verdictOf(parts, credential);
  if (verdict.outcome === 'whole') {
    const audit = await goOn(parts, { credential, verdict, acts: mended });
    return { audit, setAside: undefined, ...complaint };
  }
  const opened = await setAside(parts, credential, { verdict, acts: mended });
  return { ...opened, ...complaint };
}

function verdictOf({ disk, folder, anchors }: OpenParts, credential: CredentialResult): Promise<AuditVerdict> {
  const anchor = anchors.read();
  const handed = credential.outcome === 'key' ? [publicText(credential.key)] : [];
  // A key that is handed over for the first time has signed nothing yet.
  const sealingKeys = anchor === undefined ? undefined : [...handed, anchor.sealingKey];
  const known = { anchor, hasLived: anchors.hasLived(), ...(sealingKeys === undefined ? {} : { sealingKeys }) };
  return verifyAudit(disk, folder, { part: 'end', ...known });
}

/** Entries that nobody has signed are taken off the end; going on with a chain that is broken would sign over the break. */
async function setAside(
  parts: OpenParts,
  credential: CredentialResult,
  { verdict, acts }: { readonly verdict: BrokenAudit; readonly acts: readonly AuditEntry[] },
): Promise<OpenedAudit> {
  const { disk, folder } = parts;
  const time = isoTime(parts.clock.wallMs()).replaceAll(/[:.]/g, '-');
  const { fault, file, line, signedSeq } = verdict;
  if (signedSeq !== undefined) {
    const aside = `${folder}-unsigned-${time}`;
    const entries = await moveTail(disk, folder, { aside, afterSeq: signedSeq });
    const rest = await verdictOf(parts, credential);
    if (rest.outcome === 'broken') return setAside(parts, credential, { verdict: rest, acts });
    const told = security('set-unsigned-entries-aside', { entries, afterSeq: signedSeq, folder: aside });
    return {
      audit: await goOn(parts, { credential, verdict: rest, acts: [...acts, told] }),
      setAside: { verdict, folder: aside },
    };
  }
  const aside = `${folder}-broken-${time}`;
  if (fault !== 'missing') await disk.rename(folder, aside);
  await disk.makeDirectory(folder);
  const begun = security(beginAnewAction, { fault, file, line, folder: aside });
  const { state } = await openState(parts, credential, chainStart);
  const audit = new Audit(parts, state);
  await tell(audit, [begun]);
  return { audit, setAside: { verdict, folder: aside } };
}

/** Continues a whole chain. What nobody could know of it until now, it says itself. */
async function goOn(
  parts: OpenParts,
  {
    credential,
    verdict,
    acts,
  }: {
    readonly credential: CredentialResult;
    readonly verdict: Extract<AuditVerdict, { outcome: 'whole' }>;
    readonly acts: readonly AuditEntry[];
  },
): Promise<Audit> {
  const anchor = parts.anchors.read();
  const { state, keys } = await openState(parts, credential, verdict.last);
  const audit = new Audit(parts, state);
  const key = publicText(keys.sealing);
  const told = [...acts];
  if (anchor === undefined && verdict.last.seq > 0)
    told.push(change('pin-audit-key', { key, entries: verdict.last.seq }));
  if (anchor !== undefined && anchor.sealingKey !== key)
    told.push(security('change-audit-key', { from: anchor.sealingKey, to: key }));
  if (anchor !== undefined && verdict.unsigned > 0)
    told.push(change('find-entries-of-earlier-release', { entries: verdict.unsigned, upTo: verdict.last.seq }));
  if (anchor === undefined || told.length > 0) await tell(audit, told);
  return audit;
}

async function tell(audit: Audit, acts: readonly AuditEntry[]): Promise<void> {
  await Promise.all(acts.map((act) => audit.record(act)));
  await audit.close(); // Remembered from the beginning, or its loss would not show.
}

function change(action: string, data: NonNullable<AuditEntry['data']>): AuditEntry {
  return { ...appliance, event_type: 'system_change', action, result: 'success', data };
}

function security(action: string, data: NonNullable<AuditEntry['data']>): AuditEntry {
  return { ...appliance, event_type: 'security_event', action, result: 'failure', data };
}

async function openState(
  parts: OpenParts,
  credential: CredentialResult,
  last: ChainLink,
): Promise<{ readonly state: ChainState; readonly keys: AuditKeys }> {
  const { disk, folder } = parts;
  const key = await openHeadKey(disk, folder, parts.random);
  const keys = { head: key, sealing: credential.outcome === 'key' ? credential.key : key };
  const read = await readHead(disk, folder);
  const head = read.outcome === 'signed' ? read.head : emptyHead;
  if (read.outcome === 'missing') await writeHead(disk, folder, { head, key }); // Before any entry: one without a head is a forgery.
  const file = (await auditFiles(disk, folder)).at(-1);
  const fileBytes = file === undefined ? 0 : ((await disk.read(`${folder}/${file}`))?.length ?? 0);
  return { state: { keys, head, last, file, fileBytes }, keys };
}
