/** Bytes of memory, as `Resources` gives them. */
export interface Memory {
  readonly availableBytes: number;
  readonly ownBytes: number;
}

/** What a bell takes besides its size while somebody is at the door; without its models it only rings and keeps frames. */
const doorBytes = { warm: 64 * 1024 * 1024, cold: 24 * 1024 * 1024 };
/** Too little for any release to start. */
const coldBytesMin = 96 * 1024 * 1024;

/** Warm when both processes fit with their models, cold when the incumbent must let its models go first. */
export function planMemory({ availableBytes, ownBytes }: Memory): 'warm' | 'cold' | 'none' {
  if (availableBytes >= ownBytes + 2 * doorBytes.warm) return 'warm'; // For the incumbent and for the candidate.
  return availableBytes >= coldBytesMin ? 'cold' : 'none';
}

/**
 * What a candidate may take, looked at just before it starts: no more than the gate would let pass, and the incumbent
 * keeps what it needs at the door.
 */
export function candidateBytesMax({ availableBytes }: Memory, plan: 'warm' | 'cold', gateBytesMax: number): number {
  return Math.floor(Math.max(coldBytesMin, Math.min(gateBytesMax, availableBytes - doorBytes[plan])));
}
