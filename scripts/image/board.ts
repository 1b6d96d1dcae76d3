/** What differs between the boards an image can be made for. */
import type { Architecture } from './root-tree.ts';

export type BoardName = 'pi' | 'virt-arm64' | 'pc';

export interface Board {
  readonly name: BoardName;
  readonly says: string;
  readonly architecture: Architecture;
  /** Of the executable, as `npm run package` names it. */
  readonly releaseArchitecture: 'arm64' | 'x64';
  /** `pi`: config.txt and the Pi's own boot files. `efi`: systemd-boot, where UEFI looks for it. */
  readonly boot: 'pi' | 'efi';
  /** Of the boot partition in the table of partitions, in hexadecimal: FAT32, or an EFI system partition. */
  readonly bootPartitionType: string;
  readonly consoles: readonly string[];
}

const boards: readonly Board[] = [
  {
    name: 'pi',
    says: 'Raspberry Pi 3, 4, 5 and Zero 2 W',
    architecture: 'arm64',
    releaseArchitecture: 'arm64',
    boot: 'pi',
    bootPartitionType: 'c',
    consoles: ['serial0,115200', 'tty1'],
  },
  {
    name: 'virt-arm64',
    says: 'a virtual machine with arm64 and UEFI',
    architecture: 'arm64',
    releaseArchitecture: 'arm64',
    boot: 'efi',
    bootPartitionType: 'ef',
    consoles: ['ttyAMA0'],
  },
  {
    name: 'pc',
    says: 'a PC with UEFI',
    architecture: 'amd64',
    releaseArchitecture: 'x64',
    boot: 'efi',
    bootPartitionType: 'ef',
    consoles: ['ttyS0', 'tty0'],
  },
];

export const boardNames: readonly string[] = boards.map(({ name }) => name);

export function boardOf(name: string): Board | undefined {
  return boards.find((board) => board.name === name);
}

/** What the kernel is told. Two sides of the same disk: the labels are given in disk.ts and etc/fstab. */
export function kernelCommandLine(board: Board): string {
  const consoles = board.consoles.map((name) => `console=${name}`);
  /** A Pi's own boot files say cgroup_disable=memory; the later word counts. */
  const limits = board.boot === 'pi' ? ['cgroup_enable=memory'] : [];
  const rest = ['root=LABEL=doorward-root', 'ro', 'quiet', 'net.ifnames=0', 'panic=10', 'fsck.repair=yes'];
  return [...consoles, ...limits, ...rest].join(' ');
}
