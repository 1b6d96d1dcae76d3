import { networkInterfaces } from 'node:os';

/** Where this machine is found just now, in every network that it is in: that changes while it runs. */
export function machineAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return [...new Set(all.map(({ address }) => address))];
}
