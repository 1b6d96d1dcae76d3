/** From a board and a release to one compressed file. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { requireTools } from '../debian/tools.ts';
import { type Appliance, putAppliance } from './appliance-files.ts';
import { type Board } from './board.ts';
import { fillBootPartition } from './boot-partition.ts';
import { compressDisk, makeDisk, sha256Of } from './disk.ts';
import { makeSystemTree, splitData, trimTree } from './system-tree.ts';
import { newerTools } from './tools.ts';

export interface ImageParts {
  readonly board: Board;
  readonly kernelFolder: string | undefined;
  readonly appliance: Appliance;
  /** For trees and tools that are kept between builds. */
  readonly buildFolder: string;
  /** Where the image is put. */
  readonly outFolder: string;
  readonly zstdLevel: number;
  readonly report: (line: string) => void;
}

export interface Image {
  readonly path: string;
  readonly bytes: number;
  readonly compressedPath: string;
  readonly compressedBytes: number;
  /** Of the compressed file. */
  readonly sha256: string;
}

export async function makeImage(parts: ImageParts): Promise<Image> {
  const { board, kernelFolder, appliance, buildFolder, outFolder, report } = parts;
  requireTools('cpio', 'zstd', 'mkfs.vfat', 'mcopy', 'sfdisk', 'depmod', 'modprobe');
  // The modes of files are part of the image, and not the taste of who builds it.
  process.umask(0o022);
  const work = join(outFolder, `${board.name}.work`);
  rmSync(work, { recursive: true, force: true });
  const folder = (name: string): string => join(work, name);
  try {
    const tools = await newerTools(buildFolder);
    report('the tools are there');
    await makeSystemTree({ board, kernelFolder, buildFolder }, folder('root'));
    report('the system is there');
    await putAppliance(appliance, folder('root'));
    await fillBootPartition(board, folder('root'), folder('boot'));
    trimTree(folder('root'));
    mkdirSync(folder('data'));
    splitData(folder('root'), folder('data'));
    report('the files are there');
    const path = join(outFolder, `doorward-${board.name}.img`);
    const partitions = { boot: folder('boot'), root: folder('root'), data: folder('data') };
    await makeDisk({ board, ...partitions, tools, workFolder: work, file: path });
    report('the disk is there');
    const compressedPath = await compressDisk(path, parts.zstdLevel);
    const sha256 = await sha256Of(compressedPath);
    writeFileSync(`${compressedPath}.sha256`, `${sha256}  ${basename(compressedPath)}\n`);
    const bytes = statSync(path).size;
    return { path, bytes, compressedPath, compressedBytes: statSync(compressedPath).size, sha256 };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
