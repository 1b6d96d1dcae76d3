/** What an executable is made for. */
export type Arch = 'x64' | 'arm64';

export function isArch(text: string | undefined): text is Arch {
  return text === 'x64' || text === 'arm64';
}

/** The name that Debian's cross tools have for it: `aarch64-linux-gnu-strip`. */
export const triples: Readonly<Record<Arch, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/**
 * What runs a program of that architecture here. Emulation takes the target's C library from Debian's cross compiler.
 */
export function runner(arch: Arch): readonly string[] {
  if (arch === process.arch) return [];
  const emulator = arch === 'arm64' ? 'qemu-aarch64-static' : 'qemu-x86_64-static';
  return [emulator, '-L', `/usr/${triples[arch]}`];
}

/** Of this machine; x64 where it is none that Doorward knows. */
export function ownArch(): Arch {
  return process.arch === 'arm64' ? 'arm64' : 'x64';
}
