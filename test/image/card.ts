/** A machine of the disk image, from its build to the moment when it is met from outside. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { boardOf } from '../../scripts/image/board.ts';
import { type Image, makeImage } from '../../scripts/image/make-image.ts';
import type { Appliance } from '../../scripts/image/appliance-files.ts';
import { type NewerTools, newerTools } from '../../scripts/image/tools.ts';
import { makeExecutable } from '../../scripts/package/executable.ts';
import { keptExecutable } from '../device/releases.ts';
import { flash, type FlashedDisk } from './flashed-disk.ts';
import { VirtualMachine, type VirtualMachineParts } from './virtual-machine.ts';

const checkout = join(import.meta.dirname, '..', '..');
export const buildFolder = join(checkout, '.build');
/** By how much the card is larger than the image. */
export const spareBytes = 1024 * 1024 * 1024;
/** Fifteen seconds on a quiet machine; the emulator has no hardware to help it. */
export const bootMsMax = 600_000;
const requestMsMax = 20_000;
const insidePort = 8080;
/** The watchdog of a PC, because QEMU has none of a Pi; a busy test machine must not be taken for a hanging one. */
const watchdog = ['-device', 'i6300esb', '-action', 'watchdog=none'];

export interface Card {
  /** Of this card alone. */
  readonly folder: string;
  readonly tools: NewerTools;
  readonly disk: FlashedDisk;
  readonly image: Image;
}

/** The executable of arm64, in the folder of its release. */
export async function arm64Executable(): Promise<string> {
  const make = (out: string): Promise<unknown> => makeExecutable({ checkout, arch: 'arm64', out });
  return join(dirname(await keptExecutable(buildFolder, 'image-executable', make)), 'release', 'doorward');
}

export async function makeCard(appliance: Appliance, preset: readonly string[]): Promise<Card> {
  const board = boardOf('virt-arm64');
  if (board === undefined) throw new Error('cannot make a card: there is no board virt-arm64');
  mkdirSync(buildFolder, { recursive: true });
  const folder = mkdtempSync(join(buildFolder, 'card-'));
  const parts = { board, kernelFolder: undefined, appliance, buildFolder, outFolder: folder, zstdLevel: 1 };
  const image = await makeImage({ ...parts, report: () => undefined });
  const tools = await newerTools(buildFolder);
  const disk = await flash({ image: image.path, tools, folder, spareBytes, preset });
  return { folder, tools, disk, image };
}

/** Switches it on, and waits until it can be reached. */
export async function powerOn(
  { disk, tools, folder }: Card,
  { devices = [], ...more }: Pick<VirtualMachineParts, 'devices' | 'snapshot'> = {},
): Promise<VirtualMachine> {
  const parts = { ...disk, tools, folder, ...more, devices: [...watchdog, ...devices], architecture: 'arm64' as const };
  const machine = await VirtualMachine.start(parts);
  try {
    await machine.until('SSH answers', bootMsMax, () => machine.tryRun('true'));
  } catch (error) {
    await machine.kill();
    throw error;
  }
  return machine;
}

export interface Health {
  readonly status: number;
  readonly body: string;
}

/** As the README tells people: through a tunnel that the preset key opens. */
export async function untilHealthy(
  machine: VirtualMachine,
  isMeant = ({ status }: Health): boolean => status === 200,
): Promise<Health> {
  const address = await machine.tunnel(insidePort);
  return await machine.until('the appliance is healthy', bootMsMax, async () => {
    const health = await ask(`${address}/health`);
    return health !== undefined && isMeant(health) ? health : undefined;
  });
}

/** What it answers, or undefined when it does not. */
export async function ask(address: string): Promise<Health | undefined> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(requestMsMax) });
    return { status: answer.status, body: await answer.text() };
  } catch {
    return;
  }
}
