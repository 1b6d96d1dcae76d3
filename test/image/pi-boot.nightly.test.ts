/** What a Pi finds on the boot partition, with Debian's kernel and with one that was brought in a folder. */
import assert from 'node:assert/strict';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { boardOf } from '../../scripts/image/board.ts';
import { fillBootPartition } from '../../scripts/image/boot-partition.ts';
import { kernelOf, replaceKernel } from '../../scripts/image/kernel.ts';
import { makeSystemTree } from '../../scripts/image/system-tree.ts';
import { runTool } from '../../scripts/image/tools.ts';

const buildFolder = join(import.meta.dirname, '..', '..', '.build');
const board = boardOf('pi');
const place = { folder: '' };
const at = (name: string): string => join(place.folder, name);

before(async () => {
  assert.ok(board !== undefined);
  mkdirSync(buildFolder, { recursive: true });
  place.folder = mkdtempSync(join(buildFolder, 'pi-'));
  await makeSystemTree({ board, kernelFolder: undefined, buildFolder }, at('tree'));
});

after(() => rmSync(place.folder, { recursive: true }));

test('with Debian’s kernel: the boot files of every Pi, its device trees, and a config that names what is there', async () => {
  assert.ok(board !== undefined);
  await fillBootPartition(board, at('tree'), at('boot'));
  const needed = ['start4.elf', 'fixup4.dat', 'bootcode.bin', 'bcm2712-rpi-5-b.dtb', 'bcm2711-rpi-4-b.dtb', 'bcm2837-rpi-3-b.dtb', 'doorward-preset.txt']; // prettier-ignore
  assert.deepEqual(
    needed.filter((name) => !existsSync(join(at('boot'), name))),
    [],
  );
  const config = readFileSync(join(at('boot'), 'config.txt'), 'utf8');
  assert.match(config, /^upstream_kernel=1$/m);
  for (const [, name] of config.matchAll(/^(?:kernel=|initramfs )(\S+)/gm))
    assert.ok(existsSync(join(at('boot'), String(name))), name);
  assert.match(
    readFileSync(join(at('boot'), 'cmdline.txt'), 'utf8'),
    /^console=.* cgroup_enable=memory root=LABEL=doorward-root ro .*\n$/,
  );
});

test('a kernel out of a folder takes the place of Debian’s, with its overlays', async () => {
  assert.ok(board !== undefined);
  // Debian has it in several packages since 7.x, before in the first of them alone.
  const debs = globSync('debian-arm64/linux-{image,base,binary,modules}-[0-9]*.deb', { cwd: buildFolder });
  assert.ok(debs.length > 0, 'the kernel packages were not kept');
  for (const deb of debs) await runTool('dpkg-deb', ['-x', join(buildFolder, deb), at('kernel')]);
  const { version } = kernelOf(at('tree'));
  mkdirSync(at(`kernel/usr/lib/linux-image-${version}/overlays`), { recursive: true });
  writeFileSync(at(`kernel/usr/lib/linux-image-${version}/overlays/imx708.dtbo`), 'overlay');
  for (const path of globSync('usr/lib/{modules,linux-image-*}', { cwd: at('tree') }))
    rmSync(join(at('tree'), path), { recursive: true });
  await replaceKernel(at('tree'), at('kernel'));
  await fillBootPartition(board, at('tree'), at('own'));
  assert.match(readFileSync(join(at('own'), 'config.txt'), 'utf8'), /^camera_auto_detect=1$/m);
  assert.equal(readFileSync(join(at('own'), 'overlays', 'imx708.dtbo'), 'utf8'), 'overlay');
});

test('a folder without a kernel is refused with what to do', async () => {
  await assert.rejects(
    replaceKernel(at('tree'), at('boot')),
    /cannot take a kernel from .*: it has no lib\/modules: unpack/,
  );
});
