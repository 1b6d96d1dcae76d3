// What look-faults.slow.test.ts watches from outside: looks at one frame by the inference thread, as a visit has them. Prints
// how many page faults the process takes for a look when it has taken its memory.
import { readFile } from 'node:fs/promises';
import { startInference } from '../../../src/machine/inference/onnx-inference.ts';

const [modelsFolder = '', file = ''] = process.argv.slice(2);
const looks = 12;
const started = await startInference({ modelsFolder, threads: 1 });
if (started.outcome !== 'started') throw new Error(started.message);
const { inference, pictures } = started;
const decoded = await pictures.decodeOwn(await readFile(file));
if (decoded.outcome !== 'decoded') throw new Error(decoded.message);

async function look(): Promise<void> {
  if (decoded.outcome !== 'decoded') return;
  const [face] = await inference.detect(decoded.picture, 'quick');
  if (face === undefined) throw new Error('cannot count: no face is found');
  await inference.embed(decoded.picture, face.landmarks);
}

for (let warmUp = 0; warmUp < looks; warmUp += 1) await look();
const before = process.resourceUsage().minorPageFault;
for (let counted = 0; counted < looks; counted += 1) await look();
console.log(JSON.stringify({ faultsEach: Math.round((process.resourceUsage().minorPageFault - before) / looks) }));
await started.stop();
