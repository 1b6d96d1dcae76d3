// face_recognition: dlib's ResNet with 29 convolutions, whose 128 numbers are close for one person.
// After face-api's src/faceRecognitionNet (FaceRecognitionNet, residualLayer).
import { type Net, NetBuilder, type Walk } from './net.ts';
import { foldNormalisation, rgbInput, rgbToFloat } from './picture.ts';
import { at, type Normalisation, scaleWeight, type Weight, type Weights } from './weights.ts';

/** The name of the net's files in the package. */
export const recogniserFile = 'face_recognition';

/** Height and width of an aligned face. */
export const chipSide = 150;

const normalisation: Normalisation = { mean: [122.782, 117.001, 104.298], divisor: 255 };
const valid: Walk = { stride: 2, padding: 'valid' };
const same: Walk = { stride: 1, padding: 'same' };

/**
 * The residual blocks in order. A `down` block halves the picture: the short cut doubles its channels by `grow` zero
 * channels, and where halving by convolution gives one pixel less than halving by pooling, `pad` adds a row and a column.
 */
const blocks: { name: string; down?: { grow: number; pad: number } }[] = [
  { name: 'conv32_1' },
  { name: 'conv32_2' },
  { name: 'conv32_3' },
  { name: 'conv64_down', down: { grow: 32, pad: 0 } },
  { name: 'conv64_1' },
  { name: 'conv64_2' },
  { name: 'conv64_3' },
  { name: 'conv128_down', down: { grow: 64, pad: 0 } },
  { name: 'conv128_1' },
  { name: 'conv128_2' },
  { name: 'conv256_down', down: { grow: 128, pad: 1 } },
  { name: 'conv256_1' },
  { name: 'conv256_2' },
  { name: 'conv256_down_out', down: { grow: 0, pad: 1 } },
];

/**
 * Input `pixels` uint8 [N, 150, 150, 3]: aligned faces. Output `descriptors` float32 [N, 128]; two of one person are
 * usually less than 0.6 apart (Euclidean).
 */
export function recogniser(weights: Weights): Net {
  const net = new NetBuilder(recogniserFile, [rgbInput('N', chipSide, chipSide)]);
  const first = foldNormalisation(filterOf(weights, 'conv32_down'), normalisation);
  let features = net.add('Relu', [net.convolve(rgbToFloat(net), first, valid)]);
  features = net.pool('MaxPool', features, { ...valid, size: 3 });
  for (const { name, down } of blocks) {
    const middle = net.add('Relu', [
      net.convolve(features, filterOf(weights, `${name}/conv1`), down === undefined ? same : valid),
    ]);
    const long = net.convolve(middle, filterOf(weights, `${name}/conv2`), same);
    const short = down === undefined ? features : net.pool('AveragePool', features, { ...valid, size: 2 });
    const sum = net.add('Add', [pad(net, long, [0, down?.pad ?? 0]), pad(net, short, [down?.grow ?? 0, 0])]);
    features = net.add('Relu', [sum]);
  }
  const average = net.add('Flatten', [net.add('GlobalAveragePool', [features])], { axis: 1 });
  const descriptors = net.connect(average, { weight: weights.matrix('fc') });
  return net.finish([{ from: descriptors, info: { name: 'descriptors', type: 'float32', shape: ['N', 128] } }]);
}

/** A convolution with the scale layer that follows it folded in. */
function filterOf(weights: Weights, name: string): { weight: Weight; bias: Float64Array } {
  const factors = weights.values(`${name}/scale/weights`);
  const offsets = weights.values(`${name}/scale/biases`);
  const bias = weights.values(`${name}/conv/bias`).map((value, out) => value * at(factors, out) + at(offsets, out));
  return { weight: scaleWeight(weights.filters(`${name}/conv/filters`), factors), bias };
}

/** Zeros after the last channel, and after the last row and column. */
function pad(net: NetBuilder, input: string, [channels, pixels]: [number, number]): string {
  if (channels === 0 && pixels === 0) return input;
  return net.add('Pad', [input, net.whole([0, 0, 0, 0, 0, channels, pixels, pixels])]);
}
