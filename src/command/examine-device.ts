import { bellUser, deviceTree } from '../install/device-tree.ts';
import { systemdVersionMin } from '../install/plan.ts';
import { manifestName, parseManifest } from '../release/manifest.ts';
import { readBack } from '../release/read-back.ts';
import type { CommandContext } from './context.ts';
import type { Finding } from './finding.ts';
import { wordsOf } from '../system/error-words.ts';

const modelPath = '/proc/device-tree/model';
const kernelPath = '/proc/version';
/** What the kernel counts for control groups of version 2; missing where systemd uses the older ones. */
const controllersPath = '/sys/fs/cgroup/cgroup.controllers';
const passwdPath = '/etc/passwd';
const groupPath = '/etc/group';
/** Whom cameras and buttons belong to: doorward.sysusers. */
const deviceGroups = ['video', 'gpio'];

/** What a device is asked beside what every machine is asked: service manager, kernel, slots. Nothing where nothing fits. */
export async function examineDevice(context: CommandContext): Promise<readonly Finding[]> {
  return [
    await examineLibraries(context),
    ...(await examineService(context)),
    ...examineGroups(await textOf(context, passwdPath), await textOf(context, groupPath)),
    ...examineKernel(await textOf(context, modelPath), await textOf(context, kernelPath)),
    ...examineMemoryGroups(await textOf(context, controllersPath)),
    ...(await examineSlots(context)),
  ];
}

/** The single executable unpacks them here, when it has not done so before. */
async function examineLibraries({ appliance }: CommandContext): Promise<Finding> {
  try {
    return { name: 'libraries', verdict: 'good', message: `loaded, SQLite ${await appliance.sqliteVersion()}` };
  } catch (error) {
    const message = wordsOf(error);
    const advice = 'get the release again; its folder has to be writable once, and mounted without noexec';
    return { name: 'libraries', verdict: 'mend', message, advice };
  }
}

/** Whether the bell's user, where there is one, may open cameras and buttons. */
export function examineGroups(passwd: string, group: string): readonly Finding[] {
  if (!passwd.split('\n').some((line) => line.startsWith(`${bellUser}:`))) return [];
  const members = (name: string): readonly string[] =>
    (group.split('\n').find((line) => line.startsWith(`${name}:`))?.split(':')[3] ?? '').split(','); // prettier-ignore
  const missing = deviceGroups.filter((name) => !members(name).includes(bellUser));
  if (missing.length === 0) return [{ name: 'groups', verdict: 'good', message: `${bellUser} is in ${deviceGroups.join(', ')}` }]; // prettier-ignore
  const message = `the user ${bellUser} is not in ${missing.join(', ')}: it may not open cameras or buttons`;
  return [{ name: 'groups', verdict: 'mend', message, advice: 'run sudo systemd-sysusers, then restart doorward' }];
}

async function examineService({ host }: CommandContext): Promise<readonly Finding[]> {
  const version = await host.systemdVersion();
  if (version === undefined || version >= systemdVersionMin)
    return version === undefined ? [] : [{ name: 'systemd', verdict: 'good', message: String(version) }];
  const advice = `doorward install needs ${systemdVersionMin}: Debian 13, Raspberry Pi OS 13, or newer`;
  return [{ name: 'systemd', verdict: 'advice', message: `${version} is too old for the service`, advice }];
}

/** Only Raspberry Pi's own kernel drives the camera modules of a Pi; Debian's has no driver for their sensors. */
export function examineKernel(model: string, kernel: string): readonly Finding[] {
  if (!model.startsWith('Raspberry Pi')) return [];
  const isDebian = kernel.includes('Debian') && !/\brpi|rpt/.test(kernel);
  if (!isDebian) return [{ name: 'kernel', verdict: 'good', message: model }];
  const message = 'Debian’s kernel has no driver for the Pi’s own camera modules';
  const advice = 'use a USB or network camera, or Raspberry Pi’s kernel';
  return [{ name: 'kernel', verdict: 'advice', message, advice }];
}

/** A Pi's boot files have its kernel count no memory, and then nothing limits the service or a release on trial. */
export function examineMemoryGroups(controllers: string): readonly Finding[] {
  const name = 'memory limits';
  if (controllers === '') return [];
  if (controllers.split(/\s+/).includes('memory')) return [{ name, verdict: 'good', message: 'the kernel keeps them' }];
  const message = 'the kernel keeps none: a release on trial that takes all memory may take the bell with it';
  const advice = 'add cgroup_enable=memory to the kernel’s command line (on a Pi: /boot/firmware/cmdline.txt)';
  return [{ name, verdict: 'advice', message, advice }];
}

/** Every byte of both slots, where an installation is. */
async function examineSlots({ disk }: CommandContext): Promise<readonly Finding[]> {
  const { places } = deviceTree('');
  const link = await disk.readLink(places.current);
  const findings: Finding[] = [...examineLink(link, (await disk.list(places.slots)).length > 0)];
  for (const directory of [places.slot.a, places.slot.b]) {
    const bytes = await disk.read(`${directory}/${manifestName}`);
    const isCommitted = `${places.root}/${link}` === directory;
    if (bytes === undefined && !isCommitted) continue;
    const name = isCommitted ? 'serving slot' : 'other slot';
    const manifest = parseManifest(bytes ?? new Uint8Array());
    const whole = typeof manifest !== 'string' && (await readBack({ storage: disk, directory, manifest })).outcome === 'whole'; // prettier-ignore
    if (whole) findings.push({ name, verdict: 'good', message: `${directory} is whole, release ${manifest.version}` });
    else findings.push({ name, verdict: isCommitted ? 'mend' : 'advice', message: `${directory} is damaged`, advice: isCommitted ? 'run doorward fall-back, or install again' : 'the next update writes it anew' }); // prettier-ignore
  }
  return findings;
}

/** What power-on starts. Nothing where nothing is installed. */
export function examineLink(link: string | undefined, hasSlots: boolean): readonly Finding[] {
  const name = 'link';
  if (link === undefined && !hasSlots) return [];
  if (link === 'slots/a' || link === 'slots/b') return [{ name, verdict: 'good', message: `power-on starts ${link}` }];
  if (link === 'factory') {
    const advice = 'mend the disk, then: sudo doorward install';
    return [{ name, verdict: 'advice', message: 'power-on starts the factory release: neither slot is whole', advice }];
  }
  const message = `/opt/doorward/current ${link === undefined ? 'is missing' : `names ${link}`}: power-on starts nothing`;
  return [{ name, verdict: 'mend', message, advice: 'run doorward install from the file that was downloaded' }];
}

async function textOf({ disk }: CommandContext, path: string): Promise<string> {
  try {
    return Buffer.from((await disk.read(path)) ?? [])
      .toString()
      .replaceAll('\0', '');
  } catch {
    return ''; // A machine that does not say.
  }
}
