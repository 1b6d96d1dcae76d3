import { historyAnswer } from './answers.ts';
import { exitCodes, jsonOption, noParameters, type Command } from './command.ts';
import { failed, printJson, reach } from './reach.ts';
import { trialLines } from './trial-words.ts';

/** How the trials of releases went. */
export const historyCommand: Command = {
  name: 'history',
  aliases: ['history list'],
  summary: 'List the trials of releases: phases, durations, what the gate saw, and why they ended',
  parameters: noParameters,
  options: jsonOption,
  run: (context) =>
    reach(
      context,
      async (client) => {
        const answer = await client.ask({ method: 'GET', path: '/api/v1/update/history' }, historyAnswer);
        if (answer.outcome !== 'answered') return failed(context, answer);
        const { trials } = answer.body;
        if (context.flags.isSet('json')) return printJson(context, trials);
        if (trials.length === 0) context.terminal.print('No release has been on trial yet.');
        for (const line of trials.flatMap(trialLines)) context.terminal.print(line);
        return exitCodes.done;
      },
      { mustRun: 'show the history of releases' },
    ),
};
