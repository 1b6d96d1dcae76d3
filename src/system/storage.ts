import type { Disk } from './disk.ts';

/** A disk as the updater needs it: links, and files read and written part by part, so that memory stays bounded. */
export interface Storage extends Disk {
  /** What the symbolic link points to, as it is written; undefined when there is none. */
  readLink(path: string): Promise<string | undefined>;
  /** Makes a symbolic link; rejects when the path exists. To replace one: make a draft, then `rename` it over. */
  makeLink(target: string, path: string): Promise<void>;
  /** At most `bytes` from `offset`, fewer at the end of the file, undefined when there is no file. */
  readPart(path: string, offset: number, bytes: number): Promise<Uint8Array | undefined>;
  /** Writes at `offset`, and makes the file when it is missing. Synced by `sync`, not by this. */
  writePart(path: string, offset: number, content: Uint8Array): Promise<void>;
  /** Permission bits, as for chmod(2). */
  setMode(path: string, mode: number): Promise<void>;
  /** Cuts the file to this length. */
  truncate(path: string, bytes: number): Promise<void>;
}
