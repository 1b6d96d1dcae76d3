import { jsonOption, type Command } from './command.ts';
import { actOnPerson } from './people-act.ts';
import { plain } from './text.ts';

/** Another name for the same person. */
export const peopleRenameCommand: Command = {
  name: 'people rename',
  summary: 'Give a person another name',
  parameters: { text: 'PERSON NAME', min: 2, max: 2 },
  options: jsonOption,
  run: (context) =>
    actOnPerson(
      context,
      ({ id }) => ({ method: 'PATCH', path: `/api/v1/people/${id}`, json: { name: context.args[1] } }),
      (before, after) => `${plain(before.name)} is now ${plain(after.name)}`,
    ),
};
