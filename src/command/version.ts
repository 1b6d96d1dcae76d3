import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { exitCodes, jsonOption, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { printJson } from './reach.ts';
import { loadHere } from './settings.ts';
import { plain } from './text.ts';

/** What runs. */
export const versionCommand: Command = {
  name: 'version',
  summary: 'Print the version, or which nets recognise faces',
  parameters: noParameters,
  options: {
    models: {
      type: 'boolean',
      description: 'Print the recognisers, the one in use first: terms, origin, and the pictures they learnt from',
    },
    ...jsonOption,
  },
  takesSettings: true,
  async run(context) {
    if (context.flags.isSet('models')) return printModels(context);
    const { version, node } = context.release;
    if (context.flags.isSet('json')) return printJson(context, { version, node });
    context.terminal.print(`doorward ${version} (Node ${node.replace(/^v/, '')})`);
    return exitCodes.done;
  },
};

/** What only the tests of a checkout load. */
const forTests = '-reference';

const recogniser = Type.Object({
  name: Type.String(),
  embeddingMark: Type.String(),
  licence: Type.String(),
  origin: Type.String(),
  trainedOn: Type.String(),
  density: Type.Optional(Type.Object({ madeFrom: Type.String() })),
});
const manifest = Type.Object({ recognisers: Type.Array(recogniser) });

/** Those of the owner; one that cannot be read is the doctor's matter. */
async function addedRecognisers({ disk, home }: CommandContext): Promise<readonly Static<typeof recogniser>[]> {
  const folders = await disk.list(home.models);
  const read = folders.map(async ({ name }): Promise<unknown> => {
    const bytes = await disk.read(`${home.models}/${name}/manifest.json`);
    return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString());
  });
  const added = await Promise.all(read.map((one) => one.catch(() => undefined)));
  return added.filter((one) => Value.Check(recogniser, one));
}

async function printModels(context: CommandContext): Promise<ExitCode> {
  const { disk, release, terminal, carriedFile } = context;
  const bytes = (await disk.read(`${release.modelsFolder}/manifest.json`)) ?? carriedFile('.models/manifest.json');
  const read: unknown = bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString());
  if (!Value.Check(manifest, read)) {
    terminal.complain(`cannot tell of the models: ${release.modelsFolder} holds none: run npm run models`);
    return exitCodes.failed;
  }
  const { settings } = await loadHere(context);
  const used = settings.models.recogniser;
  const models = [...read.recognisers, ...(await addedRecognisers(context))]
    .filter(({ name }) => !name.endsWith(forTests))
    .map((model) => ({ ...model, isUsed: model.name === used, density: model.density?.madeFrom ?? null }))
    .toSorted((one, other) => Number(other.isUsed) - Number(one.isUsed));
  if (context.flags.isSet('json')) return printJson(context, models);
  // An owner's pack is anybody's words.
  for (const { name, embeddingMark, isUsed, origin, licence, trainedOn, density } of models) {
    terminal.print(plain(`${name}${isUsed ? ', in use' : ''} (${embeddingMark})`));
    terminal.print(plain(`  ${origin}`));
    terminal.print(plain(`  licence: ${licence}`));
    terminal.print(plain(`  learnt from: ${trainedOn}`));
    if (density !== null) terminal.print(plain(`  distances corrected by: ${density}`));
  }
  return exitCodes.done;
}
