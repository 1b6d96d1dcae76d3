/**
 * Instructions that an ARM processor executes from a frame of 1280x720 to the descriptor of the face, for Doorward, for the
 * door, as it looks there, for the bare nets of that, and for the oracle: counted by the
 * emulator, so the same on every machine, where times are not. Beside them the page faults that the kernel counts.
 * Usage: node test/bench/arm64.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countFrame } from './counted-frame.ts';
import { EmulatedPi, processor } from './emulated-pi.ts';
import { begin } from '../../scripts/entry.ts';

begin({ usage: 'npm run bench:arm64' });

/**
 * Estimates, give or take two fifths: instructions a cycle of such work on one core. A Cortex-A72 (Pi 4, 1.8 GHz) executes
 * about 1.45, a Cortex-A53 (Zero 2 W, 1 GHz), which does not reorder, about 0.8; a fault costs about 2 and 5 microseconds.
 */
const boards = [
  { name: 'Pi 4', instructionsPerMs: 1.45 * 1.8e6, faultMs: 0.002 },
  { name: 'Zero 2 W', instructionsPerMs: 0.8 * 1e6, faultMs: 0.005 },
];

const folder = mkdtempSync(join(tmpdir(), 'doorward-arm64-'));
try {
  const pi = await EmulatedPi.open(folder);
  const counted = await Promise.all(
    (['doorward', 'at-the-door', 'nets', 'oracle'] as const).map(async (engine) => {
      const { instructions, faults } = await countFrame(pi, engine);
      console.log(
        `${engine}: ${Math.round(instructions / 1e6)} million instructions a frame (${processor}), ${faults} page faults`,
      );
      return { instructions, faults };
    }),
  );
  const [ours, door, nets, oracle] = counted.map(({ instructions }) => Math.round(instructions / 1e6));
  if (ours === undefined || door === undefined || nets === undefined || oracle === undefined)
    throw new Error('nothing');
  const faults = counted[1]?.faults ?? Number.NaN;
  console.log(`a look at the door is ${(door / nets).toFixed(2)} times its nets`);
  console.log(`the oracle executes ${(oracle / ours).toFixed(1)} times as many`);
  for (const { name, instructionsPerMs, faultMs } of boards)
    console.log(
      `estimate: a look takes a ${name} ${Math.round((door * 1e6) / instructionsPerMs + faults * faultMs)} ms`,
    );
  console.log(
    JSON.stringify({
      frameMInstructions: ours,
      doorFrameMInstructions: door,
      netsMInstructions: nets,
      oracleMInstructions: oracle,
      doorFrameFaults: faults,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
