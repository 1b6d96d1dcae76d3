import { resolve } from 'node:path';
import { modelsAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, reach } from './reach.ts';
import { loadHere } from './settings.ts';
import { plain } from './text.ts';

/** A recogniser of the owner's. */
export const modelsAddCommand: Command = {
  name: 'models add',
  summary: 'Add a model pack of your own, after its net was tried on known faces',
  parameters: { text: 'DIR', min: 1, max: 1 },
  description:
    'DIR holds manifest.json and the net, an ONNX file that reads uint8 RGB "pixels" [N, side, side, 3] and gives float32\n' +
    '[N, numbers]. The manifest is one of "recognisers" in that of the release: name, model {file, sha256}, embeddingMark,\n' +
    'chip (dlib: 150 px, arcface: 112 px), numbers, isMirrored, length (which brings distances to 0.50 where one of 10,000\n' +
    'pairs of two people is nearer), unlike, licence, origin, trainedOn, measuredOn. Nothing uses it yet, and releases come\n' +
    'and go without touching it. One that does not know packs, or cannot load this one, uses its own, and says so.',
  run: async (context) => {
    const { appliance, args, home, terminal, workingFolder } = context;
    terminal.progress('trying the net…');
    const added = await appliance.addPack(home, resolve(workingFolder, args[0] ?? ''));
    terminal.progress('');
    if (added.outcome === 'refused') {
      terminal.complain(plain(added.message));
      return exitCodes.failed;
    }
    const { licence, name, trainedOn } = added;
    terminal.print(plain(`${name} is added (licence: ${licence}; learnt from: ${trainedOn})`));
    terminal.print(
      `doorward models compare ${name} measures it on this household, doorward models use ${name} uses it`,
    );
    return exitCodes.done;
  },
};

/** Not the one in use. */
export const modelsRemoveCommand: Command = {
  name: 'models remove',
  summary: 'Remove a model pack that was added, and is not used',
  parameters: { text: 'PACK', min: 1, max: 1 },
  run: (context) => reach(context, (client) => removePack(context, client)),
};

async function removePack(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { appliance, args, home, terminal } = context;
  const [name = ''] = args;
  const answer = await client.ask({ method: 'GET', path: '/api/v1/models' }, modelsAnswer);
  if (answer.outcome !== 'answered') return failed(context, answer);
  const { packs, wanted } = answer.body;
  const { settings } = await loadHere(context);
  const isUsed = packs.some((pack) => pack.name === name && pack.isUsed);
  if (isUsed || wanted === name || settings.models.recogniser === name) {
    terminal.complain(
      plain(`cannot remove the model pack "${name}": it is in use, or will be: doorward models use another first`),
    );
    return exitCodes.failed;
  }
  const removed = await appliance.removePack(home, name);
  if (removed.outcome === 'removed') terminal.print(plain(`${name} is removed`));
  else terminal.complain(plain(removed.message));
  return removed.outcome === 'removed' ? exitCodes.done : exitCodes.failed;
}
