/**
 * Instructions that an ARM processor executes from a frame of 1280x720 to the descriptor of the face, for Doorward, for the
 * door, where it looks at the mirror image of the face too, and for the oracle: counted by the emulator, so the same on
 * every machine, where times are not.
 * Usage: node test/bench/arm64.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countFrame } from './counted-frame.ts';
import { EmulatedPi, processor } from './emulated-pi.ts';
import { begin } from '../../scripts/entry.ts';

begin({ usage: 'npm run bench:arm64' });

const folder = mkdtempSync(join(tmpdir(), 'doorward-arm64-'));
try {
  const pi = await EmulatedPi.open(folder);
  const [ours = Number.NaN, door = Number.NaN, oracle = Number.NaN] = await Promise.all(
    (['doorward', 'at-the-door', 'oracle'] as const).map(async (engine) => {
      const millions = Math.round((await countFrame(pi, engine)) / 1e6);
      console.log(`${engine}: ${millions} million instructions a frame (${processor})`);
      return millions;
    }),
  );
  console.log(`the oracle executes ${(oracle / ours).toFixed(1)} times as many`);
  console.log(JSON.stringify({ frameMInstructions: ours, doorFrameMInstructions: door, oracleMInstructions: oracle }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
