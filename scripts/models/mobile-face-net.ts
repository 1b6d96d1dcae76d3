// MobileFaceNet (Chen et al., CCBR 2018), trained on MS1M with ArcFace's loss by sirius-ai/MobileFaceNet_TF and converted
// to TensorFlow Lite by syaringan357's Android demo: 192 numbers whose directions are close for one person.
import { type Net, NetBuilder } from './net.ts';
import { rgbInput, rgbToFloat } from './picture.ts';
import type { TfliteNet, TfliteOperation } from './tflite.ts';
import { at, transpose, type Weight } from './weights.ts';

/** Height and width of an aligned face. */
export const mobileChipSide = 112;

/** Numbers in a descriptor. */
const descriptorLength = 192;

/** What the net does, by the numbers of its tensors. A convolution's weight is plain, in ONNX order. */
export type Step = Convolution | Larger | Sum;
export type Convolution = {
  kind: 'convolve';
  input: number;
  output: number;
  weight: Weight;
  bias: Float64Array;
  stride: number;
  padding: 'same' | 'valid';
  groups: number;
};
/** max(x, slope x), a slope for each channel: PReLU for slopes up to 1. */
export type Larger = { kind: 'larger'; input: number; output: number; slopes: Float64Array };
type Sum = { kind: 'add'; inputs: [number, number]; output: number };

/** Its steps, input and output. A channel whose PReLU is steeper than 1 is negated: then it is a `larger` too. */
export type MobileSteps = { steps: Step[]; input: number; output: number };

/** Channels of a tensor are multiplied by these. */
export type Factors = Map<number, Float64Array>;

/** The net of the file. Throws when it is another net. */
export function mobileSteps(file: TfliteNet): MobileSteps {
  const steps: Step[] = [];
  let output = file.output;
  for (let place = 0; place < file.operations.length;) {
    const operation = at(file.operations, place);
    if (operation.operator === 'reshape') output = at(operation.inputs, 0);
    else if (operation.operator === 'relu') {
      steps.push(preluAt(file, place));
      place += preluOperators.length;
      continue;
    } else if (operation.operator === 'add') {
      const [first, second] = [at(operation.inputs, 0), at(operation.inputs, 1)];
      steps.push({ kind: 'add', inputs: [first, second], output: at(operation.outputs, 0) });
    } else steps.push(convolutionOf(file, operation));
    place += 1;
  }
  const flips: Factors = new Map();
  for (const step of steps) {
    if (step.kind !== 'larger') continue;
    const signs = step.slopes.map((slope) => (slope > 1 ? -1 : 1));
    flips.set(step.input, signs).set(step.output, signs);
  }
  return { steps: scaleChannels(steps, flips), input: file.input, output };
}

/** relu(x) + a (x - |x|): how the converter wrote PReLU; its slope is 2a. */
const preluOperators = ['relu', 'absolute', 'subtract', 'multiply', 'add'] as const;

function preluAt({ tensors, operations }: TfliteNet, place: number): Larger {
  const parts = preluOperators.map((operator, part) => {
    const operation = at(operations, place + part);
    if (operation.operator !== operator) throw new Error(`cannot read MobileFaceNet: operation ${place} is no PReLU`);
    return operation;
  });
  const [relu, absolute, subtract, multiply, add] = parts;
  const input = relu?.inputs[0];
  const halves = tensors[multiply?.inputs[0] ?? -1]?.values;
  const isPrelu =
    absolute?.inputs[0] === input &&
    subtract?.inputs[0] === input &&
    subtract?.inputs[1] === absolute?.outputs[0] &&
    multiply?.inputs[1] === subtract?.outputs[0] &&
    add?.inputs[0] === relu?.outputs[0] &&
    add?.inputs[1] === multiply?.outputs[0];
  const output = add?.outputs[0];
  if (!isPrelu || input === undefined || output === undefined || halves === undefined)
    throw new Error(`cannot read MobileFaceNet: operation ${place} is no PReLU`);
  return { kind: 'larger', input, output, slopes: Float64Array.from(halves, (half) => 2 * half) };
}

function convolutionOf({ tensors }: TfliteNet, operation: TfliteOperation): Convolution {
  const { operator, inputs, outputs, stride, padding } = operation;
  const [filter, bias] = [tensors[at(inputs, 1)], tensors[at(inputs, 2)]?.values];
  const isDepthwise = operator === 'depthwise';
  if ((operator !== 'convolve' && !isDepthwise) || filter?.values === undefined || bias === undefined)
    throw new Error(`cannot read MobileFaceNet: it has a "${operator}" that is no convolution`);
  const stored: Weight = { kind: 'plain', shape: filter.shape, data: Float64Array.from(filter.values) };
  const weight = transpose(stored, isDepthwise ? [3, 0, 1, 2] : [0, 3, 1, 2]);
  const groups = isDepthwise ? at(weight.shape, 0) : 1;
  const ends = { input: at(inputs, 0), output: at(outputs, 0) };
  return { kind: 'convolve', ...ends, weight, bias: Float64Array.from(bias), stride, padding, groups };
}

/**
 * The same net with the channels of some tensors multiplied: what makes a tensor multiplies, what reads it divides. The
 * tensors of a `larger` or an `add` are multiplied alike, or it would be another net.
 */
export function scaleChannels(steps: readonly Step[], factors: Factors): Step[] {
  return steps.map((step) => {
    if (step.kind !== 'convolve') return step;
    const { weight, bias, input, output } = step;
    const [made, read] = [factors.get(output), factors.get(input)];
    const [outputs, inputs, ...taps] = weight.shape;
    const tapCount = taps.reduce((product, length) => product * length, 1);
    const isDepthwise = step.groups > 1;
    if (weight.kind !== 'plain' || outputs === undefined || inputs === undefined) throw new Error('cannot scale');
    const data = weight.data.map((value, place) => {
      const out = Math.floor(place / (inputs * tapCount));
      const into = isDepthwise ? out : Math.floor(place / tapCount) % inputs;
      return (value * (made === undefined ? 1 : at(made, out))) / (read === undefined ? 1 : at(read, into));
    });
    const scaled = made === undefined ? bias : bias.map((value, out) => value * at(made, out));
    return { ...step, weight: { ...weight, data }, bias: scaled };
  });
}

const centre = 127.5;
const divisor = 128;

/**
 * Input `pixels` uint8 [N, 112, 112, 3]: aligned faces. Output `descriptors` float32 [N, 192], of unit length. `names`
 * receives the layers' names of the tensors. `forBytes`: pixels are counted from 128 instead of 127.5, so that 8 bits hold
 * them exactly; the biases make up for it, but for the pixels beyond the edge.
 */
export function mobileFaceNet({ steps, input, output }: MobileSteps, options: MobileOptions = {}): Net {
  const { names = new Map<number, string>(), forBytes = false } = options;
  const net = new NetBuilder('mobile_face_net', [rgbInput('N', mobileChipSide, mobileChipSide)]);
  const zero = forBytes ? Math.ceil(centre) : centre;
  names.set(input, net.add('Sub', [rgbToFloat(net), net.floats([zero], [1])]));
  const nameOf = (tensor: number): string => {
    const name = names.get(tensor);
    if (name === undefined) throw new Error(`cannot write MobileFaceNet: nothing has made tensor ${tensor}`);
    return name;
  };
  for (const step of steps) {
    if (step.kind === 'add') names.set(step.output, net.add('Add', step.inputs.map(nameOf)));
    else if (step.kind === 'larger') {
      const from = nameOf(step.input);
      const sloped = net.add('Mul', [from, net.floats(step.slopes, [1, step.slopes.length, 1, 1])]);
      names.set(step.output, net.add('Max', [from, sloped]));
    } else {
      const { weight, bias } = step.input === input ? readPixels(step, zero) : step;
      const { stride, padding, groups } = step;
      names.set(step.output, net.convolve(nameOf(step.input), { weight, bias }, { stride, padding, groups }));
    }
  }
  const descriptors = net.add('LpNormalization', [net.add('Flatten', [nameOf(output)], { axis: 1 })], {
    axis: 1,
    p: 2,
  });
  return net.finish([
    { from: descriptors, info: { name: 'descriptors', type: 'float32', shape: ['N', descriptorLength] } },
  ]);
}

export type MobileOptions = { names?: Map<number, string>; forBytes?: boolean };

/** The first convolution over pixels less `zero`, instead of over (pixels - 127.5) / 128. */
function readPixels({ weight, bias }: Convolution, zero: number): Pick<Convolution, 'weight' | 'bias'> {
  if (weight.kind !== 'plain') throw new Error('cannot write MobileFaceNet: its first weights are not plain');
  const data = weight.data.map((value) => value / divisor);
  const perChannel = data.length / bias.length;
  const shifted = bias.map((value, out) => {
    const sum = data.subarray(out * perChannel, (out + 1) * perChannel).reduce((total, one) => total + one, 0);
    return value + (zero - centre) * sum;
  });
  return { weight: { ...weight, data }, bias: shifted };
}
