import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from '../../system/random.ts';

/** Chance from V8 for jitter, and from the kernel for names and keys. */
export const nodeRandom: Random = {
  fraction: () => Math.random(),
  id: () => randomUUID(),
  secret: (bytes) => new Uint8Array(randomBytes(bytes)),
};
