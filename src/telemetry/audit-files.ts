import { replaceFile, type Disk } from '../system/disk.ts';
import { readLine } from './audit-entry.ts';

const newline = 0x0a;

/** Names of the chain's files, oldest first. */
export async function auditFiles(disk: Disk, folder: string): Promise<readonly string[]> {
  const names = (await disk.list(folder)).map((entry) => entry.name);
  return names.filter((name) => /^audit-\d{12}\.jsonl$/.test(name));
}

/** The chain's file that begins with this entry. */
export function auditFileName(firstSeq: number): string {
  return `audit-${String(firstSeq).padStart(12, '0')}.jsonl`;
}

/** Cuts off what a power cut left of a last line. Gives back how many bytes that were. */
export async function mendTail(disk: Disk, folder: string): Promise<number> {
  const newest = (await auditFiles(disk, folder)).at(-1);
  if (newest === undefined) return 0;
  const content = (await disk.read(`${folder}/${newest}`)) ?? new Uint8Array();
  const wholeBytes = content.lastIndexOf(newline) + 1;
  if (wholeBytes < content.length) await cutFile(disk, `${folder}/${newest}`, wholeBytes);
  return content.length - wholeBytes;
}

/** Keeps the first bytes of a file; none: no file. */
export async function cutFile(disk: Disk, path: string, bytes: number): Promise<void> {
  if (bytes === 0) {
    await disk.remove(path);
    return;
  }
  const content = (await disk.read(path)) ?? new Uint8Array();
  if (content.length > bytes) await replaceFile(disk, path, content.subarray(0, bytes));
}

/** Number of the first entry of a file, and the hash that it continues. */
export async function firstLinkOf(
  disk: Disk,
  path: string,
): Promise<{ readonly seq: number; readonly prevHash: string }> {
  const text = Buffer.from((await disk.read(path)) ?? []).toString();
  const first = readLine(text.slice(0, text.indexOf('\n')));
  if (first === undefined) throw new Error(`cannot let go of old audit entries: ${path} does not begin with one`);
  return { seq: first.link.seq, prevHash: first.prevHash };
}

/** Moves the entries after this one into a folder of their own, as they were. Gives back how many lines that were. */
export async function moveTail(
  disk: Disk,
  folder: string,
  { aside, afterSeq }: { readonly aside: string; readonly afterSeq: number },
): Promise<number> {
  let moved = 0;
  await disk.makeDirectory(aside);
  for (const file of (await auditFiles(disk, folder)).toReversed()) {
    const path = `${folder}/${file}`;
    const content = Buffer.from((await disk.read(path)) ?? []);
    const lines = content.toString().split('\n').slice(0, -1);
    const kept = lines.findIndex((line) => (readLine(line)?.link.seq ?? Infinity) > afterSeq);
    if (kept < 0) break;
    const bytes = lines.slice(0, kept).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    await replaceFile(disk, `${aside}/${file}`, content.subarray(bytes));
    await cutFile(disk, path, bytes);
    moved += lines.length - kept;
  }
  return moved;
}
