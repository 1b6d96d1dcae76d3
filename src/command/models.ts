import { modelsAnswer, usedPackAnswer, type ModelsAnswer, type PackAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { modelsCompareCommand } from './models-compare.ts';
import { modelsAddCommand, modelsRemoveCommand } from './models-keep.ts';
import { failed, printJson, reach } from './reach.ts';
import { bytesText, count, plain, table } from './text.ts';

/** Every pack, the one in use first. */
const list: Command = {
  name: 'models',
  aliases: ['models list'],
  summary: 'List the model packs that tell faces apart: terms, what they learnt from, which one is used',
  parameters: noParameters,
  options: jsonOption,
  run: (context) =>
    reach(context, async (client) => {
      const answer = await client.ask({ method: 'GET', path: '/api/v1/models' }, modelsAnswer);
      if (answer.outcome !== 'answered') return failed(context, answer);
      if (context.flags.isSet('json')) return printJson(context, answer.body);
      for (const line of linesOf(answer.body)) context.terminal.print(line);
      if (answer.body.complaint !== null) context.terminal.complain(plain(answer.body.complaint));
      return exitCodes.done;
    }),
};

function linesOf({ packs, faces, wanted }: ModelsAnswer): readonly string[] {
  const inOrder = packs.toSorted((one, other) => Number(other.isUsed) - Number(one.isUsed));
  return inOrder.flatMap((pack) => [
    headOf(pack, wanted),
    ...(pack.terms === null ? [] : table(rowsOf(pack.terms, faces))),
  ]);
}

function headOf({ name, isAdded, isUsed, fault }: PackAnswer, wanted: string | null): string {
  const use = isUsed ? ', in use' : name === wanted ? ', will be used when it knows the faces of this house' : '';
  const whose = isAdded ? 'added' : 'of this release';
  return plain(`${name}${use} (${whose})${fault === null ? '' : `: ${fault}`}`);
}

function rowsOf(terms: NonNullable<PackAnswer['terms']>, faces: number): readonly (readonly string[])[] {
  const { bytes, correctedBy, embedded, licence, measuredOn, numbers, origin, recogniser, trainedOn } = terms;
  const size = bytes === null ? '' : `, ${bytesText(bytes)}`;
  const rows = [
    ['  net', `${recogniser}, ${numbers} numbers a face${size}`],
    ['  from', origin],
    ['  licence', licence],
    ['  learnt from', trainedOn],
    ['  distances', `measured on ${measuredOn ?? 'pictures that are not named'}`],
    ...(correctedBy === null ? [] : [['  corrected by', correctedBy]]),
    ['  knows', `${embedded} of ${count(faces, 'face')} of this house`],
  ];
  return rows.map((row) => row.map(plain));
}

/** Another pack from now on, or from when it knows the faces. */
const use: Command = {
  name: 'models use',
  summary: 'Use another model pack: it embeds the kept faces in the background, and then takes over',
  parameters: { text: 'PACK', min: 1, max: 1 },
  description:
    'Until it has embedded every kept face, the pack in use names whoever comes: nobody is a stranger meanwhile. What\n' +
    'each pack has embedded is kept, so that the way back is short. Sets models.recogniser.',
  options: jsonOption,
  run: (context) => reach(context, (client) => usePack(context, client)),
};

async function usePack(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const [name = ''] = context.args;
  const answer = await client.ask({ method: 'POST', path: '/api/v1/models/use', json: { name } }, usedPackAnswer);
  if (answer.outcome !== 'answered') return failed(context, answer);
  const { outcome, former, waiting } = answer.body;
  if (context.flags.isSet('json')) return printJson(context, answer.body);
  const back = `the way back is: doorward models use ${former}`;
  if (outcome === 'in-use') context.terminal.print(plain(`${name} is used already`));
  else if (outcome === 'later') context.terminal.print(plain(`${name} will be used from the next start; ${back}`));
  else {
    const left = waiting === 0 ? 'knows every face of this house' : `embeds ${count(waiting, 'face')} first`;
    context.terminal.print(
      plain(`${name} ${left}, then takes over from ${former}, which names whoever comes until then`),
    );
    context.terminal.print(plain(`doorward models says when that is; ${back}`));
  }
  return exitCodes.done;
}

/** In the order of help. */
export const modelCommands: readonly Command[] = [
  list,
  modelsAddCommand,
  modelsCompareCommand,
  use,
  modelsRemoveCommand,
];
