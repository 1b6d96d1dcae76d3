import { dirname, join, resolve } from 'node:path';
import { deviceTree, madeFileNames, type DeviceTree } from '../install/device-tree.ts';
import { readElf } from '../install/elf-file.ts';
import { takeInstallStep, type InstallParts } from '../install/install.ts';
import { lookAtMachine } from '../install/look-at-machine.ts';
import { planInstall, wordsOfStep, type InstallFacts } from '../install/plan.ts';
import type { ReleaseSource } from '../install/put-release.ts';
import { carriedRootName } from '../release/manifest.ts';
import { readSoundRoot } from '../release/trust.ts';
import { librariesList } from '../system/native-libraries.ts';
import { completionFor } from './completion.ts';
import { shells } from './completion-places.ts';
import { manPage } from './man.ts';
import { exitCodes, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';

/** Makes this machine a doorbell. */
export const installCommand = (list: () => readonly Command[]): Command => ({
  name: 'install',
  summary: 'Install this executable as a service that starts with the machine',
  parameters: noParameters,
  description:
    'Takes root, and a Linux with systemd 254 or newer. Makes the user doorward, puts the release into /opt/doorward and ' +
    'a copy beside it as the factory release, writes the units, a manual page and what shells complete with, and starts ' +
    'the bell. What is as it should be is not touched, so that it may be run again at any time. Releases after this one ' +
    'come through doorward update.',
  options: {
    'dry-run': { type: 'boolean', description: 'Say what would be done, and do nothing' },
    'root-of-trust': {
      type: 'string',
      value: 'FILE',
      description: 'Whose releases it takes: root.json of doorward release root; without one it takes none',
    },
    'from': { type: 'string', value: 'FILE', description: 'Another executable of this very version, as for another processor; libraries.json beside it goes with it' },
    'root': { type: 'string', value: 'DIR', description: 'Into the tree of a disk image; nothing is started' },
  }, // prettier-ignore
  async run(context) {
    const parts = await readParts(context, list());
    if ('message' in parts) return failed(context, parts.message);
    const facts = await lookAtMachine(parts);
    const plan = planInstall(facts);
    if (plan.outcome === 'refused') return failed(context, plan.message);
    if (plan.steps.length === 0) return summarise(context, facts, 'there is nothing to do');
    for (const step of plan.steps) {
      const words = wordsOfStep(step, facts);
      context.terminal.print(context.flags.isSet('dry-run') ? `would ${words}` : words);
      if (context.flags.isSet('dry-run')) continue;
      const taken = await takeInstallStep(parts, step);
      if (taken.outcome === 'refused') return failed(context, taken.message);
    }
    return context.flags.isSet('dry-run') ? exitCodes.done : summarise(context, facts, 'it is installed');
  },
});

function failed({ terminal }: CommandContext, message: string): ExitCode {
  terminal.complain(message);
  return exitCodes.failed;
}

/** Everything that installing takes, or what is wrong with what was typed. */
async function readParts(
  context: CommandContext,
  list: readonly Command[],
): Promise<InstallParts | { readonly message: string }> {
  const { disk: storage, host, network, clock, flags, workingFolder, carriedFile, release } = context;
  const from = flags.text('from');
  const executable = from === undefined ? host.executable : resolve(workingFolder, from);
  if (executable === undefined)
    return { message: 'cannot install a checkout: make the executable with npm run package, and run its install' };
  const bytes = await bytesOf(context, executable);
  const elf = await readElf(storage, executable, bytes);
  if (elf.outcome === 'refused') return elf;
  const createdMs = createdMsOf(context);
  if (createdMs === undefined)
    return { message: 'cannot install: say when the release was made, in seconds since 1970, in SOURCE_DATE_EPOCH' };
  const root = flags.text('root');
  const tree = deviceTree(root === undefined ? '' : resolve(workingFolder, root).replace(/\/+$/, ''));
  const rootOfTrust = await readRootOfTrust(context, tree);
  if (rootOfTrust !== undefined && 'message' in rootOfTrust) return rootOfTrust;
  const libraries =
    from === undefined ? carriedFile(librariesList) : await storage.read(join(dirname(executable), librariesList));
  const { version } = release;
  const { architecture } = elf;
  const other =
    from === undefined || architecture !== host.architecture ? version : await versionOf(context, executable);
  if (other !== version)
    return { message: `cannot install ${executable}: it is ${other}, and this is ${version}: run its own install` };
  const source: ReleaseSource = {
    executable,
    version,
    architecture,
    schemaVersion: await context.appliance.schemaVersion(),
    createdMs,
    ...(rootOfTrust === undefined ? {} : { rootOfTrust: rootOfTrust.bytes }),
    ...(libraries === undefined ? {} : { libraries }),
  };
  const made = madeFiles(list, { version, madeMs: createdMs });
  const fileOf = (name: string): Uint8Array | undefined => made.get(name) ?? carriedFile(name);
  return {
    storage,
    host,
    network,
    clock,
    tree,
    carriedFile: fileOf,
    source,
    release: { version, architecture, bytes },
  };
}

/** The manual page and what shells complete with. */
export function madeFiles(
  list: readonly Command[],
  release: { readonly version: string; readonly madeMs: number },
): ReadonlyMap<string, Uint8Array> {
  const { man, ...completions } = madeFileNames;
  return new Map([
    [man, Buffer.from(manPage(list, release))],
    ...shells.map((shell) => [completions[shell], Buffer.from(completionFor(shell, list))] as const),
  ]);
}

async function bytesOf({ disk }: CommandContext, path: string): Promise<number> {
  const end = path.lastIndexOf('/');
  const entries = await disk.list(end === 0 ? '/' : path.slice(0, end));
  return entries.find(({ name }) => name === path.slice(end + 1))?.bytes ?? 0;
}

const versionMsMax = 30_000;

/** Its own word; `unreadable` when it does not say. One for another processor cannot be asked. */
async function versionOf({ host }: CommandContext, executable: string): Promise<string> {
  const { output } = await host.run(executable, ['version'], { timeoutMs: versionMsMax });
  return /^doorward (\S+) /.exec(output)?.[1] ?? 'unreadable';
}

/** When the release was made: the floor of every clock that is asked about signatures. A checkout does not know. */
function createdMsOf({ release, environment }: CommandContext): number | undefined {
  const createdMs = release.builtMs() ?? Number(environment['SOURCE_DATE_EPOCH']) * 1000;
  return Number.isSafeInteger(createdMs) && createdMs > 0 ? createdMs : undefined;
}

type RootOfTrust = { readonly bytes: Uint8Array } | { readonly message: string } | undefined;

/** What was typed, or else what the factory release carries already: a repair does not take it away. */
async function readRootOfTrust(
  { disk, flags, workingFolder }: CommandContext,
  { places }: DeviceTree,
): Promise<RootOfTrust> {
  const file = flags.text('root-of-trust');
  if (file === undefined) {
    const kept = await disk.read(`${places.factory}/${carriedRootName}`);
    return kept === undefined || typeof readSoundRoot(kept) === 'string' ? undefined : { bytes: kept };
  }
  const path = resolve(workingFolder, file);
  const bytes = await disk.read(path);
  if (bytes === undefined) return { message: `cannot install: there is no ${path}` };
  const root = readSoundRoot(bytes);
  return typeof root === 'string' ? { message: `cannot install: ${path} is no root of trust: ${root}` } : { bytes };
}

/** Where it is, and what to do next. */
async function summarise(context: CommandContext, facts: InstallFacts, result: string): Promise<ExitCode> {
  const { terminal, disk, flags } = context;
  const { places } = deviceTree('');
  terminal.print('');
  terminal.print(`Doorward ${facts.release.version}: ${result}.`);
  if (facts.isOffline) return exitCodes.done;
  terminal.print('  page      http://127.0.0.1:8080 (from another machine: ssh -L 8080:127.0.0.1:8080 this-machine)');
  terminal.print('  camera    set camera.source in /etc/doorward/doorward.toml, then: systemctl restart doorward');
  terminal.print(
    '  you       sudo usermod --append --groups doorward YOUR-NAME; after the next log-in commands need no sudo',
  );
  terminal.print('  people    doorward people add NAME PICTURE');
  terminal.print('  a ring    doorward ring');
  terminal.print('  the log   journalctl -u doorward');
  const slot = facts.installed?.slot ?? 'a';
  const takesReleases = flags.text('root-of-trust') !== undefined || (await disk.read(`${places.slot[slot]}/root.json`)) !== undefined; // prettier-ignore
  if (!takesReleases)
    terminal.print(
      '  releases  none are taken: it trusts nobody yet (doorward uninstall, then install --root-of-trust)',
    );
  return exitCodes.done;
}
