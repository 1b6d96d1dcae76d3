import { jsonOption, type Command } from './command.ts';
import { actOnPerson } from './people-act.ts';
import { plain } from './text.ts';

/** Rings the alarm when this person comes. */
export const peopleWatchCommand = standingCommand(
  'watch',
  'watched',
  'Put a person on the watchlist: their visit rings the alarm',
);
/** Records this person's visits and says nothing. */
export const peopleIgnoreCommand = standingCommand(
  'ignore',
  'ignored',
  'Record the visits of a person, and never announce them',
);
/** Undoes both. */
export const peopleWelcomeCommand = standingCommand(
  'welcome',
  'household',
  'Take a person off the watchlist or the ignore list',
);

function standingCommand(verb: string, standing: string, summary: string): Command {
  return {
    name: `people ${verb}`,
    summary,
    parameters: { text: 'PERSON', min: 1, max: 1 },
    options: jsonOption,
    run: (context) =>
      actOnPerson(
        context,
        ({ id }) => ({ method: 'PATCH', path: `/api/v1/people/${id}`, json: { standing } }),
        (_before, after) => `${plain(after.name)}: ${plain(after.standing)}`,
      ),
  };
}
