// The bare nets beside the bell, for test/bench/look.ts: looks at the frames of a folder, by the same pipeline, with nothing
// else in the process. For every line on standard input so many looks, with a pause before each; answers what a look took.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPipeline } from '../../src/machine/inference/inference-pipeline.ts';
import { readModelPack } from '../../src/machine/inference/model-pack.ts';
import { type PartTimes, sumOf } from '../../src/machine/inference/part-times.ts';
import { sharpPictures } from '../../src/machine/picture/picture-coder.ts';
import type { Pixels } from '../../src/system/pixels.ts';
import { minorFaults, threadTimes } from './process-figures.ts';

const [modelsFolder = '', folder = '', pauseMs = ''] = process.argv.slice(2);
const framesKept = 4;
const mainThread = 'MainThread';

process.env['ORT_DISABLE_TELEMETRY'] = '1'; // Before the addon loads.
const pictures = sharpPictures();
const frames: Pixels[] = [];
for (const name of readdirSync(folder).toSorted().slice(0, framesKept)) {
  const decoded = await pictures.decodeOwn(readFileSync(join(folder, name)));
  if (decoded.outcome !== 'decoded') throw new Error(decoded.message);
  frames.push(decoded.picture);
}
const read = await readModelPack({ modelsFolder });
const opened = read.outcome === 'read' ? await openPipeline({ pack: read.pack, threads: 1 }) : read;
if (opened.outcome !== 'opened') throw new Error(opened.message);
const { pipeline } = opened;

/** Milliseconds a look by part, the whole, and its page faults. */
async function looks(count: number): Promise<Record<string, number>> {
  let whole = 0;
  let spent: PartTimes = {};
  pipeline.parts.take();
  const faultsBefore = minorFaults(process.pid);
  const before = threadTimes(process.pid, mainThread);
  for (let look = 0; look < count; look += 1) {
    await sleep(Number(pauseMs));
    const frame = frames[look % frames.length];
    const startedMs = performance.now();
    const [face] = frame === undefined ? [] : await pipeline.detect(frame, 'quick');
    if (frame === undefined || face === undefined) throw new Error('cannot compare: no face is found');
    await pipeline.embed(frame, face.landmarks);
    whole += performance.now() - startedMs;
    spent = sumOf(spent, pipeline.parts.take());
  }
  const after = threadTimes(process.pid, mainThread);
  const each = Object.entries({
    ...spent,
    whole,
    faults: minorFaults(process.pid) - faultsBefore,
    processor: after.onProcessorMs - before.onProcessorMs,
    waited: after.waitedMs - before.waitedMs,
  });
  return Object.fromEntries(each.map(([name, value]) => [name, value / count]));
}

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await looks(Number(line))));
await pipeline.close();
