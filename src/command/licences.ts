import { exitCodes, noParameters, type Command } from './command.ts';
import { printCarried } from './print-carried.ts';

/** What the executable is made of, and on which terms. */
export const licencesCommand: Command = {
  name: 'licences',
  summary: 'Print the licences of everything in this executable',
  parameters: noParameters,
  options: { materials: { type: 'boolean', description: 'Print the list of materials instead, as CycloneDX JSON' } },
  async run(context) {
    const name = context.flags.isSet('materials') ? 'materials.cdx.json' : 'licences.txt';
    return printCarried(context, name) ? exitCodes.done : exitCodes.failed;
  },
};
