import { peopleAnswer } from './answers.ts';
import { exitCodes, jsonOption, noParameters, type Command } from './command.ts';
import { failed, printJson, reach } from './reach.ts';
import { count, plain, table } from './text.ts';

const peopleMax = 500;

/** The household. */
export const peopleListCommand: Command = {
  name: 'people list',
  summary: 'List the household',
  parameters: noParameters,
  options: jsonOption,
  run: (context) =>
    reach(context, async (client) => {
      const answer = await client.ask({ method: 'GET', path: `/api/v1/people?limit=${peopleMax}` }, peopleAnswer);
      if (answer.outcome !== 'answered') return failed(context, answer);
      const { people, total } = answer.body;
      if (context.flags.isSet('json')) return printJson(context, people);
      const { terminal } = context;
      if (people.length === 0) terminal.print('Nobody is enrolled: doorward people add NAME PICTURE…');
      const names = new Map(people.map(({ id, name }) => [id, name]));
      const rows = people.map(({ id, name, standing, referenceFaces, mergedInto }) => [
        name,
        mergedInto === null ? standing : `counts as ${names.get(mergedInto) ?? mergedInto}`,
        count(referenceFaces, 'face'),
        id,
      ]);
      for (const line of table(rows)) terminal.print(line);
      if (total > people.length) terminal.complain(plain(`(the first ${people.length} of ${total})`));
      return exitCodes.done;
    }),
};
