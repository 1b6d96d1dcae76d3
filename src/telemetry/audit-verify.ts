import type { Disk } from '../system/disk.ts';
import type { AuditAnchor } from '../system/audit.ts';
import type { ChainLink } from './audit-entry.ts';
import { auditFileName, auditFiles } from './audit-files.ts';
import { emptyHead, readHead } from './audit-head.ts';
import { broken, type AuditVerdict } from './audit-verdict.ts';
import { beginWalk, judgeEnd, walkFile } from './audit-walk.ts';

/** What is known of the chain from elsewhere. */
export interface AuditKnowledge {
  /** What the database remembers. */
  readonly anchor?: AuditAnchor | undefined;
  /** The home is older than this process: it has had a chain. */
  readonly hasLived?: boolean;
  /** Public keys that may have signed the newest entry, where they are known from elsewhere than the anchor. */
  readonly sealingKeys?: readonly string[];
  /** An entry that somebody has written down elsewhere. */
  readonly against?: ChainLink | undefined;
}

/** The highest number that a file's name has room for. */
const seqMax = 999_999_999_999;
/** A chain that grows while it is read may look torn. It is read again, this many times. */
const walksMax = 5;

/**
 * Walks the chain in `folder` from its first kept entry to its last and compares it with what is known from elsewhere.
 * `part: 'end'` looks at the newest file only, and from the anchor on: what a start can afford. The appliance may be
 * writing meanwhile.
 */
export async function verifyAudit(
  disk: Disk,
  folder: string,
  { part = 'all', ...known }: AuditKnowledge & { readonly part?: 'all' | 'end' } = {},
): Promise<AuditVerdict> {
  for (let walks = 1; ; walks += 1) {
    const before = await shapeOf(disk, folder);
    const verdict = await walkChain({ disk, folder, part }, known);
    if (verdict.outcome === 'whole' || walks === walksMax || before === (await shapeOf(disk, folder))) return verdict;
  }
}

/** Changes with every write. */
async function shapeOf(disk: Disk, folder: string): Promise<string> {
  return JSON.stringify(await disk.list(folder));
}

interface Place {
  readonly disk: Disk;
  readonly folder: string;
  readonly part: 'all' | 'end';
}

async function walkChain({ disk, folder, part }: Place, known: AuditKnowledge): Promise<AuditVerdict> {
  const found = await auditFiles(disk, folder);
  const read = await readHead(disk, folder, known.anchor?.headKey);
  if (read.outcome === 'forged') return broken('unsigned', { file: 'head.json', line: 0 }, read.message);
  if (read.outcome === 'missing') {
    const hadOne = known.anchor !== undefined || known.hasLived === true || known.against !== undefined;
    const fault = found.length > 0 ? 'unsigned' : 'missing'; // The head is older than the first entry, and than the home.
    if (found.length > 0 || hadOne) return broken(fault, { file: 'head.json', line: 0 }, read.message);
  }
  const head = read.outcome === 'signed' ? read.head : emptyHead;
  const from = part === 'all' ? head.first_seq : (known.anchor?.seq ?? seqMax);
  const files = filesFrom(found, head.first_seq);
  const looked = filesFrom(files, from);
  const walk = beginWalk(
    looked.length === files.length ? { seq: head.first_seq - 1, hash: head.first_prev_hash } : undefined,
    [head, known.anchor, known.against].filter((link) => link !== undefined).map(({ seq }) => seq),
  );
  for (const file of looked) {
    const text = Buffer.from((await disk.read(`${folder}/${file}`)) ?? []).toString();
    const fault = walkFile(walk, file, text);
    if (fault !== undefined) return fault;
  }
  const keys = known.sealingKeys ?? (read.outcome === 'signed' ? [known.anchor?.sealingKey ?? read.key] : []);
  return judgeEnd(walk, { ...known, head, keys, file: looked.at(-1) ?? 'head.json' });
}

/** The files that hold this entry and those after it. */
function filesFrom(files: readonly string[], seq: number): readonly string[] {
  const first = files.findLastIndex((file) => file <= auditFileName(seq));
  return files.slice(Math.max(0, first));
}
