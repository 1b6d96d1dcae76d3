/** The little system that finds the root: busybox, the drivers of discs and watchdogs, and `initramfs/init`. */
import { chmodSync, copyFileSync, globSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { runTool, touchAll } from './tools.ts';

/** Drivers of what a root may lie on, with all that they need. One that a kernel has built in, or has not, is left out. */
const modules = [
  'virtio_pci', 'virtio_mmio', 'virtio_blk', 'ext4', 'crc32c_generic', 'sdhci_iproc', 'sdhci_brcmstb', 'bcm2835',
  'bcm2835_wdt', 'i6300esb', 'usb_storage', 'uas', 'xhci_pci', 'pcie_brcmstb', 'nvme', 'ahci', 'sd_mod',
]; // prettier-ignore

export interface InitramfsParts {
  readonly tree: string;
  readonly kernelVersion: string;
  /** Where it is put together, and then the file. */
  readonly workFolder: string;
  readonly file: string;
}

export async function makeInitramfs({ tree, kernelVersion, workFolder, file }: InitramfsParts): Promise<void> {
  rmSync(workFolder, { recursive: true, force: true });
  const moduleFolder = join('usr', 'lib', 'modules', kernelVersion);
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'run', 'mnt', 'data', moduleFolder])
    mkdirSync(join(workFolder, folder), { recursive: true });
  symlinkSync('usr/lib', join(workFolder, 'lib'));
  symlinkSync('busybox', join(workFolder, 'bin', 'sh'));
  copyFileSync(join(tree, 'usr', 'bin', 'busybox'), join(workFolder, 'bin', 'busybox'));
  copyFileSync(join(import.meta.dirname, 'initramfs', 'init'), join(workFolder, 'init'));
  chmodSync(join(workFolder, 'init'), 0o755);
  for (const path of await moduleFiles(tree, kernelVersion)) {
    mkdirSync(dirname(join(workFolder, path)), { recursive: true });
    copyFileSync(join(tree, path), join(workFolder, path));
  }
  for (const path of globSync(`${moduleFolder}/modules.{builtin*,order}`, { cwd: tree }))
    copyFileSync(join(tree, path), join(workFolder, path));
  await runTool('depmod', ['-b', workFolder, kernelVersion]);
  await touchAll([workFolder]);
  const names = globSync('**', { cwd: workFolder }).toSorted();
  const archive = `${file}.cpio`;
  const options = ['--create', '--format=newc', '--owner=0:0', '--reproducible', '--quiet', `--file=${archive}`];
  await runTool('cpio', options, { folder: workFolder, input: `${names.join('\n')}\n` });
  await runTool('zstd', ['--quiet', '--force', '-12', '--threads=1', archive, '-o', file]);
  rmSync(archive);
  rmSync(workFolder, { recursive: true });
}

/** The wanted modules and what each needs, as paths in the tree. */
async function moduleFiles(tree: string, kernelVersion: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const name of modules) {
    const lines = await runTool('modprobe', ['-d', tree, '-S', kernelVersion, '--show-depends', name]).catch(() => '');
    for (const line of lines.split('\n')) {
      const [verb, path] = line.split(' ');
      if (verb === 'insmod' && path !== undefined) found.add(join('usr', relative(tree, path).replace(/^usr\//, '')));
    }
  }
  if (![...found].some((path) => path.includes('/ext4/')))
    throw new Error(`cannot make an initramfs: the kernel ${kernelVersion} has no module of ext4 in ${tree}`);
  return [...found].toSorted();
}
