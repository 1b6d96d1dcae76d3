import { parseManifest, manifestName } from '../release/manifest.ts';
import { readBack } from '../release/read-back.ts';
import { readCurrent } from '../slot/current-link.ts';
import { readMark } from '../slot/slot-mark.ts';
import { DiskFault } from '../system/disk.ts';
import type { Host } from '../system/host.ts';
import type { Network } from '../system/network.ts';
import type { Storage } from '../system/storage.ts';
import { type DeviceTree, directoryRules, enabledUnits, rootWords, type SystemFile } from './device-tree.ts';
import { launcher } from './launcher.ts';
import type { InstallFacts } from './plan.ts';
import { ownerNamed } from './users.ts';

/** What looking takes. */
export interface LookParts {
  readonly storage: Storage;
  readonly host: Host;
  readonly network: Network;
  readonly tree: DeviceTree;
  /** A file that the release carries. */
  readonly carriedFile: (name: string) => Uint8Array | undefined;
  readonly release: InstallFacts['release'];
  /** The file that becomes the installed release. */
  readonly source: { readonly executable: string };
}

const address = 'http://127.0.0.1:8080';
const portAnswerMs = 2000;
const systemctlMsMax = 10_000;

/** Every fact that the plan rests on. Rejects with a `DiskFault` when the disk cannot be read. */
export async function lookAtMachine(parts: LookParts): Promise<InstallFacts> {
  const { storage, host, tree, release, source } = parts;
  const isOffline = tree.root !== '';
  const isRunning = !isOffline && (await isActive(parts, 'doorward.service'));
  const writeProblem = host.isRoot ? await writeProblemOf(parts) : undefined;
  return {
    isRoot: host.isRoot,
    isOffline,
    systemd: isOffline ? undefined : await host.systemdVersion(),
    machineArchitecture: host.architecture,
    release,
    isSourceInSlot: source.executable.startsWith(`${tree.places.slots}/`),
    installed: await installedRelease(storage, tree),
    isFactoryWhole: await isWhole(storage, tree.places.factory),
    writeProblem,
    freeBytes: (await storage.space(await nearestFolder(storage, tree.places.root))).freeBytes,
    port: isOffline || isRunning || (await isActive(parts, 'doorward.socket')) ? 'free' : await portOf(parts),
    changedFiles: await changedFiles(parts),
    hasUser: (await ownerNamed(storage, tree, 'doorward')) !== undefined,
    areDirectoriesThere: await areDirectoriesThere(parts),
    hasSettings: (await storage.read(tree.settingsFile)) !== undefined,
    hasCommand: await hasCommand(storage, tree),
    isEnabled: await areEnabled(parts),
    isRunning,
  };
}

/** The link that earlier releases made leads root to what the bell's user owns. */
async function hasCommand(storage: Storage, { command }: DeviceTree): Promise<boolean> {
  if ((await storage.readLink(command)) !== undefined) return false;
  return Buffer.from((await storage.read(command)) ?? []).toString() === launcher;
}

/** Each by its own question: systemctl is content when one of several is enabled. */
async function areEnabled(parts: LookParts): Promise<boolean> {
  for (const unit of enabledUnits)
    if (!(await systemctl(parts, [...rootWords(parts.tree), 'is-enabled', '--quiet', unit]))) return false;
  return true;
}

function isActive(parts: LookParts, unit: string): Promise<boolean> {
  return systemctl(parts, ['is-active', '--quiet', unit]);
}

async function systemctl({ host }: LookParts, words: readonly string[]): Promise<boolean> {
  return (await host.run('systemctl', words, { timeoutMs: systemctlMsMax })).code === 0;
}

async function installedRelease(storage: Storage, { places }: DeviceTree): Promise<InstallFacts['installed']> {
  const slot = await readCurrent(storage, places);
  if (slot === undefined) return undefined;
  const mark = await readMark(storage, places, slot);
  const manifest = await manifestIn(storage, places.slot[slot]);
  const version = manifest?.version ?? (mark.state === 'usable' ? mark.version : 'unknown');
  return { slot, version, isWhole: mark.state === 'usable' && (await isWhole(storage, places.slot[slot])) };
}

async function manifestIn(storage: Storage, directory: string): Promise<ReturnType<typeof readManifest>> {
  return readManifest(await storage.read(`${directory}/${manifestName}`));
}

function readManifest(bytes: Uint8Array | undefined): Exclude<ReturnType<typeof parseManifest>, string> | undefined {
  const manifest = bytes === undefined ? undefined : parseManifest(bytes);
  return typeof manifest === 'string' ? undefined : manifest;
}

/** Every byte of a release is as its own manifest says. */
async function isWhole(storage: Storage, directory: string): Promise<boolean> {
  const manifest = await manifestIn(storage, directory);
  return manifest !== undefined && (await readBack({ storage, directory, manifest })).outcome === 'whole';
}

/** Tries it: a read-only mount does not show in permissions, and root may write everywhere else. */
async function writeProblemOf({ storage, tree }: LookParts): Promise<string | undefined> {
  for (const place of [tree.places.root, `${tree.root}/etc/systemd/system`, tree.places.home]) {
    const folder = await nearestFolder(storage, place);
    const probe = `${folder}/.doorward-install`;
    try {
      await storage.write(probe, '');
      await storage.remove(probe);
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      return `${folder} cannot be written (${error.kind})`;
    }
  }
  return undefined;
}

/** The folder itself, or the nearest above it that is there. */
async function nearestFolder(storage: Storage, path: string): Promise<string> {
  for (let folder = path; folder !== ''; folder = folder.slice(0, folder.lastIndexOf('/'))) {
    const above = folder.slice(0, folder.lastIndexOf('/'));
    const name = folder.slice(above.length + 1);
    if ((await storage.list(above === '' ? '/' : above)).some((entry) => entry.name === name)) return folder;
  }
  return '/';
}

/** Nobody refuses at once; whoever takes the port speaks, or keeps the line open. */
async function portOf({ network }: LookParts): Promise<InstallFacts['port']> {
  const url = `${address}/health`;
  const answer = await network.request({ url, method: 'GET', timeoutMs: portAnswerMs, answerBytesMax: 65_536 });
  return answer.outcome === 'unreachable' && /refused/i.test(answer.reason) ? 'free' : 'foreign';
}

async function changedFiles({ storage, tree, carriedFile }: LookParts): Promise<readonly SystemFile[]> {
  const changed: SystemFile[] = [];
  for (const file of tree.systemFiles) {
    const [wanted, found] = [carriedFile(file.name), await storage.read(file.path)];
    const isSame = wanted !== undefined && found !== undefined && Buffer.compare(wanted, found) === 0;
    if (!isSame) changed.push(file);
  }
  return changed;
}

async function areDirectoriesThere({ storage, tree, carriedFile }: LookParts): Promise<boolean> {
  for (const { path } of directoryRules(Buffer.from(carriedFile('systemd/doorward.tmpfiles') ?? []).toString()))
    if ((await nearestFolder(storage, `${tree.root}${path}`)) !== `${tree.root}${path}`) return false;
  return true;
}
