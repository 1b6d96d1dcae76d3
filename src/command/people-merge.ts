import { personAnswer } from './answers.ts';
import { exitCodes, jsonOption, type Command } from './command.ts';
import { findPerson } from './find-person.ts';
import { failed, printJson, reach } from './reach.ts';
import { plain } from './text.ts';

/** Two entries that are one person. */
export const peopleMergeCommand: Command = {
  name: 'people merge',
  summary: 'Let one person count as another: they are the same',
  parameters: { text: 'PERSON INTO', min: 2, max: 2 },
  description: 'Can be undone with people unmerge.',
  options: jsonOption,
  run: (context) =>
    reach(context, async (client) => {
      const [from = '', into = ''] = context.args;
      const person = await findPerson(client, from);
      if (person.outcome !== 'answered') return failed(context, person);
      const other = await findPerson(client, into);
      if (other.outcome !== 'answered') return failed(context, other);
      const call = {
        method: 'POST',
        path: `/api/v1/people/${person.body.id}/merge`,
        json: { into: other.body.id },
      } as const;
      const merged = await client.ask(call, personAnswer);
      if (merged.outcome !== 'answered') return failed(context, merged);
      if (context.flags.isSet('json')) return printJson(context, merged.body);
      context.terminal.print(`${plain(person.body.name)} now counts as ${plain(other.body.name)}`);
      return exitCodes.done;
    }),
};
