import { refusal, type Refusal } from './acts.ts';
import { StoreFault } from '../store/store.ts';
import { DiskFault } from '../system/disk.ts';

/** A disk or database that would not, as a refusal that people can read. Anything else is a bug and is thrown on. */
export function storageRefusal(error: unknown): Refusal {
  if (error instanceof StoreFault || error instanceof DiskFault) return refusal('storage', error.message);
  throw error;
}
