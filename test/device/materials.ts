/** Makes what machine, power, image and system tests share, into `.build/`: executables, and trees of Debian. */
import { mkdirSync } from 'node:fs';
import { boardOf } from '../../scripts/image/board.ts';
import { begin } from '../../scripts/entry.ts';
import { systemBase } from '../../scripts/image/system-tree.ts';
import { newerTools } from '../../scripts/image/tools.ts';
import { arm64Executable } from '../image/card.ts';
import { makeExecutables } from './installed.ts';
import { buildFolder, machineTree } from './tree.ts';

begin({ usage: 'node test/device/materials.ts' });
const board = boardOf('virt-arm64');
if (board === undefined) throw new Error('cannot make the materials: there is no board virt-arm64');
mkdirSync(buildFolder, { recursive: true });
const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  'executables for this machine': makeExecutables,
  'an executable for a Pi': arm64Executable,
  'the tree of the machine': machineTree,
  'the tree of the image': () => systemBase({ board, kernelFolder: undefined, buildFolder }),
  'newer tools': () => newerTools(buildFolder),
};
for (const [name, make] of Object.entries(steps)) {
  const startedMs = performance.now();
  await make();
  console.log(`${name}, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}
