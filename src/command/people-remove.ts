import { certificateAnswer } from './answers.ts';
import { exitCodes, jsonOption, misused, type Command } from './command.ts';
import { findPerson } from './find-person.ts';
import { failed, printJson, reach } from './reach.ts';
import { count, plain } from './text.ts';

/** Forgets a person for good. */
export const peopleRemoveCommand: Command = {
  name: 'people remove',
  summary: 'Forget a person: faces, vectors, pictures, visits and backups',
  parameters: { text: 'PERSON', min: 1, max: 1 },
  description: 'Cannot be undone, and so wants --yes. Prints the certificate of what was removed.',
  options: { yes: { type: 'boolean', description: 'Yes, for good' }, ...jsonOption },
  run: (context) => {
    if (!context.flags.isSet('yes')) {
      return Promise.resolve(
        misused(context, 'people remove', 'cannot remove a person without --yes: nothing brings them back'),
      );
    }
    return reach(context, async (client) => {
      const found = await findPerson(client, context.args[0] ?? '');
      if (found.outcome !== 'answered') return failed(context, found);
      const removed = await client.ask(
        { method: 'DELETE', path: `/api/v1/people/${found.body.id}` },
        certificateAnswer,
      );
      if (removed.outcome !== 'answered') return failed(context, removed);
      const { faces, embeddings, visits, pictures, sha256 } = removed.body;
      if (context.flags.isSet('json')) return printJson(context, removed.body);
      const parts = [
        count(faces, 'face'),
        count(embeddings, 'vector'),
        count(visits, 'visit'),
        count(pictures, 'picture'),
      ];
      context.terminal.print(`${plain(found.body.name)} is forgotten: ${parts.join(', ')}`);
      context.terminal.print(`certificate ${sha256}`);
      return exitCodes.done;
    });
  },
};
