import { exitCodes, type Command } from './command.ts';

/** Explains; the command line answers it itself, because it has the list. */
export const helpCommand: Command = {
  name: 'help',
  summary: 'Explain everything, or one command',
  parameters: { text: '[COMMAND]', min: 0, max: 2 },
  run: async () => exitCodes.done,
};
