/** Everything the appliance may ask of a filesystem. Paths are absolute. */
export interface Disk {
  /** The whole file, or undefined when there is none. Rejects with `DiskFault` on anything else. */
  read(path: string): Promise<Uint8Array | undefined>;
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Adds to the end of a file and makes it survive a power cut; creates the file. */
  append(path: string, content: string): Promise<void>;
  /** Makes the file's bytes survive a power cut. */
  sync(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes the directory's names survive a power cut. */
  syncDirectory(path: string): Promise<void>;
  /** Removes a file or a whole directory; nothing there is fine. */
  remove(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  /** Names in the directory, sorted; none when the directory is missing. */
  list(path: string): Promise<readonly DiskEntry[]>;
  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
}

export interface DiskEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
  readonly bytes: number;
  readonly modifiedMs: number;
}

export type DiskFaultKind = 'full' | 'read-only' | 'denied' | 'other';

/** What every rejected Disk call is: says which path, and which of the faults a person can mend. */
export class DiskFault extends Error {
  readonly kind: DiskFaultKind;
  constructor(message: string, kind: DiskFaultKind, cause?: unknown) {
    super(message, { cause });
    this.name = 'DiskFault';
    this.kind = kind;
  }
}

/** Replaces a file so that a reader sees the old or the new content, never a part, whenever the power is cut. */
export async function replaceFile(disk: Disk, path: string, content: Uint8Array | string): Promise<void> {
  const draft = `${path}.draft`;
  await disk.remove(draft); // A leftover draft may share the live file's inode after a cut mid-rename.
  await disk.write(draft, content);
  await disk.sync(draft); // Before the rename: otherwise the name may survive a cut without the bytes.
  await disk.rename(draft, path);
  await disk.syncDirectory(directoryOf(path)); // Otherwise the old name may come back.
}

function directoryOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
