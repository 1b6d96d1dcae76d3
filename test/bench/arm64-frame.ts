/** What test/bench/arm64.ts runs under emulation: one engine, a frame's file, and how often the face in it is described. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRgb } from '../../src/face/i420.ts';
import { openPipeline } from '../../src/machine/inference/inference-pipeline.ts';
import { readModelPack } from '../../src/machine/inference/model-pack.ts';
import { loadOracle } from '../oracle/face-api.ts';

const [, , engine = '', file = '', times = ''] = process.argv;
const rgb = { data: new Uint8Array(readFileSync(file)), width: 1280, height: 720 };
process.env['ORT_DISABLE_TELEMETRY'] = '1'; // Before the addon loads.

/** A frame to a descriptor, as test/bench/frame.ts compares the two: one run of the recogniser each. */
async function describer(): Promise<() => Promise<number | undefined>> {
  if (engine === 'oracle') {
    const oracle = await loadOracle();
    return async () => (await oracle.describeOne(rgb, { detector: 'tiny', inputSize: 416 }))?.descriptor.length;
  }
  const read = await readModelPack(join(import.meta.dirname, '..', '..', '.models'));
  const opened = read.outcome === 'read' ? await openPipeline({ pack: read.pack, threads: 1 }) : read;
  if (opened.outcome !== 'opened') throw new Error(opened.message);
  const picture = fromRgb(rgb);
  return async () => {
    const [face] = await opened.pipeline.detect(picture, 'quick');
    if (face === undefined) return undefined;
    const { pipeline } = opened;
    const isTwice = engine === 'at-the-door';
    const embedded = isTwice ? pipeline.embed(picture, face.landmarks) : pipeline.embedOnce(picture, face.landmarks);
    return (await embedded).length;
  };
}

const describe = await describer();
for (let done = 0; done < Number(times); done += 1) {
  if ((await describe()) !== 128) throw new Error(`cannot count: ${engine} does not find the face in the frame`);
}
process.exit(0); // At once: what happens at a good end is not counted the same each time.
