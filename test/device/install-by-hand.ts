/** Lays Doorward onto a machine that is on, with the paths, owners and units of a device. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeStorage } from '../../src/machine/node-storage.ts';
import { moveCurrent } from '../../src/slot/current-link.ts';
import { markUsable } from '../../src/slot/slot-mark.ts';
import { releaseActs } from '../../src/update/release-acts.ts';
import { storedFile } from '../../src/update/stored-file.ts';
import type { Device } from './device.ts';
import type { MadeRelease, Workshop } from './releases.ts';
import { checkout } from './tree.ts';

const units = ['doorward.service', 'doorward.socket', 'doorward-fall-back.service'];

export async function installByHand(device: Device, workshop: Workshop, release: MadeRelease): Promise<void> {
  const { places } = device;
  await device.run(['useradd', '--system', '--home-dir', '/var/lib/doorward', '--shell', '/usr/sbin/nologin', 'doorward']); // prettier-ignore
  for (const folder of ['/opt/doorward/slots', '/opt/doorward/lib', '/var/lib/doorward', '/etc/doorward/settings.d'])
    await device.run(['mkdir', '-p', folder]);
  const source = await storedFile(nodeStorage, release.file);
  if (source === undefined) throw new Error(`cannot install: ${release.file} is missing`);
  const facts = {
    nowMs: Date.now(), builtMs: 0, architecture: 'linux-x64', hardware: [], runningVersion: '0.0.0', schemaVersion: 0,
    releaseBytesMax: 1e9,
  }; // prettier-ignore
  const directory = join(workshop.folder, 'factory-trust');
  const acts = releaseActs({ storage: nodeStorage, directory, carriedRoot: workshop.root, facts: async () => facts });
  const verified = await acts.verify(source);
  if (verified.outcome !== 'verified') throw new Error(`cannot install: ${verified.message}`);
  const staged = await acts.stage(source, verified.release, places.slot.a);
  if (staged.outcome !== 'staged') throw new Error(`cannot install: ${staged.message}`);
  await markUsable(nodeStorage, places, { slot: 'a', version: release.version, digest: verified.release.digest });
  await moveCurrent(nodeStorage, places, 'a');
  for (const unit of units) copyFileSync(join(checkout, 'systemd', unit), device.path(`/etc/systemd/system/${unit}`));
  await device.run(['chown', '-R', 'doorward:doorward', '/opt/doorward', '/var/lib/doorward']);
  await device.run(['cp', '-a', '/opt/doorward/slots/a', '/opt/doorward/factory']);
  await device.run(['chown', '-R', 'root:root', '/opt/doorward/factory']);
  await device.run(['chown', 'root:doorward', '/etc/doorward', '/etc/doorward/settings.d']);
  await device.run(['chmod', '0750', '/etc/doorward', '/etc/doorward/settings.d']);
  await device.run(['systemctl', 'daemon-reload']);
  await device.run(['systemctl', 'enable', 'doorward.socket', 'doorward.service']);
}

/** A button, a camera that shows Ada, short trials: in /var/lib/doorward and /etc/doorward/settings.d. */
export async function furnish(device: Device): Promise<void> {
  const home = '/var/lib/doorward';
  mkdirSync(device.path(`${home}/pictures`));
  copyFileSync(join(checkout, '.models', 'demo', 'ada.jpg'), device.path(`${home}/pictures/1.jpg`));
  await device.run(['mkfifo', `${home}/bell`]);
  await device.run(['chown', '-R', 'doorward:doorward', home]);
  const lines = [
    '[button]', `line = "pipe:${home}/bell"`, 'debounceMs = 5',
    '[camera]', `source = "folder:${home}/pictures"`, 'framesPerSecond = 2',
    '[update]', 'probationMinutes = 0.08', 'rehearsalVisits = 1',
  ]; // prettier-ignore
  const path = '/etc/doorward/settings.d/50-test.toml';
  writeFileSync(device.path(path), `${lines.join('\n')}\n`);
  await device.run(['chown', 'root:doorward', path]);
  await device.run(['chmod', '0640', path]);
  for (const name of ['ada', 'grace'])
    copyFileSync(join(checkout, '.models', 'demo', `${name}-enrolment.jpg`), device.path(`/root/${name}.jpg`));
}

/** Teaches it the people of the house, by the owner's command. */
export async function enrol(device: Device): Promise<void> {
  for (const [name, file] of [
    ['Ada', '/root/ada.jpg'],
    ['Grace', '/root/grace.jpg'],
  ] as const) {
    // prettier-ignore
    const { code, stderr } = await device.doorward('people', 'add', name, file);
    if (code !== 0) throw new Error(`cannot enrol ${name}: ${stderr}`);
  }
}
