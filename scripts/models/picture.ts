// How a picture's bytes enter a net: as RGB or as the planes a camera delivers.
import { type NetBuilder } from './net.ts';
import { type ValueInfo } from './onnx.ts';
import { at, type Normalisation, scaleWeight, type Weight, weightValues } from './weights.ts';

/** The input `pixels`: RGB, uint8, NHWC, as every decoder gives it. */
export function rgbInput(batch: number | string, height: number, width: number): ValueInfo {
  return { name: 'pixels', type: 'uint8', shape: [batch, height, width, 3] };
}

/** The inputs `y`, `u`, `v`: the three planes of an I420 frame, chroma at half the width and half the height. */
export function planeInputs(height: number, width: number): ValueInfo[] {
  return [
    { name: 'y', type: 'uint8', shape: [1, height, width] },
    { name: 'u', type: 'uint8', shape: [1, height / 2, width / 2] },
    { name: 'v', type: 'uint8', shape: [1, height / 2, width / 2] },
  ];
}

/** `pixels` as float32 NCHW, 0..255. */
export function rgbToFloat(net: NetBuilder): string {
  return net.add('Cast', [net.add('Transpose', ['pixels'], { perm: [0, 3, 1, 2] })], { to: 1 });
}

/** `y`, `u`, `v` as float32 NCHW of three channels, 0..255: each chroma sample stands for its two by two pixels. */
export function planesToFloat(net: NetBuilder): string {
  const chroma = net.add('Resize', [net.add('Concat', ['u', 'v'], { axis: 0 }), '', net.floats([1, 2, 2], [3])], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  const planes = net.add('Concat', ['y', chroma], { axis: 0 });
  return net.add('Cast', [net.add('Unsqueeze', [planes, net.whole([0])])], { to: 1 });
}

/** (x - mean) / divisor as layers, for nets whose first convolution pads (its zeros are zeros after this). */
export function normalise(net: NetBuilder, input: string, { mean, divisor }: Normalisation): string {
  const centred = net.add('Sub', [input, net.floats(mean, [1, 3, 1, 1])]);
  return net.add('Mul', [centred, net.floats([1 / divisor], [1])]);
}

/** A first convolution that pads nothing swallows (x - mean) / divisor exactly. */
export function foldNormalisation(
  filter: { weight: Weight; bias: Float64Array },
  { mean, divisor }: Normalisation,
): { weight: Weight; bias: Float64Array } {
  const weight = scaleWeight(filter.weight, Float64Array.of(1 / divisor));
  const sums = sumTaps(weight);
  const bias = filter.bias.map((value, out) => {
    return mean.reduce((rest, channelMean, channel) => rest - channelMean * at(sums, 3 * out + channel), value);
  });
  return { weight, bias };
}

/**
 * Rows R, G, B from Y, U, V: full-range BT.601, the JPEG matrix (ITU-T T.871). What is lost against converting first is
 * only the clamp to 0..255 of impossible colours.
 */
const matrixFromPlanes = [
  [1, 0, 1.402],
  [1, -0.344136286, -0.714136286],
  [1, 1.772, 0],
] as const;
const chromaZero = 128;

/** A first convolution over RGB that pads nothing becomes the same one over Y, U, V. */
export function foldColourMatrix(filter: { weight: Weight; bias: Float64Array }): {
  weight: Weight;
  bias: Float64Array;
} {
  const values = weightValues(filter.weight);
  const taps = at(filter.weight.shape, 2) * at(filter.weight.shape, 3);
  const data = new Float64Array(values.length);
  for (let place = 0; place < data.length; place++) {
    const tap = place % taps;
    const plane = Math.floor(place / taps) % 3;
    const first = place - plane * taps - tap;
    matrixFromPlanes.forEach((row, colour) => {
      data[place] = at(data, place) + at(row, plane) * at(values, first + colour * taps + tap);
    });
  }
  const weight: Weight = { kind: 'plain', shape: filter.weight.shape, data };
  const sums = sumTaps(weight);
  const bias = filter.bias.map((value, out) => value - chromaZero * (at(sums, 3 * out + 1) + at(sums, 3 * out + 2)));
  return { weight, bias };
}

/** For each output channel and each of three input channels, the sum of the filter's taps. */
function sumTaps(weight: Weight): Float64Array {
  const values = weightValues(weight);
  const taps = at(weight.shape, 2) * at(weight.shape, 3);
  return Float64Array.from({ length: values.length / taps }, (_, channel) => {
    return values.subarray(channel * taps, (channel + 1) * taps).reduce((sum, value) => sum + value, 0);
  });
}
