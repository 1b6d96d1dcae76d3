import type { Storage } from '../system/storage.ts';

export type ElfFile =
  | { readonly outcome: 'whole'; readonly architecture: string; readonly bytes: number }
  | { readonly outcome: 'refused'; readonly message: string };

const headerBytes = 64;
const programHeadersMax = 64;
/** e_machine of the ELF header, as manifests spell them. */
const machines: Readonly<Record<number, string>> = { 0x3e: 'linux-x64', 0xb7: 'linux-arm64' };

/**
 * What an executable says of itself (System V ABI, ELF-64): for which processor it is, and whether its segments all lie
 * inside the file. A download that was cut short does not pass.
 */
export async function readElf(storage: Pick<Storage, 'readPart'>, path: string, bytes: number): Promise<ElfFile> {
  const refused = (why: string): ElfFile => ({ outcome: 'refused', message: `cannot install ${path}: ${why}` });
  const header = await readBytes(storage, { path, offset: 0, bytes: headerBytes });
  if (header === undefined || header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1)
    return refused('it is no program for 64-bit Linux: make one with npm run package');
  const architecture = machines[header.readUInt16LE(18)];
  if (architecture === undefined)
    return refused('it is for another kind of processor: linux-arm64 and linux-x64 exist');
  const [offset, size, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56)];
  const isPlausible = size >= 56 && count > 0 && count <= programHeadersMax && Number.isSafeInteger(offset);
  const table = isPlausible ? await readBytes(storage, { path, offset, bytes: size * count }) : undefined;
  const short = refused('it is cut short: get the file again');
  if (table === undefined) return short;
  for (let index = 0; index < count; index += 1) {
    const at = index * size;
    const end = table.readBigUInt64LE(at + 8) + table.readBigUInt64LE(at + 32); // p_offset + p_filesz
    if (end > BigInt(bytes)) return short;
  }
  return { outcome: 'whole', architecture, bytes };
}

/** Exactly so many bytes; undefined when the file ends before. */
async function readBytes(
  storage: Pick<Storage, 'readPart'>,
  { path, offset, bytes }: { path: string; offset: number; bytes: number },
): Promise<Buffer | undefined> {
  const part = await storage.readPart(path, offset, bytes);
  return part === undefined || part.length < bytes ? undefined : Buffer.from(part);
}
