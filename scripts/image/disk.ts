/**
 * One file that is a disk: boot partition (FAT), root (ext4, never written), data (ext4, grown at the first start).
 * Made without root, loop devices and mounts. Every time, number and name in it is given, so that the same files make
 * the same bytes.
 */
import {
  closeSync,
  createReadStream,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { type Board } from './board.ts';
import { fixedTime, type NewerTools, runTool, touchAll } from './tools.ts';

const mebibyte = 1024 * 1024;
const sectorBytes = 512;
/** Before the first partition, and what every partition starts at a multiple of. */
const alignmentBytes = mebibyte;
const bootBytes = 256 * mebibyte;
const blockBytes = 4096;
/** Of inodes, tables and the growth of directories, beside the files themselves. */
const rootSparePercent = 8;
const rootStepBytes = 32 * mebibyte;
/** Room for the first visits, should growing fail. */
const dataSpareBytes = 192 * mebibyte;

const identity = {
  disk: '0xd00d0001',
  bootVolume: 'd00d0002',
  root: 'd00d0003-d00d-4d00-8d00-d00d00000003',
  data: 'd00d0004-d00d-4d00-8d00-d00d00000004',
};

export interface DiskParts {
  readonly board: Board;
  /** Folders whose content becomes the partitions. */
  readonly boot: string;
  readonly root: string;
  readonly data: string;
  readonly tools: NewerTools;
  readonly workFolder: string;
  readonly file: string;
}

export async function makeDisk(parts: DiskParts): Promise<void> {
  const { board, boot, root, data, workFolder, file } = parts;
  const partition = (name: string): string => join(workFolder, `${name}.partition`);
  await touchAll([boot, root, data]);
  const rootBytes = roundUp(sumBytes(root) * (1 + rootSparePercent / 100), rootStepBytes);
  const dataBytes = roundUp(sumBytes(data) + dataSpareBytes, rootStepBytes);
  await makeFat(boot, partition('boot'));
  // No journal: nothing is ever written to it that a journal could replay.
  await makeExt4(parts, { folder: root, file: partition('root'), bytes: rootBytes, label: 'doorward-root', uuid: identity.root, features: '^has_journal' }); // prettier-ignore
  await makeExt4(parts, { folder: data, file: partition('data'), bytes: dataBytes, label: 'doorward-data', uuid: identity.data, features: 'has_journal' }); // prettier-ignore
  const sizes = [bootBytes, rootBytes, dataBytes];
  const half = `${file}.half`;
  makeEmpty(half, alignmentBytes + sizes.reduce((sum, bytes) => sum + bytes, 0));
  await partitionDisk(board, half, sizes);
  await fillDisk(half, [partition('boot'), partition('root'), partition('data')]);
  renameSync(half, file);
}

async function partitionDisk(board: Board, file: string, sizes: readonly number[]): Promise<void> {
  const types = [`${board.bootPartitionType}, bootable`, '83', '83'];
  const lines = sizes.map((bytes, index) => `size=${bytes / sectorBytes}, type=${types[index] ?? ''}`);
  const head = [
    'label: dos',
    `label-id: ${identity.disk}`,
    'unit: sectors',
    `first-lba: ${alignmentBytes / sectorBytes}`,
  ];
  await runTool('sfdisk', ['--quiet', file], { input: `${[...head, ...lines].join('\n')}\n` });
}

async function fillDisk(file: string, partitions: readonly string[]): Promise<void> {
  let offset = alignmentBytes;
  for (const partition of partitions) {
    const where = [`if=${partition}`, `of=${file}`, 'bs=1M', `seek=${offset / mebibyte}`, 'conv=notrunc,sparse'];
    await runTool('dd', ['status=none', ...where]);
    offset += statSync(partition).size;
    rmSync(partition);
  }
}

async function makeFat(folder: string, file: string): Promise<void> {
  makeEmpty(file, bootBytes);
  await runTool('mkfs.vfat', ['--invariant', '-F', '32', '-n', 'DOORWARD', '-i', identity.bootVolume, file]);
  const names = readdirSync(folder).toSorted();
  await runTool('mcopy', ['-s', '-m', '-Q', '-i', file, ...names.map((name) => join(folder, name)), '::/'], { environment: fixedTime }); // prettier-ignore
}

interface Ext4 {
  readonly folder: string;
  readonly file: string;
  readonly bytes: number;
  readonly label: string;
  readonly uuid: string;
  readonly features: string;
}

async function makeExt4({ tools }: DiskParts, partition: Ext4): Promise<void> {
  makeEmpty(partition.file, partition.bytes);
  const extended = `hash_seed=${partition.uuid},lazy_itable_init=0,lazy_journal_init=0`;
  const [program, ...args] = tools.command('sbin/mke2fs', [
    '-q', '-F', '-t', 'ext4', '-m', '1', '-b', String(blockBytes), '-O', partition.features, '-L', partition.label,
    '-U', partition.uuid, '-E', extended, '-d', partition.folder, partition.file,
  ]); // prettier-ignore
  await runTool(program, args, { environment: fixedTime });
}

function makeEmpty(file: string, bytes: number): void {
  rmSync(file, { force: true });
  closeSync(openSync(file, 'wx'));
  truncateSync(file, bytes);
}

function roundUp(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step;
}

/** What the files take in whole blocks; a file with several names counts several times, which only adds room. */
function sumBytes(folder: string): number {
  let sum = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const { size, isDirectory } = lstatOf(path);
    sum += roundUp(Math.max(size, 1), blockBytes) + (isDirectory ? sumBytes(path) : 0);
  }
  return sum;
}

function lstatOf(path: string): { size: number; isDirectory: boolean } {
  const stat = lstatSync(path);
  return { size: stat.size, isDirectory: stat.isDirectory() };
}

/** Compresses the disk next to it; the same bytes for the same disk, whatever the number of processors. */
export async function compressDisk(file: string, level: number): Promise<string> {
  const compressed = `${file}.zst`;
  await runTool('zstd', ['--quiet', '--force', `-${level}`, '--threads=2', file, '-o', compressed]);
  return compressed;
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
