import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import type { AuditAnchor, AuditEntry } from '../../src/system/audit.ts';
import type { Disk } from '../../src/system/disk.ts';
import type { Random } from '../../src/system/random.ts';
import type { AnchorPlace, AuditParts } from '../../src/telemetry/audit.ts';
import { openAudit } from '../../src/telemetry/audit-open.ts';
import { verifyAudit, type AuditKnowledge } from '../../src/telemetry/audit-verify.ts';
import type { AuditVerdict } from '../../src/telemetry/audit-verdict.ts';
import { StillClock } from './still-clock.ts';

/** Something worth remembering. */
export const entry: AuditEntry = {
  event_type: 'data_modification',
  actor: 'owner',
  action: 'enrol',
  resource: 'person/1',
  result: 'success',
};

/** A database, as far as it remembers a chain. */
export class Memory implements AnchorPlace {
  anchor: AuditAnchor | undefined;
  isOld = false;

  read(): AuditAnchor | undefined {
    return this.anchor;
  }

  hasLived(): boolean {
    return this.isOld;
  }

  async keep(anchor: AuditAnchor): Promise<void> {
    this.anchor = anchor;
  }
}

/** What a chain in a new folder is opened with. */
export function parts(
  context: TestContext,
  disk: Disk = nodeDisk,
): AuditParts & { readonly random: Random; readonly anchors: Memory } {
  const root = mkdtempSync(join(tmpdir(), 'doorward-audit-'));
  context.after(() => rmSync(root, { recursive: true }));
  return { disk, clock: new StillClock(), random: nodeRandom, folder: join(root, 'audit'), anchors: new Memory() };
}

export function chainFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, name));
}

/** A closed chain of `count` entries in one file. */
export async function writeChain(
  context: TestContext,
  count: number,
): Promise<{ own: ReturnType<typeof parts>; folder: string; file: string; lines: string[] }> {
  const own = parts(context);
  const { audit } = await openAudit(own);
  for (let index = 0; index < count; index += 1) {
    void audit.record({ ...entry, resource: `person/${index}` });
  }
  await audit.close();
  const [file = ''] = chainFiles(own.folder);
  return { own, folder: own.folder, file, lines: readFileSync(file, 'utf8').trimEnd().split('\n') };
}

export function verify(folder: string, known: AuditKnowledge = {}): Promise<AuditVerdict> {
  return verifyAudit(nodeDisk, folder, known);
}
