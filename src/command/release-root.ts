import { resolve } from 'node:path';
import { readPublicKey } from '../release/keys.ts';
import { nextRoot, standingOf, type RolePlan } from '../release/root-file.ts';
import { readRoots, rootPath } from '../release/root-folder.ts';
import { isoTime } from '../system/iso-time.ts';
import { exitCodes, misused, type Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { expiresOption, listOf, readNamed, timeOf, wholeNumber, type Read } from './release-words.ts';

const tenYearsMs = 10 * 365 * 86_400_000;
const dateLength = 10;

/** Who may sign what. */
export const releaseRootCommand: Command = {
  name: 'release root',
  summary: 'Make the root of trust, or the next one: who may sign releases, and how many must',
  parameters: { text: 'DIR', min: 1, max: 1 },
  description:
    'Writes DIR/1.root.json, or the next number after those that are there. What is not given stays as it is in the root\n' +
    'before. Then have signers run doorward release sign DIR/N.root.json --key KEY in turn, enough of this root and enough\n' +
    'of the one before. Keep every root: devices walk the whole chain, one step at a time.',
  options: {
    'root-keys': { type: 'string', value: 'A.pub,B.pub', description: 'Keys that sign roots' },
    'root-threshold': {
      type: 'string',
      value: 'N',
      description: 'How many of them must sign; otherwise as before, or 1',
    },
    'release-keys': { type: 'string', value: 'A.pub,B.pub', description: 'Keys that sign releases' },
    'release-threshold': {
      type: 'string',
      value: 'N',
      description: 'How many of them must sign; otherwise as before, or 1',
    },
    expires: expiresOption('it is good', 'for ten years'),
  },
  async run(context) {
    const { args, disk, flags, terminal, clock, workingFolder } = context;
    const folder = resolve(workingFolder, args[0] ?? '');
    const refused = (message: string) => {
      terminal.complain(message);
      return exitCodes.failed;
    };
    const read = await readRoots(disk, folder);
    if (read.outcome === 'refused') return refused(read.message);
    const version = read.roots.length + 1;
    const [before, beforeThat] = [read.roots.at(-1), read.roots.at(-2)];
    if (before !== undefined) {
      const standing = standingOf(before, beforeThat);
      if (typeof standing === 'string' || !standing.isComplete)
        return refused(
          `cannot make root ${version}: ${version - 1}.root.json is not signed by enough: have it signed, or remove it`,
        );
    }
    const plans: RolePlan[] = [];
    for (const role of ['root', 'release']) {
      const plan = await readRole(context, role);
      if (plan.outcome === 'refused') return misused(context, 'release root', plan.message);
      plans.push(plan.value);
    }
    const [root = {}, targets = {}] = plans;
    const expires = timeOf(flags.text('expires') ?? isoTime(clock.wallMs() + tenYearsMs).slice(0, dateLength));
    const made = nextRoot(before, { root, targets, expires });
    if (typeof made === 'string') return refused(`cannot make root ${version}: ${made}`);
    await disk.makeDirectory(folder);
    await disk.write(rootPath(folder, version), made);
    await disk.sync(rootPath(folder, version));
    await disk.syncDirectory(folder);
    terminal.print(`made ${rootPath(folder, version)}, good until ${expires}; it is not signed yet:`);
    for (const line of standingLines(made, before)) terminal.print(line);
    return exitCodes.done;
  },
};

/** Whose signatures a root has and lacks, a line for each. */
export function standingLines(root: Uint8Array, before: Uint8Array | undefined): readonly string[] {
  const standing = standingOf(root, before);
  if (typeof standing === 'string') return [standing];
  return standing.needs.map(
    ({ of, signed, threshold }) =>
      `signed by ${signed} of ${threshold} keys of root ${of}${signed < threshold ? '' : ': enough'}`,
  );
}

async function readRole(context: CommandContext, role: string): Promise<Read<RolePlan>> {
  const thresholdText = context.flags.text(`${role}-threshold`);
  const threshold = thresholdText === undefined ? undefined : wholeNumber(thresholdText);
  if (thresholdText !== undefined && threshold === undefined)
    return { outcome: 'refused', message: `cannot use --${role}-threshold ${thresholdText}: it is a whole number` };
  const paths = listOf(context.flags.text(`${role}-keys`));
  const keys = [];
  for (const path of paths) {
    const read = await readNamed(context, path);
    if (read.outcome === 'refused') return read;
    const key = readPublicKey(read.value);
    if (typeof key === 'string') return { outcome: 'refused', message: `cannot use the key ${path}: ${key}` };
    keys.push(key);
  }
  return {
    outcome: 'read',
    value: { ...(keys.length === 0 ? {} : { keys }), ...(threshold === undefined ? {} : { threshold }) },
  };
}
