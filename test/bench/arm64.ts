/**
 * Instructions that an ARM processor executes from a frame of 1280x720 to the descriptor of the face, for Doorward and for
 * the oracle: counted by the emulator, so the same on every machine, where times are not. Each engine runs twice, and the
 * longer run's count minus the shorter one's is that of the frames between.
 * Usage: node test/bench/arm64.ts
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTools } from '../../scripts/debian/tools.ts';
import { fetchPackages } from '../../scripts/package/packages.ts';
import { run } from '../../scripts/package/run.ts';
import { piRoot } from '../package/packaged.ts';
import { doorFrame } from './door-frame.ts';
import { begin } from '../../scripts/entry.ts';

begin({ usage: 'npm run bench:arm64' });

/** Frames until compiled code has settled, and frames that are counted. */
const engines = [
  { name: 'doorward', warmUps: 12, counted: 12 },
  { name: 'oracle', warmUps: 6, counted: 6 },
] as const;
const processor = 'cortex-a72'; // A Pi 4's.
/** One thread, one seed: what runs beside the work would be another count each time. */
const nodeWords = ['--single-threaded', '--random-seed=42', '--max-semi-space-size=16'];

requireTools('qemu-aarch64', 'gcc', 'aarch64-linux-gnu-gcc');
const checkout = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'doorward-arm64-'));
try {
  const { node } = await fetchPackages(checkout, join(folder, 'packages'), 'arm64');
  const plugin = join(folder, 'instructions.so');
  await run('gcc', ['-O2', '-shared', '-fPIC', '-o', plugin, join(import.meta.dirname, 'instructions.c')]);
  const frame = join(folder, 'frame.rgb');
  writeFileSync(frame, (await doorFrame()).data);
  const root = piRoot(folder);
  const count = async (engine: string, times: number): Promise<number> => {
    const log = join(folder, `${engine}-${times}`);
    const emulator = ['-cpu', processor, '-L', root, '-plugin', plugin, '-d', 'plugin', '-D', log];
    const script = join(import.meta.dirname, 'arm64-frame.ts');
    await run('qemu-aarch64', [...emulator, node, ...nodeWords, script, engine, frame, String(times)]);
    const text = await run('cat', [log]);
    return Number(/instructions (\d+)/.exec(text)?.[1]);
  };
  const [ours = Number.NaN, oracle = Number.NaN] = await Promise.all(
    engines.map(async ({ name, warmUps, counted }) => {
      const [short, long] = [await count(name, warmUps), await count(name, warmUps + counted)];
      const millions = Math.round((long - short) / counted / 1e6);
      console.log(`${name}: ${millions} million instructions a frame (${processor})`);
      return millions;
    }),
  );
  console.log(`the oracle executes ${(oracle / ours).toFixed(1)} times as many`);
  console.log(JSON.stringify({ frameMInstructions: ours, oracleMInstructions: oracle }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
