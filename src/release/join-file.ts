import { dirname } from 'node:path';
import type { Storage } from '../system/storage.ts';

/** Copied at a time. */
const partBytes = 1024 * 1024;

/** A new head, and a body that lies in another file. */
export interface JoinTask {
  readonly storage: Storage;
  readonly head: Uint8Array;
  readonly body: { readonly path: string; readonly offset: number };
  readonly bodyBytes: number;
  readonly draft: string;
  readonly file: string;
}

/** Writes a release file of a head and a body, and puts it in its place in one step. */
export async function joinFile({ storage, head, body, bodyBytes, draft, file }: JoinTask): Promise<void> {
  await storage.remove(draft);
  await storage.write(draft, head);
  for (let done = 0; done < bodyBytes;) {
    const part = await storage.readPart(body.path, body.offset + done, Math.min(partBytes, bodyBytes - done));
    if (part === undefined || part.length === 0) throw new Error(`cannot write ${file}: ${body.path} ends too early`);
    await storage.writePart(draft, head.length + done, part);
    done += part.length;
  }
  await storage.sync(draft);
  await storage.rename(draft, file);
  await storage.syncDirectory(dirname(file));
}
