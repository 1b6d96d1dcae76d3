// The weights as face-api ships them: a JSON manifest of tensors and one binary file, most tensors stored as uint8
// with a scale and a minimum (the TensorFlow.js weights format).
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * A tensor of weights in ONNX order. Stored ones stay uint8: value = (data - zeroPoint) * scale, where `scale` has one
 * entry, or one for each output channel after a per-channel layer was folded in.
 */
export type Weight =
  | { kind: 'stored'; shape: number[]; data: Uint8Array; zeroPoint: number; scale: Float64Array }
  | { kind: 'plain'; shape: number[]; data: Float64Array };

/** Where a picture's bytes become the numbers a net was trained on: (x - mean) / divisor, channels R, G, B. */
export type Normalisation = { mean: readonly [number, number, number]; divisor: number };

/** The tensors of one net by name. */
export type Weights = {
  /** A convolution's filters, turned from TensorFlow's [height, width, in, out] to ONNX's [out, in, height, width]. */
  filters(name: string): Weight;
  /** Depthwise filters, from [height, width, channels, 1] to [channels, 1, height, width]. */
  depthwise(name: string): Weight;
  /** A matrix [in, out] as it is. */
  matrix(name: string): Weight;
  /** The values of any tensor, in its stored order. */
  values(name: string): Float64Array;
};

/** Reads one net of the package; `folder` is its model folder. */
export async function readWeights(folder: string, net: string): Promise<Weights> {
  const manifest = parseManifest(await readFile(path.join(folder, weightFiles(net)[0]), 'utf8'), net);
  const content = await readFile(path.join(folder, weightFiles(net)[1]));
  const tensors = new Map<string, Tensor>();
  let offset = 0;
  for (const entry of manifest) {
    const tensor = readTensor(entry, content, offset);
    tensors.set(entry.name, tensor);
    offset += tensor.byteLength;
  }
  if (offset !== content.length)
    throw new Error(`cannot read weights of ${net}: ${offset} of ${content.length} bytes used`);
  const find = (name: string): Tensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`cannot read weights of ${net}: it has no tensor "${name}"`);
    return tensor;
  };
  return {
    filters: (name) => transpose(find(name).weight, [3, 2, 0, 1]),
    depthwise: (name) => transpose(find(name).weight, [2, 3, 0, 1]),
    matrix: (name) => find(name).weight,
    values: (name) => weightValues(find(name).weight),
  };
}

/** The two files that hold a net, relative to the model folder: manifest, then binary. */
export function weightFiles(net: string): [string, string] {
  return [`${net}_model-weights_manifest.json`, `${net}_model.bin`];
}

/** Multiplies every output channel by its factor (a scale or batch-norm layer, or one factor for all). */
export function scaleWeight(weight: Weight, factors: Float64Array): Weight {
  const channels = weight.shape[0] ?? 1;
  const factor = (channel: number): number => at(factors, factors.length === 1 ? 0 : channel);
  if (weight.kind === 'plain') {
    const perChannel = weight.data.length / channels;
    return { ...weight, data: weight.data.map((value, place) => value * factor(Math.floor(place / perChannel))) };
  }
  const count = Math.max(weight.scale.length, factors.length);
  const scale = Float64Array.from({ length: count }, (_, channel) => {
    return at(weight.scale, weight.scale.length === 1 ? 0 : channel) * factor(channel);
  });
  return { ...weight, scale };
}

/** The numbers that a weight stands for. */
export function weightValues(weight: Weight): Float64Array {
  if (weight.kind === 'plain') return weight.data;
  const perChannel = weight.data.length / weight.scale.length;
  return Float64Array.from(weight.data, (stored, place) => {
    return (stored - weight.zeroPoint) * at(weight.scale, Math.floor(place / perChannel));
  });
}

/** The element at a place that must exist. */
export function at<Element>(values: ArrayLike<Element>, place: number): Element {
  const value = values[place];
  if (value === undefined) throw new Error(`cannot read element ${place} of ${values.length}`);
  return value;
}

type Entry = { name: string; shape: number[]; dtype: string; quantization?: { scale: number; min: number } };
type Tensor = { weight: Weight; byteLength: number };

function parseManifest(content: string, net: string): Entry[] {
  // The package's own manifest, of a pinned version: its shape is known, and a wrong one shows as wrong byte counts.
  const groups: { weights: Entry[] }[] = JSON.parse(content);
  const group = groups[0];
  if (group === undefined || groups.length !== 1)
    throw new Error(`cannot read weights of ${net}: not one weight group`);
  return group.weights;
}

function readTensor({ shape, dtype, quantization }: Entry, content: Buffer, offset: number): Tensor {
  const count = shape.reduce((product, length) => product * length, 1);
  if (quantization === undefined) {
    const bytes = content.subarray(offset, offset + 4 * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const read = (place: number): number =>
      dtype === 'int32' ? view.getInt32(place, true) : view.getFloat32(place, true);
    const data = Float64Array.from({ length: count }, (_, element) => read(4 * element));
    return { weight: { kind: 'plain', shape, data }, byteLength: 4 * count };
  }
  const stored = new Uint8Array(content.subarray(offset, offset + count));
  const { scale, min } = quantization;
  const zeroPoint = Math.round(-min / scale);
  // Filters have a whole zero point between 0 and 255; some vectors do not and are kept as plain numbers.
  const isWhole = Math.abs(zeroPoint * scale + min) < scale * 1e-4 && zeroPoint >= 0 && zeroPoint <= 255;
  if (isWhole) {
    return {
      weight: { kind: 'stored', shape, data: stored, zeroPoint, scale: Float64Array.of(scale) },
      byteLength: count,
    };
  }
  const data = Float64Array.from(stored, (value) => value * scale + min);
  return { weight: { kind: 'plain', shape, data }, byteLength: count };
}

/** The same weight with its axes in another order. */
export function transpose(weight: Weight, order: readonly number[]): Weight {
  const shape = order.map((axis) => at(weight.shape, axis));
  const strides = weight.shape.map((_, axis) =>
    weight.shape.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  const sources = new Uint32Array(weight.data.length);
  const steps = order.map((axis) => at(strides, axis));
  for (let place = 0; place < sources.length; place++) {
    let rest = place;
    let source = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = at(shape, axis);
      source += (rest % length) * at(steps, axis);
      rest = Math.floor(rest / length);
    }
    sources[place] = source;
  }
  if (weight.kind === 'plain')
    return { ...weight, shape, data: Float64Array.from(sources, (source) => at(weight.data, source)) };
  return { ...weight, shape, data: Uint8Array.from(sources, (source) => at(weight.data, source)) };
}
