/** What lies on the boot partition: the kernel, what starts it on this board, and the file in which people preset things. */
import { copyFileSync, cpSync, existsSync, globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { type Board, kernelCommandLine } from './board.ts';
import { kernelOf } from './kernel.ts';
import { makeInitramfs } from './initramfs.ts';

export const kernelName = 'vmlinuz';
export const initramfsName = 'initrd.img';

/** Copies what the board needs out of the tree; `folder` becomes the partition. */
export async function fillBootPartition(board: Board, tree: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const kernel = kernelOf(tree);
  copyFileSync(kernel.image, join(folder, kernelName));
  const file = join(folder, initramfsName);
  await makeInitramfs({ tree, kernelVersion: kernel.version, workFolder: `${folder}.initramfs`, file });
  copyFileSync(join(import.meta.dirname, 'boot', 'doorward-preset.txt'), join(folder, 'doorward-preset.txt'));
  if (board.boot === 'pi') fillForPi(board, tree, { folder, deviceTrees: kernel.deviceTrees });
  else fillForEfi(board, tree, folder);
}

/**
 * The Pi reads config.txt. Debian's kernel has device trees under the names of the kernel itself (bcm2837…), which the Pi
 * looks for when told that the kernel is an upstream one; Raspberry Pi's own has its own names and overlays, the camera's too.
 */
function fillForPi(
  board: Board,
  tree: string,
  { folder, deviceTrees }: { folder: string; deviceTrees: readonly string[] },
): void {
  for (const path of globSync('usr/lib/raspi-*/*', { cwd: tree }).filter((name) => statSync(join(tree, name)).isFile()))
    copyFileSync(join(tree, path), join(folder, basename(path)));
  const trees = deviceTrees.flatMap((from) =>
    globSync(join(from, 'bcm27*.dtb')).concat(globSync(join(from, 'bcm283*.dtb'))),
  );
  for (const path of trees) copyFileSync(path, join(folder, basename(path)));
  if (trees.length === 0)
    throw new Error('cannot boot a Pi: the kernel brings no device trees (bcm27*.dtb, bcm283*.dtb)');
  const overlays = deviceTrees.map((from) => join(from, 'overlays')).find((path) => existsSync(path));
  if (overlays !== undefined) cpSync(overlays, join(folder, 'overlays'), { recursive: true });
  const lines = [
    'arm_64bit=1',
    'enable_uart=1',
    overlays === undefined ? 'upstream_kernel=1' : 'camera_auto_detect=1',
    `kernel=${kernelName}`,
    `initramfs ${initramfsName} followkernel`,
  ];
  writeFileSync(join(folder, 'config.txt'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'cmdline.txt'), `${kernelCommandLine(board)}\n`);
}

/** systemd-boot under the name that every UEFI starts by itself. */
function fillForEfi(board: Board, tree: string, folder: string): void {
  const suffix = board.architecture === 'arm64' ? 'aa64' : 'x64';
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  mkdirSync(join(folder, 'EFI', 'BOOT'), { recursive: true });
  const loader = join(tree, 'usr', 'lib', 'systemd', 'boot', 'efi', `systemd-boot${suffix}.efi`);
  copyFileSync(loader, join(folder, 'EFI', 'BOOT', `BOOT${suffix.toUpperCase()}.EFI`));
  put('loader/loader.conf', 'timeout 0\neditor no\n');
  const entry = [
    'title Doorward',
    `linux /${kernelName}`,
    `initrd /${initramfsName}`,
    `options ${kernelCommandLine(board)}`,
  ];
  put('loader/entries/doorward.conf', `${entry.join('\n')}\n`);
}
