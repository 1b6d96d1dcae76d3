// A camera frame of 1280x720 with one visitor -> the descriptor of the face, one thread: Doorward against face-api on
// TensorFlow.js (WASM), same weights, in turns in one process.
//   npm run bench:frame
// Each engine is fed what it reads: Doorward the planes that a camera delivers, face-api RGB. Like for like: one run of
// the recogniser each. At the door Doorward runs it twice, for the mirror image too; that has a row of its own.
// The last line is one JSON object for programs; its ratios are of wall-clock medians with the int8 recogniser.
import path from 'node:path';
import { fromRgb } from '../../src/face/i420.ts';
import { type FacePipeline, openPipeline } from '../../src/machine/inference/inference-pipeline.ts';
import { readModelPack } from '../../src/machine/inference/model-pack.ts';
import { loadOracle } from '../oracle/face-api.ts';
import { doorFrame } from './door-frame.ts';
import { begin } from '../../scripts/entry.ts';

begin({ usage: 'npm run bench:frame' });

const rounds = 10;
/** Calls in a row of one engine: the first one after another engine finds the processor's caches cold. */
const callsPerRound = 4;
const warmUps = 12;

process.env['ORT_DISABLE_TELEMETRY'] = '1'; // Before the addon loads.

const rgb = await doorFrame();
const picture = fromRgb(rgb);
const production = await open('mobilefacenet');
const reference = await open('dlib-reference');
const oracle = await loadOracle();

interface Engine {
  readonly name: string;
  run(): Promise<number | undefined>;
  readonly wallMs: number[];
  readonly cpuMs: number[];
}

function engine(name: string, run: Engine['run']): Engine {
  return { name, run, wallMs: [], cpuMs: [] };
}

const ours = engine('doorward, int8 recogniser', () => recognise(production));
const oursTwice = engine('doorward, int8, mirror image too', () => recogniseTwice(production));
const oursReference = engine('doorward, reference recogniser', () => recognise(reference));
const tiny = engine('face-api, tiny 416', async () => {
  return (await oracle.describeOne(rgb, { detector: 'tiny', inputSize: 416 }))?.descriptor.length;
});
const ssd = engine(
  'face-api, SSD',
  async () => (await oracle.describeOne(rgb, { detector: 'ssd' }))?.descriptor.length,
);
const engines = [ours, oursTwice, oursReference, tiny, ssd];
/** Every engine comes once after each other one: what one leaves to the collector falls into the next's time. */
const orders = [
  [ours, oursTwice, ssd, oursReference, tiny],
  [oursTwice, oursReference, ours, tiny, ssd],
  [oursReference, tiny, oursTwice, ssd, ours],
  [tiny, ssd, oursReference, ours, oursTwice],
  [ssd, ours, tiny, oursTwice, oursReference],
];

for (const one of engines) {
  for (let call = 0; call < warmUps; call++) {
    if ((await one.run()) !== 128) throw new Error(`cannot compare: ${one.name} does not find the face in the frame`);
  }
}
for (let round = 0; round < rounds; round++) {
  for (const one of orders[round % orders.length] ?? []) {
    for (let call = 0; call < callsPerRound; call++) {
      const cpu = process.cpuUsage();
      const startedMs = performance.now();
      await one.run();
      one.wallMs.push(performance.now() - startedMs);
      const { user, system } = process.cpuUsage(cpu);
      one.cpuMs.push((user + system) / 1000);
    }
  }
}
await production.close();
await reference.close();

console.log(`1280x720 frame -> descriptor, one thread, ${rounds * callsPerRound} calls each, in turns`);
console.log('engine                            median ms   min ms   CPU ms   vs tiny 416 (CPU)   vs SSD (CPU)');
for (const one of engines) {
  const versus = (other: Engine): string => `${ratio(other, one).toFixed(1)}x (${cpuRatio(other, one).toFixed(1)}x)`;
  const cells = [one.name.padEnd(33), median(one.wallMs).toFixed(2).padStart(9)];
  cells.push(
    Math.min(...one.wallMs)
      .toFixed(2)
      .padStart(8),
    median(one.cpuMs).toFixed(2).padStart(8),
  );
  cells.push(versus(tiny).padStart(19), versus(ssd).padStart(14));
  console.log(cells.join(' '));
}
console.log(
  JSON.stringify({
    ratioTiny416: round2(ratio(tiny, ours)),
    ratioSsd: round2(ratio(ssd, ours)),
    frameMs: round2(median(ours.wallMs)),
    oracleMs: round2(median(tiny.wallMs)),
  }),
);

async function open(recogniser: string): Promise<FacePipeline> {
  const read = await readModelPack({ modelsFolder: path.join(import.meta.dirname, '../../.models') }, recogniser);
  const opened = read.outcome === 'read' ? await openPipeline({ pack: read.pack, threads: 1 }) : read;
  if (opened.outcome !== 'opened') throw new Error(opened.message);
  return opened.pipeline;
}

async function recognise(pipeline: FacePipeline): Promise<number | undefined> {
  const [face] = await pipeline.detect(picture, 'quick');
  return face === undefined ? undefined : (await pipeline.embedOnce(picture, face.landmarks)).length;
}

async function recogniseTwice(pipeline: FacePipeline): Promise<number | undefined> {
  const [face] = await pipeline.detect(picture, 'quick');
  return face === undefined ? undefined : (await pipeline.embed(picture, face.landmarks)).length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function ratio(slow: Engine, fast: Engine): number {
  return median(slow.wallMs) / median(fast.wallMs);
}

function cpuRatio(slow: Engine, fast: Engine): number {
  return median(slow.cpuMs) / median(fast.cpuMs);
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
