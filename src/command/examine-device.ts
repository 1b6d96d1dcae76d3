import { deviceTree } from '../install/device-tree.ts';
import { systemdVersionMin } from '../install/plan.ts';
import { manifestName, parseManifest } from '../release/manifest.ts';
import { readBack } from '../release/read-back.ts';
import type { CommandContext } from './context.ts';
import type { Finding } from './examination.ts';

const modelPath = '/proc/device-tree/model';
const kernelPath = '/proc/version';

/** What a device is asked beside what every machine is asked: service manager, kernel, slots. Nothing where nothing fits. */
export async function examineDevice(context: CommandContext): Promise<readonly Finding[]> {
  return [
    ...(await examineService(context)),
    ...examineKernel(await textOf(context, modelPath), await textOf(context, kernelPath)),
    ...(await examineSlots(context)),
  ];
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

/** Every byte of both slots, where an installation is. */
async function examineSlots({ disk }: CommandContext): Promise<readonly Finding[]> {
  const { places } = deviceTree('');
  const link = await disk.readLink(places.current);
  if (link === undefined) return [];
  const findings: Finding[] = [];
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

async function textOf({ disk }: CommandContext, path: string): Promise<string> {
  try {
    return Buffer.from((await disk.read(path)) ?? [])
      .toString()
      .replaceAll('\0', '');
  } catch {
    return ''; // A machine that does not say.
  }
}
