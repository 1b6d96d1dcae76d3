/** Whose the memory of a running bell is: files and heaps by its mappings, V8's share by asking each of its threads. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RunningBell } from './running-bell.ts';

/** Where a bell listens that is to be asked: `node --inspect=` this. */
export const inspectorAddress = '127.0.0.1:9317';

const figuresOf = `JSON.stringify({
  heap: process.getBuiltinModule('node:v8').getHeapStatistics().total_physical_size,
  buffers: process.memoryUsage().arrayBuffers,
})`;

/** Resident megabytes (10^6) by owner, most first. */
export async function ownersOf(bell: RunningBell): Promise<ReadonlyMap<string, number>> {
  const owners = mappedBy(bell.pid);
  const named = await heapsOf();
  let others = owners.get(nameless) ?? 0;
  for (const [owner, mb] of named) {
    owners.set(owner, mb);
    others -= mb;
  }
  owners.set(nameless, others);
  return new Map([...owners].toSorted(([, a], [, b]) => b - a));
}

const nameless = 'working memory of the nets, large blocks, stacks';

function mappedBy(pid: number): Map<string, number> {
  const owners = new Map<string, number>();
  let owner = '';
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)$/.exec(line);
    if (mapping !== null) owner = ownerOf(mapping[1] ?? '');
    const rss = /^Rss:\s+(\d+) kB/.exec(line)?.[1];
    if (rss !== undefined && rss !== '0') owners.set(owner, (owners.get(owner) ?? 0) + inMb(Number(rss) * 1024));
  }
  return owners;
}

function ownerOf(path: string): string {
  if (path.includes('onnxruntime')) return 'files: ONNX Runtime';
  if (/vips|sharp/.test(path)) return 'files: sharp';
  if (path.includes('sqlite')) return 'files: SQLite';
  if (/\/(node|doorward)$/.test(path)) return 'files: Node';
  if (path.startsWith('/')) return 'files: other libraries';
  return path === '[heap]' ? 'heap of the C library: weights of the nets, SQLite, small blocks' : nameless;
}

/** Asks every thread of the process that listens. */
async function heapsOf(): Promise<ReadonlyMap<string, number>> {
  const listed = (await (await fetch(`http://${inspectorAddress}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(listed[0]?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  const heaps = new Map<string, number>();
  let buffers = 0;
  const note = (name: string, said: string | undefined): void => {
    if (said === undefined) return;
    const figures = JSON.parse(said) as { heap: number; buffers: number };
    heaps.set(`heap of V8: ${name}`, inMb(figures.heap));
    buffers += inMb(figures.buffers);
  };
  const threads = new Map<string, string>();
  const ask = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: figuresOf } });
  const sayTo = (sessionId: string): void =>
    socket.send(
      JSON.stringify({ id: 3, method: 'NodeWorker.sendMessageToWorker', params: { sessionId, message: ask } }),
    );
  socket.addEventListener('message', ({ data }) => {
    const told = JSON.parse(String(data)) as Told;
    if (told.id === 1) note('the main thread', told.result?.result?.value);
    if (told.method === 'NodeWorker.attachedToWorker') {
      const { sessionId = '', workerInfo } = told.params ?? {};
      threads.set(sessionId, workerInfo?.url.replace(/^.*\/(.*?)\.\w+$/, '$1') ?? '');
      sayTo(sessionId);
    }
    if (told.method === 'NodeWorker.receivedMessageFromWorker') {
      const { sessionId = '', message = '{}' } = told.params ?? {};
      note(threads.get(sessionId) ?? '', (JSON.parse(message) as Told).result?.result?.value);
    }
  });
  socket.send(ask);
  socket.send(JSON.stringify({ id: 2, method: 'NodeWorker.enable', params: { waitForDebuggerOnStart: false } }));
  await new Promise((resolve) => setTimeout(resolve, answersMs));
  socket.close();
  return new Map([...heaps, ['frames, and other buffers', buffers]]);
}

/** Threads answer at once. */
const answersMs = 2000;

interface Told {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { readonly result?: { readonly value?: string } };
  readonly params?: {
    readonly sessionId?: string;
    readonly message?: string;
    readonly workerInfo?: { readonly url: string };
  };
}

function inMb(bytes: number): number {
  return bytes / 1e6;
}
