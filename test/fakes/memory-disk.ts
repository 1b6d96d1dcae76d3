import { DiskFault, type Disk, type DiskEntry } from '../../src/system/disk.ts';

interface Inode {
  synced: Uint8Array;
  latest: Uint8Array;
}

export type DiskAct = 'write' | 'append' | 'sync' | 'rename' | 'sync-directory' | 'remove' | 'make-directory';

/** A disk in memory that forgets what was not synced when the power is cut, as far as a disk may. */
export class MemoryDisk implements Disk {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  readonly #directories = new Set<string>(['/']);
  /** Called before every change; may throw a DiskFault, or never come back: the power is cut. */
  before: (act: DiskAct, path: string) => Promise<void> | void = () => {};
  freeBytes = 1_000_000_000;

  /** What was never synced is gone, and names come back as they were at the last sync of their directory. */
  losePower(): void {
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) inode.latest = inode.synced;
  }

  get paths(): readonly string[] {
    return [...this.#names.keys()].toSorted();
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.#names.get(path)?.latest.slice();
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    await this.before('write', path);
    const inode = this.#names.get(path) ?? { synced: new Uint8Array(), latest: new Uint8Array() };
    inode.latest = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
    this.#names.set(path, inode);
  }

  async append(path: string, content: string): Promise<void> {
    await this.before('append', path);
    const inode = this.#names.get(path) ?? { synced: new Uint8Array(), latest: new Uint8Array() };
    inode.latest = new TextEncoder().encode(new TextDecoder().decode(inode.latest) + content);
    inode.synced = inode.latest;
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  async sync(path: string): Promise<void> {
    await this.before('sync', path);
    const inode = this.#names.get(path);
    if (inode !== undefined) inode.synced = inode.latest;
  }

  async rename(from: string, to: string): Promise<void> {
    await this.before('rename', to);
    const inode = this.#names.get(from);
    if (inode === undefined) throw new DiskFault(`cannot rename ${from}: there is no such file`, 'other');
    this.#names.delete(from);
    this.#names.set(to, inode);
  }

  async syncDirectory(path: string): Promise<void> {
    await this.before('sync-directory', path);
    for (const name of this.#durableNames.keys())
      if (parentOf(name) === path && !this.#names.has(name)) this.#durableNames.delete(name);
    for (const [name, inode] of this.#names) if (parentOf(name) === path) this.#durableNames.set(name, inode);
  }

  async remove(path: string): Promise<void> {
    await this.before('remove', path);
    for (const name of this.#names.keys()) if (name === path || name.startsWith(`${path}/`)) this.#names.delete(name);
    this.#directories.delete(path);
  }

  async makeDirectory(path: string): Promise<void> {
    await this.before('make-directory', path);
    for (let folder = path; folder !== '/'; folder = parentOf(folder)) this.#directories.add(folder);
  }

  async list(path: string): Promise<readonly DiskEntry[]> {
    const entries = new Map<string, DiskEntry>();
    const add = (full: string, kind: DiskEntry['kind'], bytes: number): void => {
      if (!full.startsWith(`${path}/`)) return;
      const [name = '', ...below] = full.slice(path.length + 1).split('/');
      if (below.length > 0) entries.set(name, { name, kind: 'directory', bytes: 0, modifiedMs: 0 });
      else if (!entries.has(name)) entries.set(name, { name, kind, bytes, modifiedMs: 0 });
    };
    for (const folder of this.#directories) add(folder, 'directory', 0);
    for (const [name, { latest }] of this.#names) add(name, 'file', latest.byteLength);
    return [...entries.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  async space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    return { freeBytes: this.freeBytes, totalBytes: 1_000_000_000 };
  }
}

function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
