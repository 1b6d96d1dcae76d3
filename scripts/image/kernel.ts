/** The kernel of an image: Debian's, or one out of a folder that a kernel's .deb was unpacked in (`dpkg-deb -x`). */
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { runTool } from './tools.ts';

export interface Kernel {
  readonly version: string;
  /** The file that boots. */
  readonly image: string;
  /** Folders of device trees, the most telling first; of another kernel than Debian's they may lie elsewhere. */
  readonly deviceTrees: readonly string[];
}

export const cameraWarning =
  "Debian's arm64 kernels have no driver for the Pi's own camera modules: with this image only cameras on the USB and on " +
  "the network work. For a camera on the ribbon cable give Raspberry Pi's kernel: --kernel DIR, where DIR is the folder " +
  'that its .deb was unpacked in (dpkg-deb -x linux-image-VERSION-rpi-v8.deb DIR).';

/** Puts the kernel out of `folder` in the place of the one that the tree has. */
export async function replaceKernel(tree: string, folder: string): Promise<void> {
  const modules = ['usr/lib/modules', 'lib/modules'].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (modules === undefined)
    throw new Error(
      `cannot take a kernel from ${folder}: it has no lib/modules: unpack a kernel's .deb into it (dpkg-deb -x)`,
    );
  cpSync(modules, join(tree, 'usr', 'lib', 'modules'), { recursive: true });
  const boot = join(folder, 'boot'); // Others have the file that boots beside their modules.
  for (const name of existsSync(boot) ? readdirSync(boot).filter((file) => file.startsWith('vmlinuz')) : [])
    cpSync(join(boot, name), join(tree, 'boot', name));
  const own = join(folder, 'usr', 'lib');
  for (const name of existsSync(own) ? readdirSync(own).filter((entry) => entry.startsWith('linux-image-')) : [])
    cpSync(join(own, name), join(tree, 'usr', 'lib', name), { recursive: true });
  for (const version of readdirSync(join(tree, 'usr', 'lib', 'modules')))
    await runTool('depmod', ['-b', tree, version]);
}

/** The one kernel of a tree. */
export function kernelOf(tree: string): Kernel {
  const versions = readdirSync(join(tree, 'usr', 'lib', 'modules'));
  const [version] = versions;
  if (version === undefined || versions.length > 1)
    throw new Error(`cannot choose a kernel: the tree has ${versions.length}: ${versions.join(', ')}`);
  const images = [`usr/lib/modules/${version}/vmlinuz`, `boot/vmlinuz-${version}`].map((name) => join(tree, name));
  const image = images.find((path) => existsSync(path));
  if (image === undefined)
    throw new Error(`cannot find the kernel ${version}: neither ${images.join(' nor ')} is there`);
  const deviceTrees = [`usr/lib/linux-image-${version}`, `usr/lib/modules/${version}/dtb`]
    .flatMap((name) => [join(tree, name), join(tree, name, 'broadcom')])
    .filter((path) => existsSync(path));
  return { version, image, deviceTrees };
}
