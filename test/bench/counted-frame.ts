import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackages } from '../../scripts/package/packages.ts';
import { doorFrame } from './door-frame.ts';
import type { EmulatedPi } from './emulated-pi.ts';

/** Frames until compiled code has settled; as many are counted after them. */
const warmUps = { 'doorward': 12, 'at-the-door': 12, 'oracle': 6 } as const; // prettier-ignore
/** One thread, one seed: what runs beside the work would be another count each time. */
const nodeWords = ['--single-threaded', '--random-seed=42', '--max-semi-space-size=16'];

/** Instructions from a frame to a descriptor: each engine runs twice, and what the longer run executes more is counted. */
export async function countFrame(pi: EmulatedPi, engine: keyof typeof warmUps): Promise<number> {
  const folder = join(pi.folder, engine);
  const checkout = join(import.meta.dirname, '..', '..');
  const { node } = await fetchPackages(checkout, folder, 'arm64');
  const frame = join(folder, 'frame.rgb');
  writeFileSync(frame, (await doorFrame()).data);
  const script = join(import.meta.dirname, 'arm64-frame.ts');
  const frames = warmUps[engine];
  const count = (times: number): Promise<number> =>
    pi.start([node, ...nodeWords, script, engine, frame, String(times)]).instructions();
  const [short, long] = [await count(frames), await count(frames * 2)];
  return (long - short) / frames;
}
