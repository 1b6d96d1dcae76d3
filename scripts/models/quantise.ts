// Static quantisation: 8-bit arithmetic whose ranges were seen on real faces, written as QuantizeLinear and
// DequantizeLinear around each operator, which ONNX Runtime fuses to its integer kernels ("QDQ").
import { type Layer, type Lowered, lowerLayerToFloat, lowerToFloat, type Net } from './net.ts';
import { type Constant, encodeModel, type OnnxGraph, type Operation } from './onnx.ts';
import { openModel } from './session.ts';
import { at, type Weight } from './weights.ts';

/** The step between two neighbours of a uint8 tensor and the byte that stands for zero. */
type Quantisation = { scale: number; zeroPoint: number };
type Filter = { name: string; weight: Weight; bias: Float64Array | undefined; inputScale: number };
type Range = { min: number; max: number };

/** Operators with an integer kernel; whatever they read is quantised. Relu is fused into the operator before it. */
const integerOperators = new Set(['Conv', 'MaxPool', 'AveragePool', 'Pad', 'Add']);
/** Operators that stand between convolutions and have no integer kernel. */
const floatOperators = new Set(['Mul', 'Max']);
/** Operators that only move values: their output keeps its input's steps exactly. */
const movingOperators = new Set(['MaxPool', 'Pad']);
/** A picture's bytes are their own quantisation. */
const pictureQuantisation: Quantisation = { scale: 1, zeroPoint: 0 };
const facesPerRun = 12;
const levels = 255;
const weightLevels = 127;

/**
 * Writes a net whose input is `pixels` in int8 arithmetic, calibrated on aligned faces (RGB, square, as the net reads
 * them), by the smallest and largest activation seen. The layers after the last convolution stay float32.
 */
export async function lowerToInt8(net: Net, faces: readonly Uint8Array[]): Promise<OnnxGraph> {
  const quantised = quantisedTensors(net);
  const quantisations = chooseQuantisations(net, await observeRanges(net, quantised, faces));
  const graph: Lowered = { operations: [], constants: [...net.constants] };
  for (const layer of net.layers) lowerLayer(layer, quantisations, graph);
  return { name: net.name, inputs: net.inputs, outputs: net.outputs, ...graph };
}

function quantisedTensors(net: Net): string[] {
  const read = new Set(
    net.layers.filter(({ operator }) => integerOperators.has(operator)).flatMap(({ inputs }) => inputs),
  );
  // A convolution is fused only with what it writes in steps, but for a Relu between the two.
  const convolved = new Set(net.layers.filter(({ operator }) => operator === 'Conv').flatMap(({ outputs }) => outputs));
  for (const { operator, inputs } of net.layers) {
    if (floatOperators.has(operator)) for (const input of inputs) if (convolved.has(input)) read.add(input);
  }
  return net.layers.flatMap(({ outputs }) => outputs).filter((name) => read.has(name));
}

/** Runs the float32 net and notes the range of each tensor. */
async function observeRanges(net: Net, tensors: string[], faces: readonly Uint8Array[]): Promise<Map<string, Range>> {
  const graph = lowerToFloat(net);
  const outputs = tensors.map((name) => ({
    name,
    type: 'float32' as const,
    shape: ['N', 'channels', 'rows', 'columns'],
  }));
  const run = await openModel(encodeModel({ ...graph, outputs }));
  const ranges = new Map<string, Range>();
  for (let first = 0; first < faces.length; first += facesPerRun) {
    const batch = faces.slice(first, first + facesPerRun);
    const side = Math.sqrt(at(faces, 0).length / 3);
    const pixels = { data: new Uint8Array(Buffer.concat(batch)), shape: [batch.length, side, side, 3] };
    for (const [name, { data }] of Object.entries(await run({ pixels }))) {
      const range = ranges.get(name) ?? { min: 0, max: 0 };
      widen(range, data);
      ranges.set(name, range);
    }
  }
  return ranges;
}

/** Counted through: an iterator takes ten times as long, and there are some hundred million. */
function widen(range: Range, data: Float32Array): void {
  let { min, max } = range;
  for (let place = 0; place < data.length; place++) {
    const value = data[place] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  range.min = min;
  range.max = max;
}

function chooseQuantisations(net: Net, ranges: Map<string, Range>): Map<string, Quantisation> {
  const chosen = new Map<string, Quantisation>();
  for (const { operator, inputs, outputs } of net.layers) {
    const [input = '', output = ''] = [inputs[0], outputs[0]];
    const range = ranges.get(output);
    if (range === undefined) continue;
    const kept = movingOperators.has(operator) ? chosen.get(input) : undefined;
    chosen.set(output, operator === 'Cast' ? pictureQuantisation : (kept ?? quantisationOf(range)));
  }
  return chosen;
}

/** Eight significant bits, rounded up: the last bits of a float32 sum differ between processors, the model shall not. */
function quantisationOf({ min, max }: Range): Quantisation {
  const exact = Math.max(max - min, Number.MIN_VALUE) / levels;
  const unit = 2 ** (Math.floor(Math.log2(exact)) - 7);
  const scale = Math.ceil(exact / unit) * unit;
  return { scale, zeroPoint: Math.min(levels, Math.round(-min / scale)) };
}

function lowerLayer(layer: Layer, quantisations: Map<string, Quantisation>, graph: Lowered): void {
  const [input = '', output = ''] = [layer.inputs[0], layer.outputs[0]];
  const quantisation = quantisations.get(output);
  if (layer.operator === 'Cast' && quantisation !== undefined) {
    const parameters = activationParameters(output, quantisation, graph);
    graph.operations.push(linear('DequantizeLinear', [input, ...parameters], output));
    return;
  }
  const raw = quantisation === undefined ? output : `${output}.raw`;
  const inputQuantisation = quantisations.get(input);
  if (layer.operator === 'Conv' && layer.weight !== undefined && inputQuantisation !== undefined) {
    const { weight, bias, inputs, attributes } = layer;
    const parameters = lowerFilter({ name: output, weight, bias, inputScale: inputQuantisation.scale }, graph);
    graph.operations.push({ operator: 'Conv', inputs: [...inputs, ...parameters], outputs: [raw], attributes });
  } else {
    lowerLayerToFloat({ ...layer, outputs: [raw] }, graph);
  }
  if (quantisation === undefined) return;
  const parameters = activationParameters(output, quantisation, graph);
  graph.operations.push(linear('QuantizeLinear', [raw, ...parameters], `${output}.bytes`));
  graph.operations.push(linear('DequantizeLinear', [`${output}.bytes`, ...parameters], output));
}

function activationParameters(name: string, { scale, zeroPoint }: Quantisation, { constants }: Lowered): string[] {
  constants.push({ name: `${name}.scale`, shape: [], data: Float32Array.of(scale) });
  constants.push({ name: `${name}.zero`, shape: [], data: Uint8Array.of(zeroPoint) });
  return [`${name}.scale`, `${name}.zero`];
}

/** A convolution's filter as int8 and its bias as int32, each with the DequantizeLinear that the fusion looks for. */
function lowerFilter({ name, weight, bias, inputScale }: Filter, graph: Lowered): string[] {
  const { data, scale, zeroPoint } = signedWeight(weight);
  const store = (part: string, shape: number[], content: Constant['data']): string => {
    graph.constants.push({ name: `${name}.${part}`, shape, data: content });
    return `${name}.${part}`;
  };
  const channels = [scale.length];
  const weightInputs = [
    store('weight.bytes', weight.shape, data),
    store('weight.scale', channels, new Float32Array(scale)),
    store('weight.zero', channels, new Int8Array(scale.length).fill(zeroPoint)),
  ];
  graph.operations.push({ ...linear('DequantizeLinear', weightInputs, `${name}.weight`), attributes: { axis: 0 } });
  if (bias === undefined) return [`${name}.weight`];
  const biasScale = new Float32Array(scale.map((step) => step * inputScale));
  const biasInputs = [
    store(
      'bias.bytes',
      channels,
      Int32Array.from(bias, (value, out) => Math.round(value / at(biasScale, out))),
    ),
    store('bias.scale', channels, biasScale),
  ];
  graph.operations.push({ ...linear('DequantizeLinear', biasInputs, `${name}.bias`), attributes: { axis: 0 } });
  return [`${name}.weight`, `${name}.bias`];
}

/** Stored weights keep their 256 levels, only counted from -128; the few plain ones get symmetric levels a channel. */
function signedWeight(weight: Weight): { data: Int8Array; scale: Float64Array; zeroPoint: number } {
  const channels = at(weight.shape, 0);
  if (weight.kind === 'stored') {
    const scale = Float64Array.from({ length: channels }, (_, out) =>
      at(weight.scale, weight.scale.length === 1 ? 0 : out),
    );
    return { data: Int8Array.from(weight.data, (value) => value - 128), scale, zeroPoint: weight.zeroPoint - 128 };
  }
  const perChannel = weight.data.length / channels;
  const scale = Float64Array.from({ length: channels }, (_, out) => {
    const channel = weight.data.subarray(out * perChannel, (out + 1) * perChannel);
    return channel.reduce((largest, value) => Math.max(largest, Math.abs(value)), Number.EPSILON) / weightLevels;
  });
  const data = Int8Array.from(weight.data, (value, place) =>
    Math.round(value / at(scale, Math.floor(place / perChannel))),
  );
  return { data, scale, zeroPoint: 0 };
}

function linear(operator: 'QuantizeLinear' | 'DequantizeLinear', inputs: string[], output: string): Operation {
  return { operator, inputs, outputs: [output], attributes: {} };
}
