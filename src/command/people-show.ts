import { wholePersonAnswer } from './answers.ts';
import { exitCodes, jsonOption, type Command } from './command.ts';
import { findPerson } from './find-person.ts';
import { failed, printJson, reach } from './reach.ts';
import { localTime, plain, table } from './text.ts';

/** One person and the faces kept of them. */
export const peopleShowCommand: Command = {
  name: 'people show',
  summary: 'Tell everything about a person',
  parameters: { text: 'PERSON', min: 1, max: 1 },
  description: 'PERSON is a name, or an id of people list.',
  options: jsonOption,
  run: (context) =>
    reach(context, async (client) => {
      const found = await findPerson(client, context.args[0] ?? '');
      if (found.outcome !== 'answered') return failed(context, found);
      const answer = await client.ask({ method: 'GET', path: `/api/v1/people/${found.body.id}` }, wholePersonAnswer);
      if (answer.outcome !== 'answered') return failed(context, answer);
      const { id, name, standing, notify, createdMs, mergedInto, faces } = answer.body;
      if (context.flags.isSet('json')) return printJson(context, answer.body);
      const { terminal } = context;
      terminal.print(`${plain(name)} (${id})`);
      terminal.print(`${standing}, notify ${notify}, enrolled ${localTime(createdMs)}`);
      if (mergedInto !== null) terminal.print(`counts as ${mergedInto}: doorward people unmerge ${id} undoes it`);
      const rows = faces.map((face) => [
        `  ${face.kind}`, `from ${face.source}`, localTime(face.createdMs), `${Math.round(face.quality.widthPx)} px wide`,
        `sharpness ${Math.round(face.quality.sharpness)}`, face.id,
      ]); // prettier-ignore
      for (const line of table(rows)) terminal.print(line);
      return exitCodes.done;
    }),
};
