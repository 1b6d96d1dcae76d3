/**
 * Collects what died young: a millisecond, since the young generation is one megabyte (start-options.ts). For whoever reads
 * megabytes in small pieces: V8 counts memory outside its heap late, and lets 32 MB of pieces lie that nobody holds any more.
 */
export function collectYoung(): void {
  globalThis.gc?.({ type: 'minor' });
}
