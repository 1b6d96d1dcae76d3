import { doneAnswer } from './answers.ts';
import { exitCodes, type Command } from './command.ts';
import { failed, reach } from './reach.ts';

/** Back to the release that has proved itself. */
export const revertCommand: Command = {
  name: 'revert',
  summary: 'Revert the trial under way, or the release that was committed last: the one before serves again',
  parameters: { text: '[REASON]', min: 0, max: 1 },
  description:
    'After a commit the release before is the way back for update.watchHours, a day when nothing else is set.\n' +
    'The release that is reverted is remembered as rejected, with the reason. See doorward history.',
  run: (context) =>
    reach(
      context,
      async (client) => {
        const [reason] = context.args;
        const json = reason === undefined ? {} : { reason };
        const asked = await client.ask({ method: 'POST', path: '/api/v1/update/revert', json }, doneAnswer);
        if (asked.outcome !== 'answered') return failed(context, asked);
        context.terminal.print('reverting…');
        return exitCodes.done;
      },
      { mustRun: 'revert' },
    ),
};
