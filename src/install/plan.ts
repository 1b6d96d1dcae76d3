import type { Slot } from '../slot/slot.ts';
import type { SystemFile } from './device-tree.ts';

/** What one look at the machine shows. */
export interface InstallFacts {
  readonly isRoot: boolean;
  /** Files are put in place, nothing is started: the tree of a disk image. */
  readonly isOffline: boolean;
  readonly systemd: number | undefined;
  readonly machineArchitecture: string;
  readonly release: { readonly version: string; readonly architecture: string; readonly bytes: number };
  /** The executable to install lies in a slot, as one does that is started by the command `doorward`. */
  readonly isSourceInSlot: boolean;
  /** What the link names, and whether every byte of it is as its manifest says. */
  readonly installed: { readonly slot: Slot; readonly version: string; readonly isWhole: boolean } | undefined;
  readonly isFactoryWhole: boolean;
  /** Where the system's own files would go cannot be written: why. */
  readonly writeProblem: string | undefined;
  readonly freeBytes: number;
  /** Free, too, when it is our own socket that listens. */
  readonly port: 'free' | 'foreign';
  /** Files of the system that are missing, or not those of this release. */
  readonly changedFiles: readonly SystemFile[];
  readonly hasUser: boolean;
  readonly areDirectoriesThere: boolean;
  readonly hasSettings: boolean;
  readonly hasCommand: boolean;
  readonly isEnabled: boolean;
  readonly isRunning: boolean;
}

/** One thing to do, in the order in which it is done. */
export type InstallStep =
  | { readonly kind: 'file'; readonly file: SystemFile }
  | { readonly kind: 'user' }
  | { readonly kind: 'directories' }
  | { readonly kind: 'release'; readonly slot: Slot }
  | { readonly kind: 'factory'; readonly slot: Slot }
  | { readonly kind: 'libraries'; readonly slot: Slot }
  | { readonly kind: 'link'; readonly slot: Slot }
  | { readonly kind: 'settings' }
  | { readonly kind: 'command' }
  | { readonly kind: 'enable' }
  | { readonly kind: 'start' };

export type InstallPlan =
  | { readonly outcome: 'planned'; readonly steps: readonly InstallStep[] }
  | { readonly outcome: 'refused'; readonly message: string };

/** RestartMode= and ImportCredential= of the units: without them the fall-back would start at every failure. */
export const systemdVersionMin = 254;
/** Beside the two copies of the release: its libraries, and room for the household to begin. */
const otherBytes = 300_000_000;

/** The whole of installing: facts in, steps out. Nothing that is as it should be is touched. Pure. */
export function planInstall(facts: InstallFacts): InstallPlan {
  const problem = problemOf(facts);
  if (problem !== undefined) return { outcome: 'refused', message: `cannot install: ${problem}` };
  const { installed, isOffline } = facts;
  const isReleaseSound = installed?.isWhole === true;
  const slot = installed?.slot ?? 'a';
  const steps: InstallStep[] = facts.changedFiles.map((file) => ({ kind: 'file', file }));
  if (!facts.hasUser) steps.push({ kind: 'user' });
  if (!facts.areDirectoriesThere || !facts.hasUser || !isReleaseSound) steps.push({ kind: 'directories' });
  if (!isReleaseSound) steps.push({ kind: 'release', slot });
  if (!facts.isFactoryWhole) steps.push({ kind: 'factory', slot });
  if (!isReleaseSound && !isOffline) steps.push({ kind: 'libraries', slot });
  if (installed === undefined) steps.push({ kind: 'link', slot });
  if (!facts.hasSettings || installed === undefined) steps.push({ kind: 'settings' });
  if (!facts.hasCommand) steps.push({ kind: 'command' });
  if (!facts.isEnabled || facts.changedFiles.length > 0) steps.push({ kind: 'enable' });
  if (!isOffline && (!facts.isRunning || !isReleaseSound)) steps.push({ kind: 'start' });
  return { outcome: 'planned', steps };
}

/** Why it cannot be done, and what to do; undefined when it can. */
function problemOf(facts: InstallFacts): string | undefined {
  const { installed, release } = facts;
  if (!facts.isRoot) return 'it takes root to make users and services: run it with sudo';
  if (!facts.isOffline && facts.systemd === undefined)
    return 'systemd does not run this machine: use a distribution with systemd, or start doorward run yourself';
  if (facts.systemd !== undefined && facts.systemd < systemdVersionMin)
    return `systemd ${facts.systemd} is too old, ${systemdVersionMin} is needed: use Debian 13, Raspberry Pi OS 13, or newer`;
  if (!facts.isOffline && release.architecture !== facts.machineArchitecture)
    return `this release is for ${release.architecture}, and the machine is ${facts.machineArchitecture}: get the other file`;
  if (facts.writeProblem !== undefined) return `${facts.writeProblem}: mount it writable`;
  if (facts.isSourceInSlot && installed?.isWhole !== true)
    return 'this executable lies in the slot that is damaged: use the one of the factory release, or get the file again';
  if (installed !== undefined && installed.version !== release.version && installed.isWhole)
    return `release ${installed.version} is installed: give the release file of ${release.version} to doorward update`;
  if (facts.port === 'foreign')
    return 'another program uses port 8080: stop it (ss -ltnp shows which), then install again';
  const neededBytes = (installed?.isWhole === true ? 0 : release.bytes) + (facts.isFactoryWhole ? 0 : release.bytes);
  if (neededBytes > 0 && facts.freeBytes < neededBytes + otherBytes)
    return `${megabytes(neededBytes + otherBytes)} MB are needed in /opt, ${megabytes(facts.freeBytes)} MB are free: make room`;
  return undefined;
}

/** A step as people read it. */
export function wordsOfStep(step: InstallStep, { release }: Pick<InstallFacts, 'release'>): string {
  switch (step.kind) {
    case 'file': return `write ${step.file.path}`;
    case 'user': return 'make the user and group doorward, with access to cameras and buttons';
    case 'directories': return 'make /opt/doorward, /var/lib/doorward and /etc/doorward';
    case 'release': return `put release ${release.version} into slot ${step.slot}, and read it back`;
    case 'factory': return 'keep a copy as the factory release, which is never overwritten';
    case 'libraries': return 'unpack the native libraries into /opt/doorward/lib';
    case 'link': return `let power-on start slot ${step.slot}`;
    case 'settings': return 'see to /etc/doorward/doorward.toml: written when there is none, for the bell to read';
    case 'command': return 'make the command doorward in /usr/local/bin';
    case 'enable': return 'have systemd start it at power-on';
    case 'start': return 'start it, and wait until it takes visitors';
  } // prettier-ignore
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
