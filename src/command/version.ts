import { exitCodes, jsonOption, noParameters, type Command } from './command.ts';
import { printJson } from './reach.ts';

/** What runs. */
export const versionCommand: Command = {
  name: 'version',
  summary: 'Print the version',
  parameters: noParameters,
  options: jsonOption,
  async run(context) {
    const { version, node } = context.release;
    if (context.flags.isSet('json')) return printJson(context, { version, node });
    context.terminal.print(`doorward ${version} (Node ${node.replace(/^v/, '')})`);
    return exitCodes.done;
  },
};
