// face_landmark_68: a small DenseNet that places 68 points on a face.
// After face-api's src/faceFeatureExtractor (FaceFeatureExtractor, denseBlock4) and src/faceLandmarkNet.
import { type Net, NetBuilder } from './net.ts';
import { normalise, rgbInput, rgbToFloat } from './picture.ts';
import { type Normalisation, type Weights } from './weights.ts';

/** The name of the net's files in the package. */
export const landmarksFile = 'face_landmark_68';

const side = 112;
const normalisation: Normalisation = { mean: [122.782, 117.001, 104.298], divisor: 255 };
const blocks = ['dense0', 'dense1', 'dense2', 'dense3'];

/**
 * Input `pixels` uint8 [N, 112, 112, 3]: the face, square. Output `points` float32 [N, 136]: x and y of the 68 points
 * interleaved, as fractions of the square's side from its top left corner (0.5 is the middle; a point may lie outside
 * 0..1). face-api's post-processing only maps them from the padded square back to an oblong picture.
 */
export function landmarks68(weights: Weights): Net {
  const net = new NetBuilder(landmarksFile, [rgbInput('N', side, side)]);
  let features = normalise(net, rgbToFloat(net), normalisation);
  for (const block of blocks) features = denseBlock(net, features, { weights, block });
  features = net.pool('AveragePool', features, { size: 7, stride: 2, padding: 'valid' });
  const flat = net.add('Flatten', [features], { axis: 1 });
  const points = net.connect(flat, { weight: weights.matrix('fc/weights'), bias: weights.values('fc/bias') });
  return net.finish([{ from: points, info: { name: 'points', type: 'float32', shape: ['N', 136] } }]);
}

/** Four convolutions; each one after the first sees the rectified sum of all before it. */
function denseBlock(net: NetBuilder, input: string, { weights, block }: { weights: Weights; block: string }): string {
  const convolve = (from: string, name: string, stride: number): string => {
    const bias = weights.values(`${block}/${name}/bias`);
    if (block === 'dense0' && name === 'conv0') {
      return net.convolve(
        from,
        { weight: weights.filters(`${block}/${name}/filters`), bias },
        { stride, padding: 'same' },
      );
    }
    const depthwise = weights.depthwise(`${block}/${name}/depthwise_filter`);
    const middle = net.convolve(
      from,
      { weight: depthwise },
      { stride, padding: 'same', groups: depthwise.shape[0] ?? 1 },
    );
    const pointwise = { weight: weights.filters(`${block}/${name}/pointwise_filter`), bias };
    return net.convolve(middle, pointwise, { stride: 1, padding: 'valid' });
  };
  const rectify = (from: string): string => net.add('Relu', [from]);

  let sum = rectify(convolve(input, 'conv0', 2));
  let rectified = sum;
  for (const name of ['conv1', 'conv2', 'conv3']) {
    sum = net.add('Add', [sum, convolve(rectified, name, 1)]);
    rectified = rectify(sum);
  }
  return rectified;
}
