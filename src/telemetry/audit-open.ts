import type { Random } from '../system/random.ts';
import { isoTime } from '../system/iso-time.ts';
import { Audit, type AuditParts, type ChainState } from './audit.ts';
import { chainStart, type ChainLink } from './audit-entry.ts';
import { auditFiles, mendTail } from './audit-files.ts';
import { emptyHead, openAuditKey, readHead, writeHead } from './audit-head.ts';
import { verifyAudit, type BrokenAudit } from './audit-verify.ts';

/** What opening the chain found. */
export interface OpenedAudit {
  readonly audit: Audit;
  /** Set when the chain's end was broken: it was set aside as it was, and a new chain began that says so. */
  readonly setAside: { readonly verdict: BrokenAudit; readonly folder: string } | undefined;
}

type OpenParts = AuditParts & { readonly random: Random };

/** Opens the chain: mends what a power cut tore, checks its end, and sets a broken one aside. Rejects with `DiskFault`. */
export async function openAudit(parts: OpenParts): Promise<OpenedAudit> {
  const { disk, folder } = parts;
  await disk.makeDirectory(folder);
  const tornBytes = await mendTail(disk, folder);
  const verdict = await verifyAudit(disk, folder, 'end');
  if (verdict.outcome === 'broken') return beginAnew(parts, verdict);
  const audit = new Audit(parts, await openState(parts, verdict.last));
  if (tornBytes > 0) {
    const act = { event_type: 'system_change', action: 'mend-audit-chain', result: 'success' } as const;
    await audit.record({ ...appliance, ...act, data: { tornBytes } });
  }
  return { audit, setAside: undefined };
}

const appliance = { actor: 'appliance', resource: 'audit' } as const;

/** Going on with a broken chain would sign over the break: it is kept as evidence, and the new one begins with its story. */
async function beginAnew(parts: OpenParts, verdict: BrokenAudit): Promise<OpenedAudit> {
  const folder = `${parts.folder}-broken-${isoTime(parts.clock.wallMs()).replaceAll(/[:.]/g, '-')}`;
  await parts.disk.rename(parts.folder, folder);
  await parts.disk.makeDirectory(parts.folder);
  const audit = new Audit(parts, await openState(parts, chainStart));
  const { fault, file, line } = verdict;
  const act = { event_type: 'security_event', action: 'set-audit-chain-aside', result: 'failure' } as const;
  await audit.record({ ...appliance, ...act, data: { fault, file, line, folder } });
  return { audit, setAside: { verdict, folder } };
}

async function openState(parts: OpenParts, last: ChainLink): Promise<ChainState> {
  const { disk, folder } = parts;
  const key = await openAuditKey(disk, folder, parts.random);
  const read = await readHead(disk, folder);
  const head = read.outcome === 'signed' ? read.head : emptyHead;
  if (read.outcome === 'missing') await writeHead(disk, folder, { head, key }); // Before any entry: one without a head is a forgery.
  const file = (await auditFiles(disk, folder)).at(-1);
  const fileBytes = file === undefined ? 0 : ((await disk.read(`${folder}/${file}`))?.length ?? 0);
  return { key, head, last, file, fileBytes };
}
