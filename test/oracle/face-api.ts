// The oracle: face-api itself on TensorFlow.js (WASM), the published system whose answers ours must give.
// Slow tests and benchmarks call it.
// Never: part of the product; nothing under src or scripts imports this file.
import { createRequire } from 'node:module';
import path from 'node:path';

import type * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';

/** A decoded picture: `data` is RGB, three bytes a pixel, rows from top to bottom, no padding. */
export type RgbImage = { data: Uint8Array; width: number; height: number };

/** A box in pixels of the picture; `score` is 0..1. */
export type OracleDetection = { score: number; x: number; y: number; width: number; height: number };

/** One face as `detectAllFaces().withFaceLandmarks().withFaceDescriptors()` gives it. */
export type OracleFace = OracleDetection & {
  /** 68 points, x and y interleaved, in pixels of the picture. */
  landmarks: Float32Array;
  /** 128 values. */
  descriptor: Float32Array;
};

/** How to find the faces. Defaults: tiny at 416, scores above 0.3 (tiny) or 0.5 (ssd, face-api's own default). */
export type OracleDetector = { detector?: 'tiny' | 'ssd'; inputSize?: number; scoreThreshold?: number };

/** face-api, loaded and warm enough to answer; every method awaits one forward pass. */
export type Oracle = {
  detectTiny(image: RgbImage, options?: OracleDetector): Promise<OracleDetection[]>;
  detectSsd(image: RgbImage, options?: OracleDetector): Promise<OracleDetection[]>;
  /** The landmark net's own output for a square picture: 68 points, x and y interleaved, as fractions of the side. */
  landmarks(image: RgbImage): Promise<Float32Array>;
  /** The descriptor of a face picture that is already cut out and aligned (150x150 avoids any resizing). */
  descriptor(chip: RgbImage): Promise<Float32Array>;
  /** Tiny's raw grid for the picture at its own size, `[rows, columns, 25]`, before face-api decodes it. */
  tinyGrid(image: RgbImage): Promise<{ data: Float32Array; rows: number; columns: number }>;
  /** SSD before non-maximum suppression: boxes `[5118, 4]` as top, left, bottom, right fractions, and their scores. */
  ssdRaw(image: RgbImage): Promise<{ boxes: Float32Array; scores: Float32Array }>;
  /** The whole published pipeline, every face in the picture. */
  describe(image: RgbImage, options?: OracleDetector): Promise<OracleFace[]>;
  /** Only the best face, by `detectSingleFace`: what a benchmark of one visitor compares with. */
  describeOne(image: RgbImage, options?: OracleDetector): Promise<OracleFace | undefined>;
};

type FaceApi = typeof faceApi;
type Tensor3D = ReturnType<FaceApi['tf']['tensor3d']>;
type Backend = { setBackend(name: string): Promise<boolean>; ready(): Promise<void> };
type WasmBackend = { setWasmPaths(folder: string): void };
type Point = { x: number; y: number };
type Box = Point & { width: number; height: number };
type FullFace = {
  detection: { score: number; box: Box };
  landmarks: { positions: Point[] };
  descriptor: Float32Array;
};

const require = createRequire(import.meta.url);

/** Loads face-api and the four nets from the installed package. No network: the WASM file is the local one. */
export async function loadOracle(): Promise<Oracle> {
  const api = require('@vladmandic/face-api/dist/face-api.node-wasm.js') as FaceApi;
  const backend = require('@tensorflow/tfjs-backend-wasm') as WasmBackend;
  backend.setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`);
  await withoutGreeting(async () => {
    // face-api exports the whole of TensorFlow.js as `tf`, its types only a part of it.
    const tf = api.tf as unknown as Backend;
    await tf.setBackend('wasm');
    await tf.ready();
  });
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  await api.nets.tinyFaceDetector.loadFromDisk(folder);
  await api.nets.ssdMobilenetv1.loadFromDisk(folder);
  await api.nets.faceLandmark68Net.loadFromDisk(folder);
  await api.nets.faceRecognitionNet.loadFromDisk(folder);
  return { ...detections(api), ...nets(api), ...pipeline(api) };
}

function detections(api: FaceApi): Pick<Oracle, 'detectTiny' | 'detectSsd'> {
  const detect = (image: RgbImage, options: OracleDetector): Promise<OracleDetection[]> =>
    withTensor(api, image, async (tensor) => {
      const found = await api.detectAllFaces(tensor, detectorOptions(api, options));
      return found.map(({ score, box }) => detectionOf(score, box));
    });
  return {
    detectTiny: (image, options = {}) => detect(image, { ...options, detector: 'tiny' }),
    detectSsd: (image, options = {}) => detect(image, { ...options, detector: 'ssd' }),
  };
}

function nets(api: FaceApi): Pick<Oracle, 'landmarks' | 'descriptor' | 'tinyGrid' | 'ssdRaw'> {
  return {
    landmarks: (image) =>
      withTensor(api, image, async (tensor) => {
        const found = (await api.nets.faceLandmark68Net.detectLandmarks(tensor)) as { relativePositions: Point[] };
        return interleave(found.relativePositions);
      }),
    descriptor: (chip) =>
      withTensor(
        api,
        chip,
        async (tensor) => (await api.nets.faceRecognitionNet.computeFaceDescriptor(tensor)) as Float32Array,
      ),
    tinyGrid: (image) =>
      withTensor(api, image, async (tensor) => {
        // What TinyYolov2Base.forwardInput does, without its padding and resizing to a square.
        const net = api.nets.tinyFaceDetector;
        const grid = api.tf.tidy(() => {
          const centred = api.normalize(api.tf.cast(api.tf.expandDims(tensor), 'float32'), net.config.meanRgb ?? []);
          const normal: typeof centred = api.tf.div(centred, 255);
          return net.runMobilenet(normal, net.params as Parameters<typeof net.runMobilenet>[1]);
        });
        const result = { data: grid.dataSync().slice() as Float32Array, rows: grid.shape[1], columns: grid.shape[2] };
        grid.dispose();
        return result;
      }),
    ssdRaw: (image) =>
      withTensor(api, image, async (tensor) => {
        const { boxes, scores } = await api.nets.ssdMobilenetv1.forward(tensor);
        const result = {
          boxes: boxes[0]?.dataSync().slice() as Float32Array,
          scores: scores[0]?.dataSync().slice() as Float32Array,
        };
        for (const used of [...boxes, ...scores]) used.dispose();
        return result;
      }),
  };
}

function pipeline(api: FaceApi): Pick<Oracle, 'describe' | 'describeOne'> {
  return {
    describe: (image, options = {}) =>
      withTensor(api, image, async (tensor) => {
        const task = api.detectAllFaces(tensor, detectorOptions(api, options));
        return (await task.withFaceLandmarks().withFaceDescriptors()).map((face) => faceOf(face));
      }),
    describeOne: (image, options = {}) =>
      withTensor(api, image, async (tensor) => {
        const task = api.detectSingleFace(tensor, detectorOptions(api, options));
        const face = await task.withFaceLandmarks().withFaceDescriptor();
        return face === undefined ? undefined : faceOf(face);
      }),
  };
}

function detectorOptions(api: FaceApi, options: OracleDetector): InstanceType<FaceApi['TinyFaceDetectorOptions']> {
  if (options.detector === 'ssd') {
    // detectAllFaces looks at the class of its options; its declared type names only the tiny one here.
    return new api.SsdMobilenetv1Options({ minConfidence: options.scoreThreshold ?? 0.5 }) as never;
  }
  return new api.TinyFaceDetectorOptions({
    inputSize: options.inputSize ?? 416,
    scoreThreshold: options.scoreThreshold ?? 0.3,
  });
}

async function withTensor<Result>(
  api: FaceApi,
  image: RgbImage,
  use: (tensor: Tensor3D) => Promise<Result>,
): Promise<Result> {
  const tensor = api.tf.tensor3d(new Int32Array(image.data), [image.height, image.width, 3], 'int32');
  try {
    return await use(tensor);
  } finally {
    tensor.dispose();
  }
}

function faceOf({ detection, landmarks, descriptor }: FullFace): OracleFace {
  return { ...detectionOf(detection.score, detection.box), landmarks: interleave(landmarks.positions), descriptor };
}

function detectionOf(score: number, box: Box): OracleDetection {
  return { score, x: box.x, y: box.y, width: box.width, height: box.height };
}

function interleave(points: Point[]): Float32Array {
  return Float32Array.from(points.flatMap(({ x, y }) => [x, y]));
}

/** TensorFlow.js advertises its native build by console.warn at the first use; a test's output is no place for that. */
async function withoutGreeting(use: () => Promise<void>): Promise<void> {
  const warn = console.warn;
  console.warn = (): void => undefined;
  try {
    await use();
  } finally {
    console.warn = warn;
  }
}
