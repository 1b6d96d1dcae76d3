import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';
import type { Arch } from './target.ts';

/** Where the packages of one architecture lie. */
export interface TargetPackages {
  /** Node itself, as its package brings it. */
  readonly node: string;
  /** Files of the native libraries by the name that they are carried under. */
  readonly libraries: ReadonlyMap<string, string>;
}

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
}

/**
 * The packages that exist once for each architecture, in a folder of their own: npm gives a checkout those of its own
 * machine only. Versions and hashes are those of the checkout's lock file.
 */
export async function fetchPackages(checkout: string, folder: string, arch: Arch): Promise<TargetPackages> {
  const names = [`node-linux-${arch}`, `@img/sharp-linux-${arch}`, `@img/sharp-libvips-linux-${arch}`];
  const locked = lockedPackages(checkout);
  const chosen = names.map((name) => {
    const found = locked[`node_modules/${name}`];
    if (found?.integrity === undefined) throw new Error(`cannot package: package-lock.json does not name ${name}`);
    return [name, found] as const;
  });
  const dependencies = Object.fromEntries(chosen.map(([name, { version }]) => [name, version]));
  const packages = Object.fromEntries(chosen.map(([name, entry]) => [`node_modules/${name}`, bare(entry)]));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const own = { name: 'doorward-target', version: '0.0.0' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...own, dependencies }));
  const lock = { ...own, lockfileVersion: 3, requires: true, packages: { '': { ...own, dependencies }, ...packages } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', '--force'];
  await run('npm', ['ci', '--os=linux', `--cpu=${arch}`, '--libc=glibc', ...flags], { folder });
  return { node: join(folder, 'node_modules', `node-linux-${arch}`, 'bin', 'node'), libraries: libraries(checkout, folder, arch) }; // prettier-ignore
}

function bare({ version, integrity }: Locked): Locked {
  return { version, ...(integrity === undefined ? {} : { integrity }) };
}

export function lockedPackages(checkout: string): Readonly<Record<string, Locked>> {
  const lock: { packages: Record<string, Locked> } = JSON.parse(
    readFileSync(join(checkout, 'package-lock.json'), 'utf8'),
  );
  return lock.packages;
}

/** They find each other by relative paths: libvips two folders above sharp, ONNX Runtime beside its addon. */
function libraries(checkout: string, folder: string, arch: Arch): ReadonlyMap<string, string> {
  const onnx = join(checkout, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', 'linux', arch);
  const images = join(folder, 'node_modules', '@img');
  const vips = `sharp-libvips-linux-${arch}`;
  const sharpFolder = join(images, `sharp-linux-${arch}`, 'lib');
  const sharp = readdirSync(sharpFolder).filter((name) => name.endsWith('.node'));
  const [sharpFile] = sharp;
  if (sharpFile === undefined || sharp.length > 1)
    throw new Error(`cannot package: expected one addon in ${sharpFolder}`);
  const vipsFiles = readdirSync(join(images, vips, 'lib')).filter((name) => name.includes('.so'));
  return new Map([
    ['better_sqlite3.node', join(checkout, 'node_modules', 'better-sqlite3', 'prebuilds', `linux-${arch}.node`)],
    ['onnxruntime_binding.node', join(onnx, 'onnxruntime_binding.node')],
    ['libonnxruntime.so.1', join(onnx, 'libonnxruntime.so.1')],
    ['images/sharp/lib/sharp.node', join(sharpFolder, sharpFile)],
    ...vipsFiles.map((name) => [`images/${vips}/lib/${name}`, join(images, vips, 'lib', name)] as const),
  ]);
}
