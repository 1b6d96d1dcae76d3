import { readFileSync } from 'node:fs';

/** Resident megabytes (10^6) of a process by who has them, most first, as its mappings tell. */
export function ownersOf(pid: number): ReadonlyMap<string, number> {
  const owners = new Map<string, number>();
  let owner = '';
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \d+\s*(.*)$/.exec(line);
    if (mapping !== null) owner = ownerOf(mapping[2] ?? '', mapping[1] ?? '');
    const rss = /^Rss:\s+(\d+) kB/.exec(line)?.[1];
    if (rss !== undefined && rss !== '0') owners.set(owner, (owners.get(owner) ?? 0) + (Number(rss) * 1024) / 1e6);
  }
  return new Map([...owners].toSorted(([, a], [, b]) => b - a));
}

function ownerOf(path: string, rights: string): string {
  if (/libonnxruntime|onnxruntime_binding/.test(path)) return 'file: ONNX Runtime';
  if (/vips|sharp/.test(path)) return 'file: libvips (sharp)';
  if (/better_sqlite3/.test(path)) return 'file: SQLite';
  if (/\/node$|\/doorward$/.test(path)) return 'file: Node';
  if (/\.db(-wal|-shm)?$/.test(path)) return 'file: the database';
  if (path.startsWith('/')) return 'file: other libraries';
  if (path === '[heap]') return 'heap of the C library: weights of nets, SQLite, small blocks';
  if (path.startsWith('[')) return 'the kernel and the first stack';
  return `without a name (${rights}): heaps of V8, frames, nets' working memory, stacks`;
}
