/** Executables for tests: made once into a folder of their own, removed afterwards. */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeExecutable } from '../../scripts/package/executable.ts';
import type { Arch } from '../../scripts/package/target.ts';

export const checkout = join(import.meta.dirname, '..', '..');
export const commandMsMax = 600_000;

export function newFolder(context: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-package-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The executable alone in a folder, as somebody has downloaded it, with an empty HOME beside it. */
export interface Download {
  readonly folder: string;
  readonly executable: string;
  readonly userHome: string;
  readonly run: (...words: string[]) => SpawnSyncReturns<string>;
}

export function download(
  context: Pick<TestContext, 'after'>,
  executable: string,
  through: readonly string[] = [],
): Download {
  const folder = join(newFolder(context), 'downloads');
  const userHome = join(folder, '..', 'home');
  for (const path of [folder, userHome]) mkdirSync(path);
  const own = join(folder, 'doorward');
  try {
    linkSync(executable, own);
  } catch {
    copyFileSync(executable, own); // Another disk.
  }
  for (const name of ['ada', 'ada-enrolment', 'grace-enrolment'])
    copyFileSync(join(checkout, '.models', 'demo', `${name}.jpg`), join(folder, `${name}.jpg`));
  return {
    folder,
    executable: own,
    userHome,
    run(...words) {
      const [program = '', ...rest] = [...through, own, ...words];
      return spawnSync(program, rest, {
        cwd: folder,
        env: plainEnvironment(userHome),
        encoding: 'utf8',
        timeout: commandMsMax,
      });
    },
  };
}

/** What a login has, and nothing that turns telemetry off or names a folder. */
export function plainEnvironment(userHome: string): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', HOME: userHome, LANG: 'C.UTF-8' };
}

export async function packaged(folder: string, arch: Arch, version?: string): Promise<string> {
  const name = `linux-${arch}-${version ?? 'own'}`;
  const made = await makeExecutable({
    checkout,
    arch,
    out: join(folder, name),
    ...(version === undefined ? {} : { version }),
  });
  return made.path;
}

/**
 * Where the emulator looks for the files of a Raspberry Pi 4: a C library, and a processor. ONNX Runtime asks for the
 * processor's features there, and would take those of this machine for them.
 */
export function piRoot(folder: string): string {
  const root = join(folder, 'pi');
  mkdirSync(join(root, 'proc'), { recursive: true });
  symlinkSync('/usr/aarch64-linux-gnu/lib', join(root, 'lib'));
  const processor = [
    'processor\t: 0',
    'BogoMIPS\t: 108.00',
    'Features\t: fp asimd evtstrm crc32 cpuid',
    'CPU implementer\t: 0x41',
    'CPU architecture: 8',
    'CPU variant\t: 0x0',
    'CPU part\t: 0xd08',
    'CPU revision\t: 3',
    '',
    'Hardware\t: BCM2835',
    '',
  ];
  writeFileSync(join(root, 'proc', 'cpuinfo'), processor.join('\n'));
  return root;
}
