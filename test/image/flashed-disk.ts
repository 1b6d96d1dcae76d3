/** A disk as an owner makes it: the image written to a larger card, and the preset file on it filled in. */
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type NewerTools, runTool } from '../../scripts/image/tools.ts';

/** Where the boot partition starts, as mtools say it. */
const bootOffset = '@@1M';

export interface FlashedDisk {
  /** qcow2, so that snapshots can be saved in it; what is written to it stays in it. */
  readonly disk: string;
  readonly kernel: string;
  readonly initramfs: string;
  readonly commandLine: string;
  readonly sshKey: string;
}

export interface Flashing {
  readonly image: string;
  readonly tools: NewerTools;
  readonly folder: string;
  /** Lines of doorward-preset.txt beside the key. */
  readonly preset?: readonly string[];
  /** By how much the card is larger than the image. */
  readonly spareBytes: number;
}

export async function flash({ image, tools, folder, preset = [], spareBytes }: Flashing): Promise<FlashedDisk> {
  const card = join(folder, 'card.img');
  const at = (name: string): string => join(folder, name);
  await runTool('cp', ['--reflink=auto', '--sparse=always', image, card]);
  truncateSync(card, statSync(card).size + spareBytes);
  await runTool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', at('key')]);
  const key = readFileSync(at('key.pub'), 'utf8').trim();
  writeFileSync(at('preset'), `${[`ssh-key=${key}`, ...preset].join('\n')}\n`);
  await runTool('mcopy', ['-o', '-i', `${card}${bootOffset}`, at('preset'), '::/doorward-preset.txt']);
  for (const name of ['vmlinuz', 'initrd.img'])
    await runTool('mcopy', ['-n', '-i', `${card}${bootOffset}`, `::/${name}`, at(name)]);
  const entry = await runTool('mtype', ['-i', `${card}${bootOffset}`, '::/loader/entries/doorward.conf']);
  const commandLine = /^options (.*)$/m.exec(entry)?.[1];
  if (commandLine === undefined) throw new Error(`no options in the boot entry:\n${entry}`);
  const disk = at('card.qcow2');
  const [program, ...args] = tools.command('bin/qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', card, disk]); // prettier-ignore
  await runTool(program, args);
  return { disk, kernel: at('vmlinuz'), initramfs: at('initrd.img'), commandLine, sshKey: at('key') };
}
