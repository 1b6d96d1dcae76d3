// tiny_face_detector: a separable-convolution YOLOv2 with one class and five anchors.
// After face-api's src/tinyYolov2/TinyYolov2Base.ts (runMobilenet) and src/tinyFaceDetector.
import { type Net, NetBuilder } from './net.ts';
import { foldColourMatrix, foldNormalisation, planeInputs, planesToFloat, rgbInput, rgbToFloat } from './picture.ts';
import { type Normalisation, type Weights } from './weights.ts';

/** The name of the net's files in the package. */
export const tinyFaceDetectorFile = 'tiny_face_detector';

/** A picture of the detector: its size and how its bytes arrive. */
export type TinyInput = { width: number; height: number; pixels: 'rgb' | 'planes' };

const normalisation: Normalisation = { mean: [117.001, 114.697, 97.404], divisor: 255 };
const leak = 0.10000000149011612;
const separableLayers = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'];
const valuesPerCell = 25;

/**
 * Input `pixels` [1, H, W, 3] or `y`, `u`, `v`. Output `grid` float32 [1, rows, columns, 25], one cell for 32 by 32
 * pixels: for each of the five anchors of face-api's src/tinyFaceDetector/const.ts (in its order) the raw
 * x, y, width, height, score, before any sigmoid or exponential.
 */
export function tinyFaceDetector(weights: Weights, { width, height, pixels }: TinyInput): Net {
  const inputs = pixels === 'rgb' ? [rgbInput(1, height, width)] : planeInputs(height, width);
  const net = new NetBuilder(tinyFaceDetectorFile, inputs);
  const rgbFilter = foldNormalisation(
    { weight: weights.filters('conv0/filters'), bias: weights.values('conv0/bias') },
    normalisation,
  );
  const filter = pixels === 'rgb' ? rgbFilter : foldColourMatrix(rgbFilter);
  const picture = pixels === 'rgb' ? rgbToFloat(net) : planesToFloat(net);
  const leaky = (input: string): string => net.add('LeakyRelu', [input], { alpha: { float: leak } });

  let features = leaky(net.convolve(picture, filter, { stride: 1, padding: 'valid' }));
  for (const name of separableLayers) {
    features = net.pool('MaxPool', features, { size: 2, stride: 2, padding: 'same' });
    const depthwise = weights.depthwise(`${name}/depthwise_filter`);
    features = net.convolve(
      features,
      { weight: depthwise },
      { stride: 1, padding: 'same', groups: depthwise.shape[0] ?? 1 },
    );
    const pointwise = { weight: weights.filters(`${name}/pointwise_filter`), bias: weights.values(`${name}/bias`) };
    features = leaky(net.convolve(features, pointwise, { stride: 1, padding: 'valid' }));
  }
  features = net.pool('MaxPool', features, { size: 2, stride: 1, padding: 'same' });
  const last = { weight: weights.filters('conv8/filters'), bias: weights.values('conv8/bias') };
  const cells = net.convolve(features, last, { stride: 1, padding: 'valid' });
  const grid = net.add('Transpose', [cells], { perm: [0, 2, 3, 1] });
  const shape = [1, gridLength(height), gridLength(width), valuesPerCell];
  return net.finish([{ from: grid, info: { name: 'grid', type: 'float32', shape } }]);
}

/** Cells along one side: the first convolution eats two pixels, then five poolings halve, rounding up. */
function gridLength(pixels: number): number {
  return separableLayers.reduce((length) => Math.ceil(length / 2), pixels - 2);
}
