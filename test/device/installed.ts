/** A device as it leaves the hands of its installer: `doorward install`, a household, a camera and a button. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireTools } from '../../scripts/debian/tools.ts';
import { makeExecutable } from '../../scripts/package/executable.ts';
import type { Outcome } from './machine.ts';
import { Device, releasesInside } from './device.ts';
import { keptExecutable, plantedExecutable, Workshop } from './releases.ts';
import { buildFolder, checkout, machineTree } from './tree.ts';

/** Where its installer has downloaded the executable to. */
export const downloaded = '/root/doorward';
const description = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
export const installedVersion = description.version;

export interface Materials {
  readonly tree: string;
  /** The very file that people get. */
  readonly executable: string;
  readonly workshop: Workshop;
}

/** Everything that the machines are made of; kept between runs. Says what is missing on this machine. */
export async function gatherMaterials(folder: string): Promise<Materials> {
  requireTools('systemd-nspawn', 'nsenter', 'unshare', 'ip');
  const { executable, planted } = await makeExecutables();
  return { tree: await machineTree(), executable, workshop: new Workshop(folder, planted) };
}

/** The one that is installed, and the one that its releases are made of. */
export async function makeExecutables(): Promise<{ readonly executable: string; readonly planted: string }> {
  return { executable: await packagedExecutable(), planted: await plantedExecutable(buildFolder) };
}

export function packagedExecutable(): Promise<string> {
  requireTools('x86_64-linux-gnu-strip', 'g++');
  return keptExecutable(buildFolder, 'packaged', (out) => makeExecutable({ checkout, arch: 'x64', out }));
}

export function deviceOn(
  { tree, workshop }: Materials,
  place: { readonly folder: string; readonly layers: readonly string[]; readonly disks?: readonly string[] },
): Device {
  const { folder, layers, disks = [] } = place;
  return new Device({ folder, layers: [...layers, tree], binds: [`${workshop.folder}:${releasesInside}`], disks });
}

/** Brings the executable, and the root of trust of whoever makes its releases. */
export async function download(device: Device, { executable, workshop }: Materials): Promise<void> {
  copyFileSync(executable, device.path(downloaded));
  copyFileSync(join(workshop.folder, 'root.json'), device.path('/root/root.json'));
  await device.run(['chmod', '0755', downloaded]);
}

export function install(device: Device, ...words: readonly string[]): Promise<Outcome> {
  return device.try([downloaded, 'install', '--root-of-trust', '/root/root.json', ...words]);
}

/** On a machine that is on: installs, furnishes and enrols, and leaves it ready. */
export async function setUp(device: Device, materials: Materials): Promise<void> {
  await setUpEmpty(device, materials);
  await enrol(device);
}

/** The same, and nobody lives there yet. */
export async function setUpEmpty(device: Device, materials: Materials): Promise<void> {
  await download(device, materials);
  const { code, stdout, stderr } = await install(device);
  if (code !== 0) throw new Error(`doorward install ended with ${code}: ${stdout}${stderr}`);
  await furnish(device);
  await device.run(['systemctl', 'restart', 'doorward.service']);
  await device.untilReady();
}

/** A button, a camera that shows Ada, short trials: in /var/lib/doorward and the settings. */
async function furnish(device: Device): Promise<void> {
  const home = '/var/lib/doorward';
  mkdirSync(device.path(`${home}/pictures`));
  copyFileSync(join(checkout, '.models', 'demo', 'ada.jpg'), device.path(`${home}/pictures/1.jpg`));
  await device.run(['mkfifo', `${home}/bell`]);
  await device.run(['chown', '-R', 'doorward:doorward', `${home}/pictures`, `${home}/bell`]);
  await setTo(device, '50-test', [
    '[button]', `line = "pipe:${home}/bell"`, 'debounceMs = 5',
    '[camera]', `source = "folder:${home}/pictures"`, 'framesPerSecond = 2',
    '[update]', 'probationMinutes = 0.08', 'rehearsalVisits = 1',
  ]); // prettier-ignore
}

/** Its operator's settings of that name, lines of TOML: for its next start. */
export async function setTo(device: Device, name: string, lines: readonly string[]): Promise<void> {
  await device.run(['mkdir', '-p', '/etc/doorward/settings.d']);
  const path = `/etc/doorward/settings.d/${name}.toml`;
  writeFileSync(device.path(path), `${lines.join('\n')}\n`);
  await device.run(['chown', '-R', 'root:doorward', '/etc/doorward']);
  await device.run(['chmod', '0640', path]);
}

/** Teaches it the people of the house, by the owner's command. */
async function enrol(device: Device): Promise<void> {
  for (const name of ['ada', 'grace']) {
    const picture = `/root/${name}.jpg`;
    copyFileSync(join(checkout, '.models', 'demo', `${name}-enrolment.jpg`), device.path(picture));
    const { code, stderr } = await device.doorward('people', 'add', name === 'ada' ? 'Ada' : 'Grace', picture);
    if (code !== 0) throw new Error(`cannot enrol ${name}: ${stderr}`);
  }
}
