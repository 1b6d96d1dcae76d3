import { strangersAnswer } from './answers.ts';
import { exitCodes, jsonOption, noParameters, type Command } from './command.ts';
import { shortIds, strangersMax } from './find-id.ts';
import { failed, printJson, reach } from './reach.ts';
import { count, localTime, table } from './text.ts';

/** Who was here and has no name yet. */
export const strangersCommand: Command = {
  name: 'strangers',
  aliases: ['strangers list'],
  summary: 'List who was at the door and has no name yet',
  parameters: noParameters,
  options: jsonOption,
  run: (context) =>
    reach(context, async (client) => {
      const call = { method: 'GET', path: `/api/v1/strangers?limit=${strangersMax}` } as const;
      const answer = await client.ask(call, strangersAnswer);
      if (answer.outcome !== 'answered') return failed(context, answer);
      const { strangers } = answer.body;
      if (context.flags.isSet('json')) return printJson(context, strangers);
      if (strangers.length === 0) context.terminal.print('No strangers.');
      const short = shortIds(strangers.map(({ id }) => id));
      const rows = strangers.map(({ id, lastSeenMs, visits }) => [
        `last seen ${localTime(lastSeenMs)}`,
        count(visits, 'visit'),
        short(id),
      ]);
      for (const line of table(rows)) context.terminal.print(line);
      return exitCodes.done;
    }),
};
