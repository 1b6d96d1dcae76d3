import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fetchPackages } from '../../scripts/package/packages.ts';
import { nodeOptions } from '../../src/machine/process/start-options.ts';
import { doorFrame } from './door-frame.ts';
import type { EmulatedPi } from './emulated-pi.ts';

/** Frames until compiled code has settled; as many are counted after them. */
const warmUps = { 'doorward': 12, 'at-the-door': 12, 'nets': 12, 'oracle': 6 } as const; // prettier-ignore
/** One thread, one seed: what runs beside the work would be another count each time. */
const countedWords = ['--single-threaded', '--random-seed=42'];
/** The oracle's, whose garbage would be another count with a small young generation. */
const oracleWords = ['--max-semi-space-size=16'];

export interface CountedFrame {
  readonly instructions: number;
  /** Page faults, by the kernel's count: under emulation the program's memory is the emulator's own. */
  readonly faults: number;
}

/**
 * Instructions from a frame to a descriptor, started as the bell is: each engine runs twice, and what the longer run executes
 * more is counted.
 */
export async function countFrame(pi: EmulatedPi, engine: keyof typeof warmUps): Promise<CountedFrame> {
  const folder = join(pi.folder, engine);
  const checkout = join(import.meta.dirname, '..', '..');
  const { node } = await fetchPackages(checkout, folder, 'arm64');
  const frame = join(folder, 'frame.rgb');
  writeFileSync(frame, (await doorFrame()).data);
  const words = [...countedWords, ...(engine === 'oracle' ? oracleWords : nodeOptions)];
  const script = join(import.meta.dirname, 'arm64-frame.ts');
  const frames = warmUps[engine];
  const count = async (times: number): Promise<CountedFrame> => {
    const program = pi.start([node, ...words, script, engine, frame, String(times)]);
    const said = program.process.stdout === null ? '' : text(program.process.stdout);
    const instructions = await program.instructions();
    return { instructions, faults: Number(/faults (\d+)/.exec(await said)?.[1]) };
  };
  const [short, long] = [await count(frames), await count(frames * 2)];
  return { instructions: (long.instructions - short.instructions) / frames, faults: long.faults };
}
