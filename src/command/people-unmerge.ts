import { jsonOption, type Command } from './command.ts';
import { actOnPerson } from './people-act.ts';
import { plain } from './text.ts';

/** They are two people after all. */
export const peopleUnmergeCommand: Command = {
  name: 'people unmerge',
  summary: 'Undo a merge: they are two people after all',
  parameters: { text: 'PERSON', min: 1, max: 1 },
  options: jsonOption,
  run: (context) =>
    actOnPerson(
      context,
      ({ id }) => ({ method: 'POST', path: `/api/v1/people/${id}/unmerge` }),
      (_before, after) => `${plain(after.name)} stands alone again`,
    ),
};
