import { DiskFault, type DiskEntry } from '../../src/system/disk.ts';
import type { Storage } from '../../src/system/storage.ts';
import type { Choices } from './choices.ts';

/** What a disk may do instead of what it was told. */
export type DiskTrouble = 'full' | 'broken' | 'read-only' | undefined;

/** What stands behind a name. A file has the bytes that a reader sees, and those that are on the platter. */
interface File {
  readonly kind: 'file';
  latest: Uint8Array;
  synced: Uint8Array;
  isDirty: boolean;
  /** The card gives none of it any more; what is put in its place can be read. */
  isUnreadable?: boolean;
}
export type Node = File | { readonly kind: 'link'; readonly target: string } | { readonly kind: 'directory' };

/** A disk as it was at one moment. */
export interface RememberedDisk {
  readonly names: ReadonlyMap<string, Node>;
  readonly durable: ReadonlyMap<string, Node>;
}

const nothing = new Uint8Array();
const encoder = new TextEncoder();
/** Names and files that differ are decided one by one up to here, all alike above: otherwise one cut is a thousand. */
const individualMax = 2;

/** A disk that keeps only what it was made to keep. Every effect asks `before`, which may cut the power or make trouble. */
export class SimulatedDisk implements Storage {
  names = new Map<string, Node>();
  #durable = new Map<string, Node>();
  freeBytes = 1e12;
  readonly #contents = new Map<string, Uint8Array>();
  readonly #before: (act: string, path: string) => DiskTrouble;

  constructor(before: (act: string, path: string) => DiskTrouble) {
    this.#before = before;
  }

  /** Puts a file there that has always been there. */
  seed(path: string, content: Uint8Array | string): void {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    this.#place(path, { kind: 'file', latest: bytes, synced: bytes, isDirty: false });
  }
  seedLink(path: string, target: string): void {
    this.#place(path, { kind: 'link', target });
  }
  seedDirectory(path: string): void {
    this.#place(path, { kind: 'directory' });
  }
  #place(path: string, node: Node): void {
    this.names.set(path, node);
    this.#durable.set(path, node);
  }

  /** The card lost a bit: what was synced is another byte now. */
  rot(path: string): void {
    const node = this.names.get(path);
    if (node?.kind !== 'file' || node.latest.length === 0) return;
    const bytes = node.latest.slice();
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    this.#place(path, { kind: 'file', latest: bytes, synced: bytes, isDirty: false });
  }

  /** A sector of the file cannot be read any more. */
  spoil(path: string): void {
    const node = this.names.get(path);
    if (node?.kind === 'file') this.#place(path, { ...node, isUnreadable: true });
  }

  /** The power is gone: names and bytes that were not synced come back old, new or half, as the choices say. */
  losePower(choices: Choices): void {
    const differing = this.paths().filter((path) => this.names.get(path) !== this.#durable.get(path));
    const alike = differing.length > individualMax ? choices.pick(3) : undefined;
    differing.forEach((path, place) => {
      const isNew = alike === undefined ? choices.pick(2) === 1 : alike === 1 || (alike === 2 && place % 2 === 1);
      const survivor = isNew ? this.names.get(path) : this.#durable.get(path);
      if (survivor === undefined) this.#durable.delete(path);
      else this.#durable.set(path, survivor);
    });
    for (const path of this.#durable.keys()) if (this.#isOrphan(path)) this.#durable.delete(path);
    const survivors = this.paths().map((path) => this.#durable.get(path));
    const dirty = [...new Set(survivors)]
      .filter((node) => node?.kind === 'file')
      .filter((node) => node.latest !== node.synced);
    const fate = dirty.length > individualMax ? choices.pick(4) : undefined;
    for (const node of dirty) {
      const { latest, synced } = node;
      const fates = [synced, nothing, latest, latest.subarray(0, latest.length >> 1)];
      node.synced = node.latest = this.#same(fates[fate ?? choices.pick(4)] ?? nothing);
      node.isDirty = false;
    }
    this.names = new Map(this.#durable);
  }

  /** Every name that there is or may be again, always in the same order: choices must not depend on how it came about. */
  paths(): readonly string[] {
    const paths = new Set(this.names.keys());
    for (const path of this.#durable.keys()) paths.add(path);
    return [...paths].toSorted();
  }

  /** All that the disk holds, now and on the platter. */
  get content(): RememberedDisk {
    return { names: this.names, durable: this.#durable };
  }
  goOnFrom(content: RememberedDisk): void {
    const { names, durable } = copyOf(content);
    this.names = names;
    this.#durable = durable;
  }

  /** True when a directory above the name did not survive. */
  #isOrphan(path: string): boolean {
    for (let above = parentOf(path); above !== '/'; above = parentOf(above))
      if (this.#durable.get(above)?.kind !== 'directory') return true;
    return false;
  }

  /** The same bytes are the same object, whoever wrote them: what was made of them once need not be made again. */
  #same(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const known = this.#contents.get(text) ?? bytes;
    this.#contents.set(text, known);
    return known;
  }

  /** What was written is on its way, even when it is what the platter has already. */
  #write(node: File, bytes: Uint8Array): void {
    const same = this.#same(bytes);
    node.latest = same === node.synced ? bytes : same;
    node.isDirty = true;
  }

  #effect(act: string, path: string): void {
    const trouble = this.#before(act, path);
    if (trouble === 'full') throw new DiskFault(`cannot write ${path}: no space`, 'full');
    if (trouble === 'read-only') throw new DiskFault(`cannot ${act} ${path}: read-only file system`, 'other');
    if (trouble === 'broken') throw new DiskFault(`cannot ${act} ${path}: input/output error`, 'other');
  }

  #look(path: string): void {
    if (this.#before('look', path) !== undefined)
      throw new DiskFault(`cannot read ${path}: input/output error`, 'other');
  }

  #file(path: string): File | undefined {
    const node = this.names.get(path);
    return node?.kind === 'file' ? node : undefined;
  }

  #readable(path: string): Uint8Array | undefined {
    this.#look(path);
    const file = this.#file(path);
    if (file?.isUnreadable === true) throw new DiskFault(`cannot read ${path}: input/output error`, 'other');
    return file?.latest;
  }

  #openFile(path: string): File {
    const there = this.#file(path);
    if (there !== undefined) return there;
    if (this.names.get(parentOf(path))?.kind !== 'directory')
      throw new DiskFault(`cannot write ${path}: no directory`, 'other');
    const node: Node = { kind: 'file', latest: nothing, synced: nothing, isDirty: false };
    this.names.set(path, node);
    return node;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.#readable(path);
  }
  async readPart(path: string, offset: number, bytes: number): Promise<Uint8Array | undefined> {
    return this.#readable(path)?.subarray(offset, offset + bytes);
  }
  async readLink(path: string): Promise<string | undefined> {
    this.#look(path);
    const node = this.names.get(path);
    return node?.kind === 'link' ? node.target : undefined;
  }
  async list(path: string): Promise<readonly DiskEntry[]> {
    this.#look(path);
    const entries: DiskEntry[] = [];
    for (const [name, node] of this.names) {
      if (parentOf(name) !== path) continue;
      const kind = node.kind === 'link' ? 'other' : node.kind;
      entries.push({
        name: name.slice(path.length + 1),
        kind,
        bytes: node.kind === 'file' ? node.latest.length : 0,
        modifiedMs: 1,
      });
    }
    return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }
  async space(_path: string): Promise<{ freeBytes: number; totalBytes: number }> {
    return { freeBytes: this.freeBytes, totalBytes: this.freeBytes };
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content.slice();
    try {
      this.#effect('write', path);
    } catch (fault) {
      if (fault instanceof DiskFault && this.#file(path) !== undefined) this.#openFile(path).latest = nothing; // Truncated first.
      throw fault;
    }
    const node = this.#openFile(path);
    this.#write(node, bytes);
  }
  async writePart(path: string, offset: number, content: Uint8Array): Promise<void> {
    this.#effect('write', path);
    const node = this.#openFile(path);
    const bytes = new Uint8Array(Math.max(node.latest.length, offset + content.length));
    bytes.set(node.latest);
    bytes.set(content, offset);
    this.#write(node, bytes);
  }
  async append(path: string, content: string): Promise<void> {
    const before = this.#file(path)?.latest ?? nothing;
    await this.write(path, Buffer.concat([before, encoder.encode(content)]));
    await this.sync(path);
  }
  async truncate(path: string, bytes: number): Promise<void> {
    this.#effect('truncate', path);
    const node = this.#openFile(path);
    if (node.latest.length === bytes) return;
    this.#write(node, node.latest.slice(0, bytes));
  }
  async setMode(path: string): Promise<void> {
    this.#look(path);
  }
  /** A failed sync is told once: afterwards the pages look clean, and are not on the platter. */
  async sync(path: string): Promise<void> {
    const node = this.#file(path);
    try {
      this.#effect('sync', path);
    } catch (fault) {
      if (fault instanceof DiskFault && node !== undefined) node.isDirty = false;
      throw fault;
    }
    if (node === undefined || !node.isDirty) return;
    node.synced = node.latest;
    node.isDirty = false;
  }
  async rename(from: string, to: string): Promise<void> {
    this.#effect('rename', to);
    const node = this.names.get(from);
    if (node === undefined) throw new DiskFault(`cannot rename ${from}: there is none`, 'other');
    this.names.delete(from);
    this.names.set(to, node);
  }
  async syncDirectory(path: string): Promise<void> {
    this.#effect('sync-directory', path);
    for (const name of this.#durable.keys())
      if (parentOf(name) === path && !this.names.has(name)) this.#durable.delete(name);
    for (const [name, node] of this.names) if (parentOf(name) === path) this.#durable.set(name, node);
  }
  async makeDirectory(path: string): Promise<void> {
    if (this.names.get(path)?.kind === 'directory') return;
    this.#effect('make-directory', path);
    this.names.set(path, { kind: 'directory' });
  }
  async makeLink(target: string, path: string): Promise<void> {
    this.#effect('make-link', path);
    if (this.names.has(path)) throw new DiskFault(`cannot make the link ${path}: it exists`, 'other');
    this.names.set(path, { kind: 'link', target });
  }
  async remove(path: string): Promise<void> {
    if (!this.names.has(path)) return;
    this.#effect('remove', path);
    for (const name of this.names.keys()) if (name === path || name.startsWith(`${path}/`)) this.names.delete(name);
  }
}

/** A file may have two names, or one now and another on the platter: the copies have them alike. */
export function copyOf({ names, durable }: RememberedDisk): { names: Map<string, Node>; durable: Map<string, Node> } {
  const copies = new Map<Node, Node>();
  return { names: copied(names, copies), durable: copied(durable, copies) };
}

function copied(names: ReadonlyMap<string, Node>, copies: Map<Node, Node>): Map<string, Node> {
  const result = new Map<string, Node>();
  for (const [path, node] of names) {
    let copy = copies.get(node);
    if (copy === undefined) copies.set(node, (copy = node.kind === 'file' ? { ...node } : node));
    result.set(path, copy);
  }
  return result;
}

function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
