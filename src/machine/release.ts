import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import description from '../../package.json' with { type: 'json' };

/** The release that runs: its version, where it lies, the Node below it, and where its models lie. */
export const release = {
  version: description.version,
  /** In a slot, the slot's; in a checkout, the checkout. Links are followed. */
  directory: join(import.meta.dirname, '..', '..'),
  node: process.version,
  pid: process.pid,
  modelsFolder: process.env['DOORWARD_MODELS'] ?? join(import.meta.dirname, '..', '..', '.models'),
  /** As manifests spell it: `linux-x64`. */
  architecture: `${process.platform}-${process.arch}`,
} as const;

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
