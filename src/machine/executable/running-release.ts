import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import description from '../../../package.json' with { type: 'json' };
import { carriedFile, carriedFolder } from './carried-files.ts';
import { installationRoot } from './native-libraries.ts';

/** The release that runs: its version, where it lies, the Node below it, and where its models lie. */
export interface RunningRelease {
  readonly version: string;
  /** In a slot, the slot's; in a checkout, the checkout; else the folder of the executable. Links are followed. */
  readonly directory: string;
  /** In a checkout everything stays below it, and beside a lone executable; on a device the service owns its home. */
  readonly homeDefault: string;
  readonly node: string;
  readonly pid: number;
  readonly modelsFolder: string;
  /** As manifests spell it: `linux-x64`. */
  readonly architecture: string;
  /** When the executable was made, as its list of materials says; undefined in a checkout. */
  builtMs(): number | undefined;
}

/** Asked once, where the process begins, and passed on from there. */
export function runningRelease(): RunningRelease {
  const directory = isSea() ? dirname(process.execPath) : carriedFolder();
  const isInstalled = isSea() && installationRoot(directory) !== undefined;
  return {
    version: description.version,
    directory,
    homeDefault: isInstalled ? '/var/lib/doorward' : join(directory, '.doorward'),
    node: process.version,
    pid: process.pid,
    modelsFolder: process.env['DOORWARD_MODELS'] ?? join(carriedFolder(), '.models'),
    architecture: `${process.platform}-${process.arch}`,
    builtMs,
  };
}

function builtMs(): number | undefined {
  const list = carriedFile('materials.cdx.json');
  if (list === undefined) return undefined;
  const { metadata }: { metadata: { timestamp: string } } = JSON.parse(Buffer.from(list).toString());
  return Date.parse(metadata.timestamp);
}

/**
 * Every name that this machine answers to, from what its device tree calls the model: "Raspberry Pi 4 Model B Rev 1.4" is
 * `raspberry-pi`, `raspberry-pi-4`, `raspberry-pi-4-model` and so on. None on a machine without a device tree.
 */
export function hardwareNames(path = '/proc/device-tree/model'): readonly string[] {
  let model: string;
  try {
    model = readFileSync(path, 'utf8').replaceAll('\0', '');
  } catch {
    return []; // A laptop.
  }
  const words = model.toLowerCase().split(/[^a-z0-9.]+/).filter((word) => word !== ''); // prettier-ignore
  return words.slice(1).map((_, index) => words.slice(0, index + 2).join('-'));
}
