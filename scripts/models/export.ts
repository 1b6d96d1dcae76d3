// From the weights in node_modules to a model pack: every net, lowered, encoded, written; nothing if it is all there.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { arcFaceChip, calibrationPictures, dlibChip, readCalibrationFaces } from './calibration.ts';
import { equaliseRanges } from './equalise.ts';
import { landmarks68, landmarksFile } from './landmarks.ts';
import { mobileChipSide, mobileFaceNet, mobileSteps } from './mobile-face-net.ts';
import { lowerToFloat } from './net.ts';
import { encodeModel, type OnnxGraph } from './onnx.ts';
import { fetchOrigin, mobileFaceNetOrigin } from './origin.ts';
import {
  isComplete,
  type ModelFile,
  type ModelName,
  modelNames,
  type ModelPack,
  readPack,
  writeManifest,
  writeModel,
} from './pack.ts';
import { lowerToInt8 } from './quantise.ts';
import { recogniser, recogniserFile } from './recogniser.ts';
import { ssd512, ssdFile } from './ssd.ts';
import { readTflite } from './tflite.ts';
import { tinyFaceDetector, tinyFaceDetectorFile, type TinyInput } from './tiny-face-detector.ts';
import { readWeights, weightFiles } from './weights.ts';

/** `checkout` holds node_modules and scripts; `folder` receives the pack; `report` hears of each model as it is written. */
export type ExportOptions = { checkout: string; folder: string; report: (name: ModelName, model: ModelFile) => void };

/** `kept`: the pack was there already. `missing`: these files of the packages are not installed. */
export type ExportResult = { outcome: 'exported' | 'kept'; pack: ModelPack } | { outcome: 'missing'; files: string[] };

const weightPackage = '@vladmandic/face-api';
/** Packages whose version may change the bytes of a model. */
const packages = [weightPackage, 'onnxruntime-node', 'sharp'];
/** In the pack's folder: what was fetched to make it. */
export const originFolder = 'origin';
const nets = [tinyFaceDetectorFile, landmarksFile, recogniserFile, ssdFile];

/** Makes the pack in `folder` what it must be. The same packages always give the same bytes. */
export async function exportModels({ checkout, folder, report }: ExportOptions): Promise<ExportResult> {
  const sources = await sourceFiles(checkout);
  const files = sources.filter((file) => !existsSync(path.join(checkout, file)));
  if (files.length > 0) return { outcome: 'missing', files };
  const key = await hashFiles(checkout, sources);
  const kept = await readPack(folder, key);
  if (kept !== undefined) return { outcome: 'kept', pack: kept };

  const recipes = recipesFor(path.join(checkout, 'node_modules', weightPackage), path.join(folder, originFolder));
  const models: Partial<Record<ModelName, ModelFile>> = {};
  for (const name of modelNames) {
    const model = await writeModel(folder, name, encodeModel(await recipes[name]()));
    models[name] = model;
    report(name, model);
  }
  assert.ok(isComplete(models));
  const { package: other, version } = mobileFaceNetOrigin;
  const source = `${weightPackage}@${await packageVersion(checkout, weightPackage)}, ${other}@${version}`;
  const pack = await writeManifest(folder, { source, key, models });
  return { outcome: 'exported', pack };
}

/** How each model is made. */
function recipesFor(packageFolder: string, origins: string): Record<ModelName, () => Promise<OnnxGraph>> {
  const read = (net: string): ReturnType<typeof readWeights> => readWeights(path.join(packageFolder, 'model'), net);
  const tiny = (input: TinyInput) => async (): Promise<OnnxGraph> => {
    return lowerToFloat(tinyFaceDetector(await read(tinyFaceDetectorFile), input));
  };
  return {
    tiny416Planes: tiny({ width: 416, height: 234, pixels: 'planes' }),
    tiny416Rgb: tiny({ width: 416, height: 234, pixels: 'rgb' }),
    tiny416Square: tiny({ width: 416, height: 416, pixels: 'rgb' }),
    landmarks68: async () => lowerToFloat(landmarks68(await read(landmarksFile))),
    recogniserReference: async () => lowerToFloat(recogniser(await read(recogniserFile))),
    recogniserInt8: async () => {
      const faces = await readCalibrationFaces(path.join(packageFolder, 'demo'), dlibChip);
      return await lowerToInt8(recogniser(await read(recogniserFile)), faces);
    },
    mobileFaceNetInt8: async () => {
      const all = await readCalibrationFaces(path.join(packageFolder, 'demo'), arcFaceChip);
      const faces = all.filter((_, place) => place % 4 < 2); // As they are, and mirrored.
      const net = mobileSteps(readTflite(await fetchOrigin(mobileFaceNetOrigin, origins)));
      const some = all.filter((_, place) => place % 8 === 0);
      const even = await equaliseRanges(net, some, mobileChipSide);
      return await lowerToInt8(mobileFaceNet(even, { forBytes: true }), faces);
    },
    ssd512: async () => lowerToFloat(ssd512(await read(ssdFile))),
  };
}

/** Every file that the bytes of the pack depend on, relative to the checkout. */
async function sourceFiles(checkout: string): Promise<string[]> {
  const scripts = await readdir(path.join(checkout, 'scripts/models'));
  const inPackage = [
    ...nets.flatMap((net) => weightFiles(net).map((file) => `model/${file}`)),
    ...calibrationPictures.map((file) => `demo/${file}`),
  ];
  return [
    ...scripts.toSorted().map((file) => `scripts/models/${file}`),
    ...inPackage.map((file) => `node_modules/${weightPackage}/${file}`),
    ...packages.map(packageFile),
  ];
}

async function hashFiles(checkout: string, files: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(path.join(checkout, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function packageFile(name: string): string {
  return `node_modules/${name}/package.json`;
}

async function packageVersion(checkout: string, name: string): Promise<string> {
  const content: { version: string } = JSON.parse(await readFile(path.join(checkout, packageFile(name)), 'utf8'));
  return content.version;
}
