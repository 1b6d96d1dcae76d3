import { resolve } from 'node:path';
import { readRoots } from '../release/root-folder.ts';
import { buildRelease, type BuildPlan } from '../release/write-release.ts';
import { isoTime } from '../system/iso-time.ts';
import { exitCodes, misused, type Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { expiresOption, listOf, timeOf, wholeNumber, type Read } from './release-words.ts';
import { bytesText, count } from './text.ts';

const twoYearsMs = 2 * 365 * 86_400_000;
const dateLength = 10;

/** From a folder to a release file that lacks signatures yet. */
export const releaseBuildCommand: Command = {
  name: 'release build',
  summary: 'Build a release file from a folder',
  parameters: { text: 'DIR', min: 1, max: 1 },
  description:
    'The same input gives the same bytes: the time is given, never taken from the clock. Signers sign it in turn afterwards\n' +
    'with doorward release sign. The last root in --roots is carried in the release, for those that come after it.',
  options: {
    version: { type: 'string', value: 'VERSION', description: 'Such as 1.4.0 (needed)' },
    roots: { type: 'string', value: 'DIR', description: 'Folder of roots of trust, of doorward release root (needed)' },
    schema: { type: 'string', value: 'LOWEST-HIGHEST', description: 'Database schemas it opens, such as 1-3 (needed)' },
    created: {
      type: 'string',
      value: 'SECONDS',
      description: 'When it was made, since 1970: $(git log -1 --format=%ct); otherwise SOURCE_DATE_EPOCH',
    },
    out: {
      type: 'string',
      value: 'FILE',
      description: 'Where it goes; otherwise NAME-VERSION-ARCHITECTURE.release here',
    },
    include: { type: 'string', value: 'A,B', description: 'Names at the top of DIR that belong to it; otherwise all' },
    entry: { type: 'string', value: 'COMMAND', description: 'What starts it; otherwise "node src/main.ts"' },
    architecture: { type: 'string', value: 'NAME', description: 'linux-x64, linux-arm64; otherwise any' },
    hardware: { type: 'string', value: 'A,B', description: 'Machines it fits; otherwise all' },
    follows: { type: 'string', value: 'VERSION', description: 'Lowest version it may follow; otherwise 0.0.0' },
    golden: {
      type: 'string',
      value: 'FILE=WHO,…',
      description: 'Pictures in it that it must recognise before it serves',
    },
    name: { type: 'string', value: 'NAME', description: 'Otherwise doorward' },
    expires: expiresOption('its signatures are good', 'two years after it was made'),
    level: { type: 'string', value: 'N', description: 'Zstandard level, 1 to 22; otherwise 19' },
  },
  async run(context) {
    const { terminal, disk } = context;
    const plan = readPlan(context);
    if (plan.outcome === 'refused') return misused(context, 'release build', plan.message);
    const roots = await readRoots(disk, resolve(context.workingFolder, context.flags.text('roots') ?? ''));
    if (roots.outcome === 'refused') {
      terminal.complain(roots.message);
      return exitCodes.failed;
    }
    terminal.progress('building…');
    const built = await buildRelease({ ...plan.value, roots: roots.roots, storage: disk });
    terminal.progress('');
    if (built.outcome === 'refused') {
      terminal.complain(built.message);
      return exitCodes.failed;
    }
    terminal.print(
      `built ${plan.value.file}: ${bytesText(built.bytes)}, ${count(built.manifest.files.length, 'file')}`,
    );
    terminal.print('It is not signed yet: doorward release sign FILE --key KEY');
    return exitCodes.done;
  },
};

type PlanOfWords = Omit<BuildPlan, 'storage' | 'roots'>;

function readPlan({ args, flags, environment, workingFolder }: CommandContext): Read<PlanOfWords> {
  const refused = (message: string): Read<PlanOfWords> => ({ outcome: 'refused', message });
  const missing = ['version', 'roots', 'schema'].find((name) => flags.text(name) === undefined);
  if (missing !== undefined) return refused(`cannot build: --${missing} is missing`);
  const createdText = flags.text('created') ?? environment['SOURCE_DATE_EPOCH'];
  if (createdText === undefined)
    return refused('cannot build: give --created "$(git log -1 --format=%ct)", or set SOURCE_DATE_EPOCH');
  const created = wholeNumber(createdText);
  if (created === undefined)
    return refused(`cannot use --created ${createdText}: it is a number of seconds since 1970`);
  const schemaText = flags.text('schema') ?? '';
  const [, lowest, highest] = /^(\d{1,6})-(\d{1,6})$/.exec(schemaText) ?? [];
  if (lowest === undefined || highest === undefined)
    return refused(`cannot use --schema ${schemaText}: it is a range such as 1-3`);
  const levelText = flags.text('level');
  const level = levelText === undefined ? undefined : wholeNumber(levelText);
  if (levelText !== undefined && (level === undefined || level < 1 || level > levelMax))
    return refused(`cannot use --level ${levelText}: it is a whole number from 1 to ${levelMax}`);
  const goldenFaces = listOf(flags.text('golden')).map((pair) => {
    const [file = '', ...person] = pair.split('=');
    return { file, person: person.join('=') };
  });
  const description = {
    name: flags.text('name') ?? 'doorward',
    version: flags.text('version') ?? '',
    architecture: flags.text('architecture') ?? 'any',
    hardware: [...listOf(flags.text('hardware'))],
    follows: flags.text('follows') ?? '0.0.0',
    schema: { lowest: Number(lowest), highest: Number(highest) },
    entry: (flags.text('entry') ?? 'node src/main.ts').split(' ').filter((word) => word !== ''),
    goldenFaces,
    createdMs: created * 1000,
  };
  const fileName = `${description.name}-${description.version}-${description.architecture}.release`;
  const include = listOf(flags.text('include'));
  const value: PlanOfWords = {
    directory: resolve(workingFolder, args[0] ?? ''),
    description,
    expires: timeOf(flags.text('expires') ?? isoTime(description.createdMs + twoYearsMs).slice(0, dateLength)),
    file: resolve(workingFolder, flags.text('out') ?? fileName),
    ...(include.length === 0 ? {} : { include }),
    ...(level === undefined ? {} : { level }),
  };
  return { outcome: 'read', value };
}

const levelMax = 22;
