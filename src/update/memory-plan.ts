/** Bytes of memory, as `Resources` gives them. */
export interface Memory {
  readonly availableBytes: number;
  readonly ownBytes: number;
}

/** What incumbent and candidate take besides twice the incumbent's size: 60 MB each while somebody is at the door. */
const warmSpareBytes = 128 * 1024 * 1024;
/** Too little for any release to start. */
const coldBytesMin = 96 * 1024 * 1024;

/** Warm when both processes fit with their models, cold when the incumbent must let its models go first. */
export function planMemory({ availableBytes, ownBytes }: Memory): 'warm' | 'cold' | 'none' {
  if (availableBytes >= ownBytes + warmSpareBytes) return 'warm';
  return availableBytes >= coldBytesMin ? 'cold' : 'none';
}
