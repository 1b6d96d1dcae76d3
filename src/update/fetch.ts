import { createHash } from 'node:crypto';
import type { Storage } from '../system/storage.ts';
import { type Offer, SourceFault } from './offer.ts';
import type { FileChunks } from './release-acts.ts';

/** Where a fetched release file lies until it is staged. */
export function fetchedPath(incoming: string): string {
  return `${incoming}/fetched.release`;
}

/** How far the file has come. Kept in memory only: after a restart the file itself tells. */
export interface FetchProgress {
  readonly file: string;
  readonly chunksDone: number;
  /** A chunk has come since it was begun, or since its source last failed to give one. */
  readonly hasMoved: boolean;
  readonly isWhole: boolean;
}

/** Chunks between two syncs: what a power cut may cost. */
const chunksPerSync = 16;
/** Left free for the household while a release is fetched. */
export const spareBytes = 32 * 1024 * 1024;

export type FetchResult =
  | {
      readonly outcome: 'progress';
      readonly progress: FetchProgress;
      readonly bytes: number;
    }
  | { readonly outcome: 'differs'; readonly message: string }
  | { readonly outcome: 'no-space'; readonly message: string };

/** What a fetch is about. */
export interface FetchTask {
  readonly offer: Offer;
  readonly chunks: FileChunks;
  readonly incoming: string;
}

/** Plans the space, writes the head, and finds out how many chunks an earlier life has already brought. */
export async function beginFetch(storage: Storage, { offer, chunks, incoming }: FetchTask): Promise<FetchResult> {
  const path = fetchedPath(incoming);
  if (chunks.fileBytes !== offer.source.bytes)
    throw new SourceFault('cannot fetch: the source names another size than the signed one', 'changed');
  await storage.makeDirectory(incoming);
  let chunksDone = 0;
  while (chunksDone < chunks.sha256.length && (await isChunkThere(storage, path, { chunks, chunk: chunksDone })))
    chunksDone += 1;
  const { freeBytes } = await storage.space(incoming);
  const neededBytes = chunks.fileBytes - offsetOf(chunks, chunksDone) + spareBytes;
  if (freeBytes < neededBytes) {
    const message = `cannot fetch: ${neededBytes} bytes needed in ${incoming}, ${freeBytes} are free: make room`;
    return { outcome: 'no-space', message };
  }
  const head = await offer.source.read(0, chunks.headBytes);
  await storage.writePart(path, 0, head);
  return progressTo(storage, path, { offer, chunks, chunksDone, bytes: head.length, hasMoved: false });
}

/** Fetches the next chunk, and keeps it when it is the signed one: memory and what a fault may cost stay bounded. */
export async function fetchChunk(storage: Storage, task: FetchTask, progress: FetchProgress): Promise<FetchResult> {
  const { offer, chunks, incoming } = task;
  const path = fetchedPath(incoming);
  const offset = offsetOf(chunks, progress.chunksDone);
  const content = await offer.source.read(offset, offsetOf(chunks, progress.chunksDone + 1) - offset);
  if (sha256(content) !== chunks.sha256[progress.chunksDone])
    return {
      outcome: 'differs',
      message: `cannot fetch: the bytes from ${offset} are not the signed ones: the file on the server is another one`,
    };
  await storage.writePart(path, offset, content);
  const made = { offer, chunks, chunksDone: progress.chunksDone + 1, bytes: content.length, hasMoved: true };
  return progressTo(storage, path, made);
}

interface ProgressMade {
  readonly offer: Offer;
  readonly chunks: FileChunks;
  readonly chunksDone: number;
  readonly bytes: number;
  readonly hasMoved: boolean;
}

async function progressTo(storage: Storage, path: string, made: ProgressMade): Promise<FetchResult> {
  const { offer, chunks, chunksDone, bytes, hasMoved } = made;
  const isWhole = chunksDone === chunks.sha256.length;
  if (isWhole) await storage.truncate(path, chunks.fileBytes); // A longer leftover of another release file.
  if (isWhole || chunksDone % chunksPerSync === 0) await storage.sync(path);
  return { outcome: 'progress', progress: { file: offer.file, chunksDone, hasMoved, isWhole }, bytes };
}

async function isChunkThere(
  storage: Storage,
  path: string,
  { chunks, chunk }: { readonly chunks: FileChunks; readonly chunk: number },
): Promise<boolean> {
  const offset = offsetOf(chunks, chunk);
  const there = await storage.readPart(path, offset, offsetOf(chunks, chunk + 1) - offset);
  return there !== undefined && sha256(there) === chunks.sha256[chunk];
}

/** Where a chunk begins; for the one after the last, the end of the file. */
function offsetOf({ headBytes, chunkBytes, fileBytes }: FileChunks, chunk: number): number {
  return Math.min(headBytes + chunk * chunkBytes, fileBytes);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
