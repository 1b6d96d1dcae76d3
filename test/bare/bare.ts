/**
 * `npm run test:bare [-- SUITE …]`: `.ci/run` on a machine that had nothing installed: Debian of the release that runs
 * here, with this machine's npm and its Node alone, in a folder. What is committed is cloned into it. Takes root, and as long as `.ci/run` does.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { begin } from '../../scripts/entry.ts';
import { requireTools } from '../../scripts/debian/tools.ts';
import { buildFolder, checkout } from '../device/tree.ts';

/** How this machine reaches its registries: that a bare one reaches them is not what is tried. */
const reach = ['etc/apt/sources.list', 'etc/apt/sources.list.d', 'etc/apt/apt.conf.d', 'etc/apt/auth.conf.d', 'etc/apt/trusted.gpg.d', 'etc/resolv.conf', 'etc/hosts', 'etc/ssl/certs/ca-certificates.crt', 'root/.npmrc']; // prettier-ignore
const reachVariable = /proxy|^npm_config_registry$|^NODE_EXTRA_CA_CERTS$|^SSL_CERT_FILE$/i;
const packages = ['ca-certificates'];

/** $1: the tree; $2: the options of its overlay; the rest is run in it. What it mounts goes with it. */
const enter = `
set -eu
root=$1
mount -t overlay overlay -o "$2" "$root"
shift 2
mount -t proc proc "$root/proc"
for name in sys dev; do mount --rbind "/$name" "$root/$name"; done
mount -t tmpfs -o mode=755 run "$root/run"
exec chroot "$root" "$@"
`;

function codename(): string {
  const found = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  if (found === undefined) throw new Error('cannot make a bare machine: /etc/os-release names no release of Debian');
  return found;
}

/** Kept between runs: nothing is ever written to it. */
function bareTree(): string {
  const release = codename();
  const tree = join(buildFolder, `bare-${release}`);
  if (existsSync(tree)) return tree;
  const half = `${tree}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(buildFolder, { recursive: true });
  const options = ['--quiet', '--variant=apt', '--mode=root', '--format=directory', `--include=${packages.join(',')}`, '--aptopt=APT::Install-Recommends "false"']; // prettier-ignore
  execFileSync('mmdebstrap', [...options, release, half], { stdio: ['ignore', 'inherit', 'inherit'] });
  for (const path of reach) {
    rmSync(join(half, path), { recursive: true, force: true });
    if (existsSync(`/${path}`)) cpSync(`/${path}`, join(half, path), { recursive: true, dereference: true });
  }
  putNpm(half);
  execFileSync('mv', [half, tree]);
  return tree;
}

const { positionals: suites } = begin({ usage: 'npm run test:bare -- [SUITE…]', words: Infinity });
/** As whoever sets up a machine for a checkout does: Debian 12's own is too old. */
function putNpm(root: string): void {
  const outside = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  const node = outside.map((folder) => join(folder, 'node')).find((path) => existsSync(path));
  const npm = outside.map((folder) => join(folder, 'npm')).find((path) => existsSync(path));
  if (node === undefined || npm === undefined)
    throw new Error('cannot make a bare machine: this one has no npm to give');
  copyFileSync(node, join(root, 'usr', 'local', 'bin', 'node'));
  const from = dirname(dirname(realpathSync(npm)));
  const to = join(root, 'usr', 'local', 'lib', 'node_modules', 'npm');
  cpSync(from, to, { recursive: true, dereference: true });
  for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr', 'local', 'bin', name)); // prettier-ignore
}

requireTools('mmdebstrap', 'git', 'unshare', 'chroot', 'mount');
const tree = bareTree();
const folder = mkdtempSync(join(buildFolder, 'bare-run-'));
try {
  for (const name of ['disk', 'work', 'root']) mkdirSync(join(folder, name));
  execFileSync('git', ['clone', '--quiet', checkout, join(folder, 'disk', 'root', 'doorward')]);
  const variables = Object.entries(process.env).filter(([name]) => reachVariable.test(name));
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  if (extra !== undefined && existsSync(extra)) {
    mkdirSync(join(folder, 'disk', extra, '..'), { recursive: true });
    copyFileSync(extra, join(folder, 'disk', extra));
  }
  const own = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8'];
  const environment = ['env', '-i', ...own, ...variables.map(([name, value]) => `${name}=${value ?? ''}`)];
  const layers = `lowerdir=${tree},upperdir=${join(folder, 'disk')},workdir=${join(folder, 'work')}`;
  const tried = 'cd /root/doorward && .ci/run "$@" && PATH=$PWD/node_modules/.bin:$PATH node --test test/scripts/debian-tools.system.test.ts'; // prettier-ignore
  const words = [...environment, 'bash', '-c', tried, '.ci/run', ...suites];
  const shell = ['sh', '-c', enter, 'enter', join(folder, 'root'), layers, ...words];
  const child = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', ...shell], { stdio: 'inherit' }); // prettier-ignore
  await once(child, 'exit');
  process.exitCode = child.exitCode ?? 1;
  console.log(JSON.stringify({ release: codename(), suites, isSound: process.exitCode === 0 }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
