/** What test/bench/arm64.ts runs under emulation: one engine, a frame's file, and how often the face in it is described. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arcFaceSide, chipSide } from '../../src/face/align.ts';
import { fromRgb } from '../../src/face/i420.ts';
import { landmarkSide } from '../../src/face/landmark.ts';
import { openPipeline } from '../../src/machine/inference/inference-pipeline.ts';
import { openNet } from '../../src/machine/inference/inference-session.ts';
import { checkModel } from '../../src/machine/inference/model-file.ts';
import { type ModelName, type ModelPack, readModelPack } from '../../src/machine/inference/model-pack.ts';
import { loadOracle } from '../oracle/face-api.ts';

const [, , engine = '', file = '', times = ''] = process.argv;
const rgb = { data: new Uint8Array(readFileSync(file)), width: 1280, height: 720 };
process.env['ORT_DISABLE_TELEMETRY'] = '1'; // Before the addon loads.
const threads = 1;

/** A frame to a descriptor, as test/bench/frame.ts compares the two: one run of the recogniser each. False without a face. */
async function describer(): Promise<() => Promise<boolean>> {
  if (engine === 'oracle') {
    const oracle = await loadOracle();
    return async () => (await oracle.describeOne(rgb, { detector: 'tiny', inputSize: 416 })) !== undefined;
  }
  const read = await readModelPack({ modelsFolder: join(import.meta.dirname, '..', '..', '.models') });
  if (read.outcome !== 'read') throw new Error(read.message);
  if (engine === 'nets') return await bareNets(read.pack);
  const opened = await openPipeline({ pack: read.pack, threads });
  if (opened.outcome !== 'opened') throw new Error(opened.message);
  const picture = fromRgb(rgb);
  return async () => {
    const [face] = await opened.pipeline.detect(picture, 'quick');
    if (face === undefined) return false;
    const { pipeline } = opened;
    const isTwice = engine === 'at-the-door';
    await (isTwice ? pipeline.embed(picture, face.landmarks) : pipeline.embedOnce(picture, face.landmarks));
    return true;
  };
}

/** The runs of the nets in a look at the door, on grey: what no care around them can take away. */
async function bareNets(pack: ModelPack): Promise<() => Promise<boolean>> {
  const grey = (...shape: number[]): { bytes: Uint8Array; shape: number[] } => ({
    bytes: new Uint8Array(shape.reduce((product, side) => product * side, 1)).fill(128),
    shape,
  });
  const open = async (name: ModelName): ReturnType<typeof openNet> => {
    const checked = await checkModel(pack, name);
    if (checked.outcome !== 'sound') throw new Error(checked.message);
    return await openNet(checked, threads);
  };
  const detector = await open('tiny416Planes');
  const landmarks = await open('landmarks68');
  const recogniser = await open('recogniser');
  const { chip, isMirrored } = pack.recogniser;
  const side = chip === 'arcface' ? arcFaceSide : chipSide;
  const planes = { y: grey(1, 234, 416), u: grey(1, 117, 208), v: grey(1, 117, 208) };
  const cut = grey(1, landmarkSide, landmarkSide, 3);
  const chips = grey(isMirrored ? 2 : 1, side, side, 3);
  return async () => {
    await detector.run(planes);
    await landmarks.run({ pixels: cut });
    await recogniser.run({ pixels: chips });
    return true;
  };
}

const describe = await describer();
let faultsBefore = 0;
const half = Number(times) / 2;
for (let done = 0; done < Number(times); done += 1) {
  if (done === half) faultsBefore = process.resourceUsage().minorPageFault;
  if (!(await describe())) throw new Error(`cannot count: ${engine} does not find the face in the frame`);
}
console.log(`faults ${Math.round((process.resourceUsage().minorPageFault - faultsBefore) / half)}`);
process.exit(0); // At once: what happens at a good end is not counted the same each time.
