// Before a net is written in 8-bit arithmetic: channels that a tensor shares its 256 steps with are brought to one range
// (cross-layer equalisation, Nagel et al., ICCV 2019). Exact, because max(x, slope x) of a multiple is the multiple.
import { type Factors, mobileFaceNet, type MobileSteps, scaleChannels, type Step } from './mobile-face-net.ts';
import { encodeModel } from './onnx.ts';
import { lowerToFloat } from './net.ts';
import { openModel } from './session.ts';
import { at } from './weights.ts';

/** How much of the difference between ranges is taken out of a tensor that a full convolution reads: its weights take it over. */
const shareOfFull = 0.5;
/** Factors further from 1 than this would be of channels that were never alive. */
const factorMax = 64;
const facesPerRun = 12;

/** The same net with its channels' ranges on these faces (RGB, 112x112) made alike. */
export async function equaliseRanges(
  net: MobileSteps,
  faces: readonly Uint8Array[],
  side: number,
): Promise<MobileSteps> {
  const { steps, input, output } = net;
  const ranges = await observeChannels(net, faces, side);
  const classOf = tensorsAlike(steps);
  const largest = new Map<number, Float64Array>();
  for (const [tensor, range] of ranges) {
    const known = largest.get(classOf(tensor));
    largest.set(
      classOf(tensor),
      known === undefined ? range : range.map((value, place) => Math.max(value, at(known, place))),
    );
  }
  const fixed = new Set([classOf(input), classOf(output)]);
  const full = new Set(
    steps.flatMap((step) => (step.kind === 'convolve' && step.groups === 1 ? [classOf(step.input)] : [])),
  );
  const factors: Factors = new Map();
  for (const tensor of ranges.keys()) {
    const root = classOf(tensor);
    const range = largest.get(root);
    if (fixed.has(root) || range === undefined) continue;
    factors.set(tensor, factorsOf(range, full.has(root) ? shareOfFull : 1));
  }
  return { steps: scaleChannels(steps, factors), input, output };
}

/** Powers of two: multiplying by them loses nothing. */
function factorsOf(range: Float64Array, share: number): Float64Array {
  const all = Math.max(...range);
  return range.map((value) => {
    const wanted = (all / Math.max(value, all / factorMax)) ** share;
    return 2 ** (Math.round(8 * Math.log2(wanted)) / 8);
  });
}

/** Tensors that must be scaled alike have one representative. */
function tensorsAlike(steps: readonly Step[]): (tensor: number) => number {
  const parents = new Map<number, number>();
  const rootOf = (tensor: number): number => {
    const parent = parents.get(tensor);
    return parent === undefined ? tensor : rootOf(parent);
  };
  for (const step of steps) {
    if (step.kind === 'convolve') continue;
    for (const tensor of step.kind === 'add' ? step.inputs : [step.input]) {
      const [from, to] = [rootOf(tensor), rootOf(step.output)];
      if (from !== to) parents.set(from, to);
    }
  }
  return rootOf;
}

/** The largest absolute value of each channel of each tensor. */
async function observeChannels(
  net: MobileSteps,
  faces: readonly Uint8Array[],
  side: number,
): Promise<Map<number, Float64Array>> {
  const names = new Map<number, string>();
  const graph = lowerToFloat(mobileFaceNet(net, { names }));
  names.delete(net.input);
  const outputs = [...names.values()].map((name) => ({ name, type: 'float32' as const, shape: ['N', 'c', 'h', 'w'] }));
  const run = await openModel(encodeModel({ ...graph, outputs }));
  const ranges = new Map<number, Float64Array>();
  for (let first = 0; first < faces.length; first += facesPerRun) {
    const batch = faces.slice(first, first + facesPerRun);
    const results = await run({
      pixels: { data: new Uint8Array(Buffer.concat(batch)), shape: [batch.length, side, side, 3] },
    });
    for (const [tensor, name] of names) {
      const { data, shape } = results[name] ?? { data: new Float32Array(), shape: [] };
      const [, channels = 0, rows = 0, columns = 0] = shape;
      const range = ranges.get(tensor) ?? new Float64Array(channels);
      raise(range, data, rows * columns);
      ranges.set(tensor, range);
    }
  }
  return ranges;
}

/** Lifts each channel's range to the largest absolute value in the data. */
function raise(range: Float64Array, data: Float32Array, pixels: number): void {
  for (let first = 0, channel = 0; first < data.length; first += pixels, channel = (channel + 1) % range.length) {
    let largest = range[channel] ?? 0;
    for (let place = first; place < first + pixels; place++) {
      const value = data[place] ?? 0;
      if (value > largest) largest = value;
      else if (-value > largest) largest = -value;
    }
    range[channel] = largest;
  }
}
