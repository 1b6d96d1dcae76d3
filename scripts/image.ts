/**
 * npm run image -- --board pi|virt-arm64|pc [--kernel debian|DIR] [--executable FILE] [--root-of-trust FILE] [--out DIR]: makes a disk image to be
 * written to a card. The last line is JSON. Must be root, because the files of the image belong to root.
 *
 * scripts/image/README.md says more, and how to do without an image on a stock Raspberry Pi OS.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { type Board, boardNames, boardOf } from './image/board.ts';
import { cameraWarning } from './image/kernel.ts';
import { makeImage } from './image/make-image.ts';
import { begin } from './entry.ts';

const zstdLevel = 9;
const buildFolder = join(dirname(import.meta.dirname), '.build');

const { values } = begin({
  usage: 'npm run image -- --board BOARD [--kernel debian|DIR] [--executable FILE] [--root-of-trust FILE] [--out DIR]',
  options: {
    board: { type: 'string', default: '' },
    kernel: { type: 'string', default: 'debian' },
    executable: { type: 'string' },
    'root-of-trust': { type: 'string' },
    out: { type: 'string', default: join(buildFolder, 'image') },
  },
});

function refuse(message: string): void {
  console.error(`cannot make an image: ${message}`);
  process.exitCode = 2;
}

async function make(board: Board, executable: string): Promise<void> {
  const kernelFolder = values.kernel === 'debian' ? undefined : resolve(values.kernel);
  if (board.name === 'pi' && kernelFolder === undefined) console.log(cameraWarning);
  const beganMs = performance.now();
  const rootOfTrust = values['root-of-trust'];
  const appliance = { executable, rootOfTrust: rootOfTrust === undefined ? undefined : resolve(rootOfTrust) };
  if (rootOfTrust === undefined)
    console.log(
      'without --root-of-trust FILE the device takes no release after this one: see doorward help release root',
    );
  const outFolder = resolve(values.out);
  mkdirSync(outFolder, { recursive: true });
  const report = (line: string): void =>
    console.log(`${((performance.now() - beganMs) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  const image = await makeImage({ board, kernelFolder, appliance, buildFolder, outFolder, zstdLevel, report });
  report(`${image.compressedPath} for ${board.says}, with its checksum in ${image.compressedPath}.sha256`);
  console.log(`write it to a card: zstdcat ${image.compressedPath} | sudo dd of=/dev/sdX bs=4M conv=fsync`);
  const { compressedPath: path, bytes, compressedBytes, sha256 } = image;
  console.log(JSON.stringify({ path, bytes, compressedBytes, sha256 }));
}

const board = boardOf(values.board);
if (board === undefined) refuse(`say --board ${boardNames.join(', --board ')}`);
else {
  const executable = resolve(
    values.executable ?? join(buildFolder, `linux-${board.releaseArchitecture}`, 'release', 'doorward'),
  );
  if (!existsSync(executable))
    refuse(`there is no executable ${executable}: npm run package -- --arch ${board.releaseArchitecture}`);
  else if (values.kernel !== 'debian' && !existsSync(values.kernel)) refuse(`there is no kernel in ${values.kernel}`);
  else await make(board, executable);
}
