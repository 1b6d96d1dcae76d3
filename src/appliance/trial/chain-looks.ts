import type { Disk } from '../../system/disk.ts';
import { type ChainLink, chainStart, hashOf, readLine } from '../../telemetry/audit-entry.ts';
import { auditFiles } from '../../telemetry/audit-files.ts';
import { verifyAudit } from '../../telemetry/audit-verify.ts';

/** The audit chain from where it stood when a candidate came: whoever has the door continues it. */
export class ChainLooks {
  readonly #disk: Disk;
  readonly #folder: string;
  /** How far it is known to be well. Undefined where it was broken already: whoever opens it next begins a new one. */
  #since: ChainLink | undefined;
  #shape = '';
  #broken: string | undefined;

  private constructor(disk: Disk, folder: string, since: ChainLink | undefined) {
    this.#disk = disk;
    this.#folder = folder;
    this.#since = since;
  }

  static async begin(disk: Disk, folder: string): Promise<ChainLooks> {
    const verdict = await verifyAudit(disk, folder, { part: 'end' });
    const isUsable = verdict.outcome === 'whole' || verdict.fault === 'torn';
    const [last] = isUsable ? await newestFirst(disk, folder, { most: 1 }) : [];
    return new ChainLooks(disk, folder, isUsable ? (last?.link ?? chainStart) : undefined);
  }

  /** What is wrong with it since then, in words. Read again when it has grown. */
  async broken(): Promise<string | undefined> {
    const shape = JSON.stringify(await this.#disk.list(this.#folder));
    if (shape === this.#shape) return this.#broken;
    this.#shape = shape;
    this.#broken = await this.#walk();
    return this.#broken;
  }

  async #walk(): Promise<string | undefined> {
    const since = this.#since;
    if (since === undefined) return undefined;
    const lines = await newestFirst(this.#disk, this.#folder, { backTo: since.seq });
    let last = since;
    for (const line of lines.toReversed()) {
      if (line === undefined) return 'a line is no entry';
      const { entry, link, prevHash } = line;
      const isKnown = link.seq === since.seq;
      if (isKnown ? link.hash !== since.hash : link.hash !== hashOf(entry)) return `entry ${link.seq} is not what was written`;
      if (!isKnown && (link.seq !== last.seq + 1 || prevHash !== last.hash)) return `entry ${link.seq} does not follow the one before it`;
      last = link;
    }
    if (lines.length === 0 && since.seq > 0) return 'it is gone';
    this.#since = last; // However much callers have written down, it is read once.
    return undefined;
  } // prettier-ignore
}

/** Whole lines from the end back to an entry; undefined for one that is none. */
async function newestFirst(
  disk: Disk,
  folder: string,
  { most = Infinity, backTo = 0 }: { readonly most?: number; readonly backTo?: number },
): Promise<readonly ReturnType<typeof readLine>[]> {
  const lines: ReturnType<typeof readLine>[] = [];
  for (const name of (await auditFiles(disk, folder)).toReversed()) {
    const text = new TextDecoder().decode((await disk.read(`${folder}/${name}`)) ?? new Uint8Array());
    for (const line of text.split('\n').slice(0, -1).toReversed()) {
      const read = readLine(line);
      lines.push(read);
      if (lines.length >= most || (read !== undefined && read.link.seq <= backTo)) return lines;
    }
  }
  return lines;
}
