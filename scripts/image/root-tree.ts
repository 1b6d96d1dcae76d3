/**
 * A root tree of Debian 13 (trixie) for another machine, made by unpacking only: no code of that machine is run, so that
 * arm64 is as quick as amd64 and no emulator is needed. What the packages' maintainer scripts would have done is done
 * here with the tools of this machine. Needs root, for the owners of the files.
 */
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { requireTools, searchPath } from '../debian/tools.ts';

const run = promisify(execFile);
const outputBytesMax = 64 * 1024 * 1024;
const suite = 'trixie';
const shadowGroupId = 42;
/** Of the manufactured accounts in /etc/shadow; any fixed day, so that two builds agree. */
const passwordDay = 20_000;
const defaultMirror = 'http://deb.debian.org/debian/';
/** Raised when the recipe below changes, so that a kept tree of an older recipe is not taken. */
const recipe = 1;
const keptTreeMark = '.doorward-tree';

export type Architecture = 'amd64' | 'arm64';

export interface RootTree {
  readonly architecture: Architecture;
  /** Beside the essential ones. `linux-image-arm64/trixie-backports` takes one from another suite. */
  readonly packages: readonly string[];
  /** Made new, or kept if it was made from the same packages. */
  readonly directory: string;
  /** Units to enable; everything else that packages would enable stays disabled. */
  readonly units?: readonly string[];
}

/** Builds the tree, or keeps the one that is there; says which. */
export async function buildRootTree(tree: RootTree): Promise<'built' | 'kept'> {
  const directory = resolve(tree.directory);
  const identity = JSON.stringify([recipe, suite, tree.architecture, tree.packages, tree.units ?? []]);
  const mark = join(directory, keptTreeMark);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === identity) return 'kept';
  if (process.getuid?.() !== 0) throw new Error('cannot build a Debian tree: its files belong to root: run it as root');
  requireTools('mmdebstrap', 'systemd-sysusers', 'systemctl', '/usr/share/keyrings/debian-archive-keyring.gpg');
  const half = `${directory}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(dirname(directory), { recursive: true });
  await unpack({ ...tree, directory: half });
  await finishAccounts(half);
  finishFiles(half);
  await finishUnits(half, tree.units ?? []);
  await finishKernels(half);
  trim(half);
  writeFileSync(join(half, keptTreeMark), identity);
  rmSync(directory, { recursive: true, force: true });
  renameSync(half, directory);
  return 'built';
}

/** The mirror that this machine's own apt uses, which is the one that can be reached from here. */
async function mirror(): Promise<string> {
  const asked = process.env['DEBIAN_MIRROR'];
  if (asked !== undefined) return asked;
  const targets = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  return targets.stdout.split('\n').find((uri) => /\/debian\/?$/.test(uri)) ?? defaultMirror;
}

async function unpack({ architecture, packages, directory }: RootTree): Promise<void> {
  const cache = join(dirname(directory), `debian-${architecture}`);
  mkdirSync(cache, { recursive: true });
  const from = await mirror();
  const suites = new Set([suite, ...packages.flatMap((name) => name.split('/').slice(1))]);
  const sources = [...suites].map((name) => `deb ${from} ${name} main non-free-firmware`);
  const archives = '"$1"/var/cache/apt/archives/';
  const kept = `mkdir -p ${archives}; cp -n "$DEBIAN_CACHE"/*.deb ${archives} 2>/dev/null || true`;
  const keep = `cp -n ${archives}*.deb "$DEBIAN_CACHE"/ 2>/dev/null || true; rm -f ${archives}*.deb`;
  const options = [
    '--quiet', '--variant=extract', `--architectures=${architecture}`, '--format=directory', '--mode=root',
    '--include=?essential', ...packages.map((name) => `--include=${name}`),
    '--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Languages "none"', '--aptopt=Acquire::Retries "3"',
    '--skip=download/empty,essential/unlink,cleanup/apt/cache,check/qemu',
    `--setup-hook=${kept}`, `--extract-hook=${keep}`,
  ]; // prettier-ignore
  const child = run('mmdebstrap', [...options, suite, directory, '-'], {
    maxBuffer: outputBytesMax,
    env: { ...process.env, DEBIAN_CACHE: cache },
  });
  child.child.stdin?.end(`${sources.join('\n')}\n`);
  await child;
}

/** base-passwd, then the accounts that the packages ask for. Nobody has a password, so nobody can log in. */
async function finishAccounts(root: string): Promise<void> {
  const etc = (name: string): string => join(root, 'etc', name);
  for (const name of ['passwd', 'group'])
    copyFileSync(join(root, 'usr', 'share', 'base-passwd', `${name}.master`), etc(name));
  const lines = (name: string): string[] => readFileSync(etc(name), 'utf8').split('\n').filter(Boolean);
  const names = (name: string): string[] => lines(name).map((line) => line.split(':')[0] ?? '');
  writeFileSync(etc('passwd'), `${lines('passwd').map((line) => line.replace(/^([^:]*):[^:]*:/, '$1:x:')).join('\n')}\n`); // prettier-ignore
  writeFileSync(etc('shadow'), names('passwd').map((name) => `${name}:*:${passwordDay}:0:99999:7:::\n`).join('')); // prettier-ignore
  writeFileSync(
    etc('gshadow'),
    names('group')
      .map((name) => `${name}:*::\n`)
      .join(''),
  );
  await addAccounts(root, globSync(join(root, 'usr/lib/sysusers.d/*.conf')).toSorted());
  for (const name of ['shadow', 'gshadow']) {
    chmodSync(etc(name), 0o640);
    chownSync(etc(name), 0, shadowGroupId);
  }
}

/** The accounts of sysusers.d files. Written for systemd 257 they say `u!`, which an older host does not know. */
async function addAccounts(root: string, files: readonly string[]): Promise<void> {
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n').replaceAll(/^u!/gm, 'u'); // prettier-ignore
  const child = run('systemd-sysusers', [`--root=${root}`, '-']);
  child.child.stdin?.end(text);
  await child;
}

function finishFiles(root: string): void {
  const at = (path: string): string => join(root, path);
  for (const name of ['profile', 'nsswitch.conf']) {
    const original = at(`usr/share/base-files/${name}`);
    if (!existsSync(at(`etc/${name}`)) && existsSync(original)) copyFileSync(original, at(`etc/${name}`));
  }
  if (!existsSync(at('usr/bin/awk')) && existsSync(at('usr/bin/mawk'))) symlinkSync('mawk', at('usr/bin/awk'));
  const authorities = globSync(at('usr/share/ca-certificates/**/*.crt')).toSorted();
  if (authorities.length > 0) {
    mkdirSync(at('etc/ssl/certs'), { recursive: true });
    const bundle = authorities.map((file) => readFileSync(file, 'utf8')).join('');
    writeFileSync(at('etc/ssl/certs/ca-certificates.crt'), bundle);
  }
  mkdirSync(at('etc/pam.d'), { recursive: true });
  for (const kind of ['account', 'auth', 'password', 'session'])
    writeFileSync(at(`etc/pam.d/common-${kind}`), `${kind} required pam_unix.so\n`);
  copyFileSync(at('etc/pam.d/common-session'), at('etc/pam.d/common-session-noninteractive'));
  writeFileSync(at('etc/hostname'), 'doorward\n');
  writeFileSync(at('etc/hosts'), '127.0.0.1 localhost\n127.0.1.1 doorward\n::1 localhost\n');
  writeFileSync(at('etc/machine-id'), '');
}

/** Without the last preset line packages would enable what nobody asked for. */
async function finishUnits(root: string, units: readonly string[]): Promise<void> {
  const folder = join(root, 'etc', 'systemd', 'system-preset');
  mkdirSync(folder, { recursive: true });
  const lines = [
    ...units.map((unit) => `enable ${unit}`),
    'enable dbus.socket',
    'enable remote-fs.target',
    'disable *',
  ];
  writeFileSync(join(folder, '00-doorward.preset'), `${lines.join('\n')}\n`);
  await run('systemctl', [`--root=${root}`, 'preset-all'], { maxBuffer: outputBytesMax });
  await run('systemctl', [`--root=${root}`, 'set-default', 'multi-user.target']);
  // A first boot that thinks the tree is newer than its caches would rebuild them, on a root that it cannot write.
  for (const mark of ['etc/.updated', 'var/.updated']) appendFileSync(join(root, mark), '');
}

/** The module lists that the kernel package's script would have made. */
async function finishKernels(root: string): Promise<void> {
  const modules = join(root, 'usr', 'lib', 'modules');
  if (!existsSync(modules)) return;
  requireTools('depmod');
  for (const version of readdirSync(modules))
    await run('depmod', ['-b', root, version], {
      maxBuffer: outputBytesMax,
      env: { ...process.env, PATH: searchPath() },
    });
}

function trim(root: string): void {
  for (const path of ['usr/share/man', 'usr/share/locale', 'usr/share/info', 'var/lib/apt/lists', 'var/cache/apt'])
    rmSync(join(root, path), { recursive: true, force: true });
  for (const file of globSync(join(root, 'usr/share/doc/*/changelog*'))) rmSync(file, { force: true });
}
