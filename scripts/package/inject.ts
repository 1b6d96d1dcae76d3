/** The name and the fuse by which Node finds the blob of a single executable (`node::sea`, `postject-api.h`). */
const noteName = 'NODE_SEA_BLOB';
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The largest page of a 64-bit ARM kernel: the file starts with pages of 4 KiB, of 16 KiB (Pi 5) and of 64 KiB. */
const pageBytes = 64 * 1024;

const loadSegment = 1;
const noteSegment = 4;
const headersSegment = 6;
const readable = 4;

/** Fields of an ELF64 header and of a program header: where they are (elf(5)). */
const at = { programHeaders: 32, programHeaderBytes: 54, programHeaderCount: 56 } as const;
const segmentAt = {
  type: 0,
  flags: 4,
  offset: 8,
  address: 16,
  physical: 24,
  fileBytes: 32,
  memoryBytes: 40,
  align: 48,
};

/** A stretch of what is added, from its beginning on. */
interface Part {
  readonly type: number;
  readonly from: number;
  readonly bytes: number;
  readonly align: number;
}

/** The same in the file and in the memory. */
interface Segment extends Omit<Part, 'from'> {
  readonly offset: number;
  readonly address: number;
}

/**
 * Node with a blob behind it: one more segment of the file, that holds a note, the blob and the program headers. No byte
 * of Node changes but the fuse and the place of the program headers, and the same input gives the same bytes. The tool
 * that Node names for this rewrites the whole file: twenty times the time, nine times the memory.
 */
export function inject(node: Buffer, blob: Buffer): Buffer {
  const elf = Buffer.from(node);
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) {
    throw new Error('cannot inject: this Node is no 64-bit little-endian ELF file');
  }
  lightFuse(elf);
  const headers = programHeaders(elf);
  const loads = headers.filter((header) => header.readUInt32LE(segmentAt.type) === loadSegment);
  const [first] = loads;
  if (first === undefined) throw new Error('cannot inject: this Node has nothing to load');
  // Addresses run as offsets do in the first segment, so that every kernel tells the program headers' right address.
  const base = numberAt(first, segmentAt.address) - numberAt(first, segmentAt.offset);
  const memoryEnd = Math.max(...loads.map((one) => numberAt(one, segmentAt.address) + numberAt(one, segmentAt.memoryBytes))); // prettier-ignore
  const offset = roundUp(Math.max(elf.length, memoryEnd - base), pageBytes);
  const note = noteHeader(blob.length);
  const noteBytes = note.length + blob.length;
  // The program headers come last: the kernel refuses a file that was cut short, instead of a bus error later.
  const headersFrom = roundUp(noteBytes, headersAlign);
  const headersBytes = (headers.length + 2) * first.length;
  const place = (part: Part): Buffer =>
    segment(first.length, { ...part, offset: offset + part.from, address: base + offset + part.from });
  const moved = headers.map((header) =>
    header.readUInt32LE(segmentAt.type) === headersSegment
      ? place({ type: headersSegment, from: headersFrom, bytes: headersBytes, align: headersAlign })
      : header,
  );
  const lastLoad = moved.findLastIndex((header) => header.readUInt32LE(segmentAt.type) === loadSegment);
  moved.splice(
    lastLoad + 1,
    0,
    place({ type: loadSegment, from: 0, bytes: headersFrom + headersBytes, align: pageBytes }),
  );
  moved.push(place({ type: noteSegment, from: 0, bytes: noteBytes, align: 4 }));
  elf.writeBigUInt64LE(BigInt(offset + headersFrom), at.programHeaders);
  elf.writeUInt16LE(moved.length, at.programHeaderCount);
  const gaps = [offset - elf.length, headersFrom - noteBytes].map((bytes) => Buffer.alloc(bytes));
  return Buffer.concat([elf, gaps[0] ?? none, note, blob, gaps[1] ?? none, ...moved]);
}

const none = Buffer.alloc(0);
const headersAlign = 8;

/** Tells Node to look for a blob. */
function lightFuse(elf: Buffer): void {
  const unlit = `${fuse}:0`;
  const place = elf.indexOf(unlit);
  if (place < 0 || elf.indexOf(unlit, place + 1) >= 0)
    throw new Error('cannot inject: this Node has not exactly one fuse');
  elf.write('1', place + unlit.length - 1);
}

function programHeaders(elf: Buffer): readonly Buffer[] {
  const start = numberAt(elf, at.programHeaders);
  const bytes = elf.readUInt16LE(at.programHeaderBytes);
  const count = elf.readUInt16LE(at.programHeaderCount);
  return Array.from({ length: count }, (_, index) => Buffer.from(elf.subarray(start + index * bytes, start + (index + 1) * bytes))); // prettier-ignore
}

function segment(headerBytes: number, { type, offset, address, bytes, align }: Segment): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(type, segmentAt.type);
  header.writeUInt32LE(readable, segmentAt.flags);
  header.writeBigUInt64LE(BigInt(offset), segmentAt.offset);
  header.writeBigUInt64LE(BigInt(address), segmentAt.address);
  header.writeBigUInt64LE(BigInt(address), segmentAt.physical);
  header.writeBigUInt64LE(BigInt(bytes), segmentAt.fileBytes);
  header.writeBigUInt64LE(BigInt(bytes), segmentAt.memoryBytes);
  header.writeBigUInt64LE(BigInt(align), segmentAt.align);
  return header;
}

/** Lengths of name and content, a type, and the name. */
function noteHeader(blobBytes: number): Buffer {
  const name = Buffer.alloc(roundUp(noteName.length + 1, 4));
  name.write(noteName);
  const lengths = Buffer.alloc(12);
  lengths.writeUInt32LE(noteName.length + 1, 0);
  lengths.writeUInt32LE(blobBytes, 4);
  return Buffer.concat([lengths, name]);
}

function numberAt(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset));
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
