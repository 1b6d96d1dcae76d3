// ssd_mobilenetv1: slower than the tiny detector and surer of small faces; for enrolment pictures.
// After face-api's src/ssdMobilenetv1 (mobileNetV1, predictionLayer, outputLayer).
import { type Net, NetBuilder } from './net.ts';
import { normalise, rgbInput, rgbToFloat } from './picture.ts';
import { at, type Normalisation, scaleWeight, type Weights } from './weights.ts';

/** The name of the net's files in the package. */
export const ssdFile = 'ssd_mobilenetv1';

const side = 512;
const boxCount = 5118;
const normalisation: Normalisation = { mean: [127.5, 127.5, 127.5], divisor: 127.5 };
const batchNormEpsilon = 0.0010000000474974513;
const mobileNetLayers = 13;
const mobileNetLayersDown = [2, 4, 6, 12];
const firstFeatureLayer = 11;
const extraLayers = 8;
/** Box deltas are trained ten (centre) and five (logarithm of the size) times too large. */
const centreScale = 10;
const sizeScale = 5;

type Part = { net: NetBuilder; weights: Weights };

/**
 * Input `pixels` uint8 [1, 512, 512, 3]: the picture in the top left corner of a square. Outputs `boxes` float32
 * [1, 5118, 4] (top, left, bottom, right as fractions of the square) and `scores` float32 [1, 5118] (0..1), before
 * non-maximum suppression.
 */
export function ssd512(weights: Weights): Net {
  const net = new NetBuilder(ssdFile, [rgbInput(1, side, side)]);
  const features = featureMaps({ net, weights }, normalise(net, rgbToFloat(net), normalisation));
  const predict = (kind: string, values: number): string => {
    const parts = features.map((from, place) => {
      const prefix = `Prediction/BoxPredictor_${place}/${kind}`;
      const filter = { weight: weights.filters(`${prefix}/weights`), bias: weights.values(`${prefix}/biases`) };
      const cells = net.convolve(from, filter, { stride: 1, padding: 'valid' });
      return net.add('Reshape', [net.add('Transpose', [cells], { perm: [0, 2, 3, 1] }), net.whole([1, -1, values])]);
    });
    return net.add('Concat', parts, { axis: 1 });
  };
  const boxes = decodeBoxes(net, predict('BoxEncodingPredictor', 4), weights.values('Output/extra_dim'));
  // Three classes: background, face, and one that face-api does not read.
  const faceClass = slice(net, predict('ClassPredictor', 3), [1, 2]);
  const scores = net.add('Sigmoid', [net.add('Reshape', [faceClass, net.whole([1, -1])])]);
  return net.finish([
    { from: boxes, info: { name: 'boxes', type: 'float32', shape: [1, boxCount, 4] } },
    { from: scores, info: { name: 'scores', type: 'float32', shape: [1, boxCount] } },
  ]);
}

/** MobileNet and the layers after it; the six maps that boxes are predicted from. */
function featureMaps(part: Part, picture: string): string[] {
  let features = pointwise(part, picture, { name: 'MobilenetV1/Conv2d_0_pointwise', stride: 2 });
  const maps: string[] = [];
  for (let layer = 1; layer <= mobileNetLayers; layer++) {
    const stride = mobileNetLayersDown.includes(layer) ? 2 : 1;
    features = depthwise(part, features, { name: `MobilenetV1/Conv2d_${layer}_depthwise`, stride });
    features = pointwise(part, features, { name: `MobilenetV1/Conv2d_${layer}_pointwise`, stride: 1 });
    if (layer === firstFeatureLayer || layer === mobileNetLayers) maps.push(features);
  }
  for (let layer = 0; layer < extraLayers; layer++) {
    const isDown = layer % 2 === 1;
    features = pointwise(part, features, { name: `Prediction/Conv2d_${layer}_pointwise`, stride: isDown ? 2 : 1 });
    if (isDown) maps.push(features);
  }
  return maps;
}

function pointwise({ net, weights }: Part, input: string, { name, stride }: { name: string; stride: number }): string {
  const filter = { weight: weights.filters(`${name}/weights`), bias: weights.values(`${name}/convolution_bn_offset`) };
  return clip(net, net.convolve(input, filter, { stride, padding: 'same' }));
}

function depthwise({ net, weights }: Part, input: string, { name, stride }: { name: string; stride: number }): string {
  const filters = weights.depthwise(`${name}/depthwise_weights`);
  const layer = (field: string): Float64Array => weights.values(`${name}/BatchNorm/${field}`);
  const [mean, variance] = [layer('moving_mean'), layer('moving_variance')];
  const factors = layer('gamma').map((value, channel) => value / Math.sqrt(at(variance, channel) + batchNormEpsilon));
  const bias = layer('beta').map((value, channel) => value - at(mean, channel) * at(factors, channel));
  const filter = { weight: scaleWeight(filters, factors), bias };
  return clip(net, net.convolve(input, filter, { stride, padding: 'same', groups: mean.length }));
}

function clip(net: NetBuilder, input: string): string {
  return net.add('Clip', [input, net.floats([0], []), net.floats([6], [])]);
}

/** Boxes from deltas (y, x, height, width) against the net's own anchors (top, left, bottom, right). */
function decodeBoxes(net: NetBuilder, deltas: string, anchors: Float64Array): string {
  const sizes: number[] = [];
  const centres: number[] = [];
  for (let box = 0; box < boxCount; box++) {
    for (const axis of [0, 1]) {
      const start = at(anchors, 4 * box + axis);
      const size = at(anchors, 4 * box + axis + 2) - start;
      sizes.push(size);
      centres.push(start + size / 2);
    }
  }
  const scaled = (values: number[], factor: number): string => {
    return net.floats(
      values.map((value) => value * factor),
      [1, boxCount, 2],
    );
  };
  const moves = net.add('Mul', [slice(net, deltas, [0, 2]), scaled(sizes, 1 / centreScale)]);
  const centre = net.add('Add', [moves, scaled(centres, 1)]);
  const growth = net.add('Exp', [net.add('Mul', [slice(net, deltas, [2, 4]), net.floats([1 / sizeScale], [1])])]);
  const half = net.add('Mul', [growth, scaled(sizes, 1 / 2)]);
  return net.add('Concat', [net.add('Sub', [centre, half]), net.add('Add', [centre, half])], { axis: 2 });
}

/** Columns [from, to) of the last of three axes. */
function slice(net: NetBuilder, input: string, [from, to]: [number, number]): string {
  return net.add('Slice', [input, net.whole([from]), net.whole([to]), net.whole([2])]);
}
