/**
 * install/ - makes a machine a doorbell, and takes it back: facts, a plan of steps, the steps. Called by command/.
 * Never: touch what the household owns, change what is as it should be, or overwrite a release that serves.
 */
import { manifestName, parseManifest } from '../release/manifest.ts';
import { moveCurrent } from '../slot/current-link.ts';
import type { Slot } from '../slot/slot.ts';
import type { Clock } from '../system/clock.ts';
import { replaceFile } from '../system/disk.ts';
import type { Owner } from '../system/host.ts';
import { bellUser, directoryRules, enabledUnits, executableName, rootWords, type SystemFile } from './device-tree.ts';
import { launcher } from './launcher.ts';
import type { LookParts } from './look-at-machine.ts';
import type { InstallStep } from './plan.ts';
import { putFactory, putRelease, type PutResult, type ReleaseSource } from './put-release.ts';
import { ownerNamed } from './users.ts';

/** What installing takes beside what looking took. */
export interface InstallParts extends LookParts {
  readonly clock: Clock;
  readonly source: ReleaseSource;
}

const toolMsMax = 60_000;
/** All libraries are written and synced, and all of the slot is read, from a slow card. */
const unpackMsMax = 300_000;
/** A first start unpacks nothing, but on a slow card reads the whole executable. */
const readyMsMax = 120_000;
const lookIntervalMs = 250;
const readyUrl = 'http://127.0.0.1:8080/ready';
const fileMode = 0o644;
const settingsMode = 0o640;
const commandMode = 0o755;
const folderMode = 0o755;

const done: PutResult = { outcome: 'done' };

/** Takes one step. May be taken again: what was begun is done anew. */
export async function takeInstallStep(parts: InstallParts, step: InstallStep): Promise<PutResult> {
  const { storage, tree } = parts;
  const { places } = tree;
  switch (step.kind) {
    case 'file': return writeSystemFile(parts, step.file);
    case 'user': return makeUser(parts);
    case 'directories': return makeDirectories(parts);
    case 'release': return owned(parts, await putRelease(storage, places, { source: parts.source, slot: step.slot }));
    case 'factory': return copyToFactory(parts, step.slot);
    case 'libraries': return unpackLibraries(parts, step.slot);
    case 'link': await moveCurrent(storage, places, step.slot); return done;
    case 'settings': return writeSettings(parts);
    case 'command': return makeCommand(parts);
    case 'enable': return enable(parts);
    case 'start': return start(parts);
  } // prettier-ignore
}

async function writeSystemFile(parts: InstallParts, { name, path }: SystemFile): Promise<PutResult> {
  const content = parts.carriedFile(name);
  if (content === undefined) return refused(`this release does not carry ${name}: get the file again`);
  const folder = path.slice(0, path.lastIndexOf('/'));
  await makeFolder(parts, folder);
  await replaceFile(parts.storage, path, content);
  await parts.storage.setMode(path, fileMode);
  return done;
}

/** Folders of the system that a small one may lack; those that are there keep their permissions. */
async function makeFolder(parts: InstallParts, folder: string): Promise<void> {
  const { storage } = parts;
  const above = folder.slice(0, folder.lastIndexOf('/'));
  if (above !== '') await makeFolder(parts, above); // One by one: each is for everybody.
  const found = await storage.list(above === '' ? '/' : above);
  if (found.some(({ name }) => name === folder.slice(above.length + 1))) return;
  await storage.makeDirectory(folder);
  await storage.setMode(folder, folderMode);
}

async function makeUser(parts: InstallParts): Promise<PutResult> {
  const { tree } = parts;
  const file = `${tree.root}/etc/sysusers.d/doorward.conf`;
  return runTool(parts, ['systemd-sysusers', ...rootWords(tree), file]);
}

async function makeDirectories(parts: InstallParts): Promise<PutResult> {
  const { storage, host, tree, carriedFile } = parts;
  for (const { path, mode, user } of directoryRules(
    Buffer.from(carriedFile('systemd/doorward.tmpfiles') ?? []).toString(),
  )) {
    const bell = await bellOwner(parts);
    if (bell === undefined) return refused(`there is no user ${bellUser}, though it was just made`);
    const full = `${tree.root}${path}`;
    await makeFolder(parts, full.slice(0, full.lastIndexOf('/'))); // /opt, through which everybody has to come.
    await storage.makeDirectory(full);
    await storage.setMode(full, mode);
    await host.setOwner(full, user === bellUser ? bell : { uid: 0, gid: bell.gid });
  }
  return done;
}

/** What root has put there belongs to the bell, which replaces it one day. */
async function owned(parts: InstallParts, put: PutResult): Promise<PutResult> {
  const bell = await bellOwner(parts);
  if (put.outcome === 'refused' || bell === undefined) return put;
  await parts.host.setOwner(parts.tree.places.slots, bell);
  return done;
}

async function copyToFactory({ storage, tree }: InstallParts, slot: Slot): Promise<PutResult> {
  const { places } = tree;
  const manifest = parseManifest((await storage.read(`${places.slot[slot]}/${manifestName}`)) ?? new Uint8Array());
  if (typeof manifest === 'string') return refused(`${places.slot[slot]}/${manifestName} is not well: ${manifest}`);
  return putFactory(storage, places, { slot, manifest });
}

/** By its first start, which is a doctor's look as the bell's user: power-on finds them unpacked. */
async function unpackLibraries(parts: InstallParts, slot: Slot): Promise<PutResult> {
  const bell = await bellOwner(parts);
  const program = `${parts.tree.places.slot[slot]}/${executableName}`;
  const as = bell === undefined ? {} : { as: bell };
  const { code, output } = await parts.host.run(program, ['doctor', '--json'], { timeoutMs: unpackMsMax, ...as });
  // The doctor may find something to mend: that it could look is enough.
  return code === 0 || code === 1 ? done : refused(`the release does not start: ${output.slice(-500)}`);
}

/** What somebody has written already stays; that the bell may read it is made sure of. */
async function writeSettings(parts: InstallParts): Promise<PutResult> {
  const { storage, host, tree } = parts;
  if ((await storage.read(tree.settingsFile)) === undefined)
    await replaceFile(storage, tree.settingsFile, firstSettings);
  await storage.setMode(tree.settingsFile, settingsMode);
  const bell = await bellOwner(parts);
  if (bell !== undefined) await host.setOwner(tree.settingsFile, { uid: 0, gid: bell.gid });
  return done;
}

const firstSettings = `# Settings of Doorward. "doorward settings" lists every one with what it means and where its value comes from.
# After a change: systemctl restart doorward

[camera]
# A camera at /dev/video0, rtsp://..., a folder of pictures folder:PATH, or pictures that are pushed to it.
source = "push"
`;

async function makeCommand(parts: InstallParts): Promise<PutResult> {
  const { storage, tree } = parts;
  await makeFolder(parts, tree.command.slice(0, tree.command.lastIndexOf('/')));
  await replaceFile(storage, tree.command, launcher);
  await storage.setMode(tree.command, commandMode);
  return done;
}

async function enable(parts: InstallParts): Promise<PutResult> {
  const { tree } = parts;
  const enabled = await runTool(parts, ['systemctl', ...rootWords(tree), 'enable', ...enabledUnits]);
  if (enabled.outcome === 'refused' || tree.root !== '') return enabled;
  // A machine without udev has no devices to give to groups either.
  await parts.host.run('udevadm', ['control', '--reload'], { timeoutMs: toolMsMax });
  await parts.host.run('udevadm', ['trigger', '--subsystem-match=gpio', '--subsystem-match=video4linux'], {
    timeoutMs: toolMsMax,
  });
  return runTool(parts, ['systemctl', 'daemon-reload']);
}

async function start(parts: InstallParts): Promise<PutResult> {
  const { clock, network } = parts;
  const started = await runTool(parts, ['systemctl', 'restart', ...enabledUnits], readyMsMax);
  if (started.outcome === 'refused') return started;
  const deadlineMs = clock.uptimeMs() + readyMsMax;
  for (; clock.uptimeMs() < deadlineMs; await clock.sleep(lookIntervalMs)) {
    const answer = await network.request({ url: readyUrl, method: 'GET', timeoutMs: 5000, answerBytesMax: 65_536 });
    if (answer.outcome === 'answered' && answer.status === 200) return done;
  }
  return refused('it was started and takes no visitors: see journalctl -u doorward');
}

async function runTool(
  { host }: InstallParts,
  [program = '', ...words]: readonly string[],
  timeoutMs = toolMsMax,
): Promise<PutResult> {
  const { code, output } = await host.run(program, words, { timeoutMs });
  return code === 0 ? done : refused(`${program} ${words.join(' ')} failed: ${output.slice(-500)}`);
}

function bellOwner({ storage, tree }: InstallParts): Promise<Owner | undefined> {
  return ownerNamed(storage, tree, bellUser);
}

function refused(why: string): PutResult {
  return { outcome: 'refused', message: `cannot install: ${why}` };
}
