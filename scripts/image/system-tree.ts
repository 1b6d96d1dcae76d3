/** The files of an image: a Debian tree, our few files over it, the appliance in it, and nothing that a doorbell needs not. */
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { type Board } from './board.ts';
import { replaceKernel } from './kernel.ts';
import { buildRootTree } from './root-tree.ts';
import { packageList, runTool } from './tools.ts';

/** Enabled in every image; what else packages bring stays off. `ssh` starts only when a key is preset. */
const units = ['systemd-networkd.service', 'systemd-resolved.service', 'systemd-timesyncd.service', 'ssh.service'];
const ownUnits = ['doorward-grow.service', 'doorward-preset.service'];

/**
 * Graphics that ffmpeg could draw through, device trees (they lie on the boot partition), and what only a build needs:
 * 340 MB of 860. The loader finds all that ffmpeg is linked with; test/image starts it.
 */
const unneeded = [
  'usr/lib/*-linux-gnu/{libLLVM*,libgallium*,libz3.so*,dri,gbm}',
  'usr/lib/modules/*/{dtb,vmlinuz,System.map}',
  'usr/lib/linux-image-*',
  'usr/lib/raspi-*',
  'usr/lib/systemd/boot',
  'usr/lib/{dracut,udev/hwdb.d}',
  'usr/share/{X11,fonts,mime,doc/*/NEWS*,doc/*/README*,bash-completion,zsh}',
  'boot/*',
  'etc/.pwd.lock',
  'etc/{passwd,group,shadow,gshadow}-',
  'var/{cache,lib/apt,lib/dpkg,log}/*',
];

const accountDay = 20_000;

/** Of Debian's base system, made by a script of it. */
const emptyFolders = ['opt', 'srv', 'mnt', 'media', 'home', 'usr/local/bin', 'usr/local/sbin'];

/** As the system would make them at its start, which it cannot on a root that is never written. */
const privateFolders = ['etc/credstore', 'etc/credstore.encrypted'];

/** Files that only the data partition has: what changes, with the modes that the system expects. */
const changing = ['var', 'opt/doorward', 'etc/doorward'];

export interface SystemParts {
  readonly board: Board;
  /** A folder that a kernel's .deb was unpacked in; undefined takes Debian's. */
  readonly kernelFolder: string | undefined;
  readonly buildFolder: string;
}

/** The part that takes long, kept between builds: Debian's packages for this board, unpacked. Returns its folder. */
export async function systemBase({ board, kernelFolder, buildFolder }: SystemParts): Promise<string> {
  const own = existsSync(join(import.meta.dirname, 'packages', board.architecture)) ? board.architecture : undefined;
  const base = join(buildFolder, `image-${board.architecture}${kernelFolder === undefined ? '' : '-no-kernel'}`);
  const lists = ['every-board', ...(own === undefined ? [] : [own])];
  if (kernelFolder === undefined) lists.push(`kernel-${board.architecture}`);
  const packages = lists.flatMap((name) => packageList(name));
  await buildRootTree({ architecture: board.architecture, packages, units, directory: base });
  return base;
}

/** The Debian tree with our files. */
export async function makeSystemTree(parts: SystemParts, tree: string): Promise<void> {
  const { kernelFolder } = parts;
  const base = await systemBase(parts);
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(dirname(tree), { recursive: true });
  await runTool('cp', ['-a', '--reflink=auto', base, tree]);
  rmSync(join(tree, '.doorward-tree'));
  if (kernelFolder !== undefined) await replaceKernel(tree, kernelFolder);
  for (const name of emptyFolders) mkdirSync(join(tree, name), { recursive: true });
  for (const name of privateFolders) {
    mkdirSync(join(tree, name), { recursive: true });
    chmodSync(join(tree, name), 0o700);
  }
  linkLibraries(tree);
  const over = ['--recursive', '--no-dereference', '--remove-destination', '--no-preserve=all'];
  await runTool('cp', [...over, `${join(import.meta.dirname, 'files')}/.`, tree]);
  await runTool('systemctl', [`--root=${tree}`, 'enable', ...ownUnits]);
}

/** What `update-alternatives` would have chosen: of each of these libraries there is one, in a folder that no loader looks into. */
function linkLibraries(tree: string): void {
  for (const path of globSync('usr/lib/*-linux-gnu/{blas,lapack}/*.so.3', { cwd: tree })) {
    const [folder, name] = [basename(dirname(path)), basename(path)];
    symlinkSync(join(folder, name), join(tree, dirname(dirname(path)), name));
  }
}

/** Accounts carry the day on which they were made: always the same, so that an image does not depend on the day of its build. */
function settleAccounts(tree: string): void {
  const path = join(tree, 'etc', 'shadow');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/^([^:]*:[^:]*):\d+:/gm, `$1:${accountDay}:`));
}

/** Takes out what is not needed on the device. Called when the boot partition has what it needs of the tree. */
export function trimTree(tree: string): void {
  settleAccounts(tree);
  for (const pattern of unneeded)
    for (const path of globSync(pattern, { cwd: tree })) rmSync(join(tree, path), { recursive: true });
}

/**
 * Moves what changes from the root to the data partition, and leaves empty folders to mount it on. The factory release
 * stays on the root, which nothing writes.
 */
export function splitData(tree: string, data: string): void {
  const factory = join(tree, 'opt', 'doorward', 'factory');
  const kept = join(tree, 'usr', 'lib', 'doorward-image', 'factory');
  if (existsSync(factory)) renameSync(factory, kept);
  else mkdirSync(kept);
  for (const path of changing) {
    const from = join(tree, path);
    const to = join(data, path);
    mkdirSync(from, { recursive: true });
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
    mkdirSync(from);
  }
  mkdirSync(join(data, 'opt', 'doorward', 'factory'));
  mkdirSync(join(tree, 'data'));
  for (const name of readdirSync(join(data, 'var', 'log'))) rmSync(join(data, 'var', 'log', name), { recursive: true });
  mkdirSync(join(data, 'var', 'log', 'journal'));
}
