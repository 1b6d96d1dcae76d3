import { didYouMean } from '../settings/nearest.ts';
import { jsonOption, misused, type Command } from './command.ts';
import { actOnPerson } from './people-act.ts';
import { plain } from './text.ts';

const rules = ['default', 'always', 'never'];

/** Whether a person is announced by name. */
export const peopleNotifyCommand: Command = {
  name: 'people notify',
  summary: 'Say whether a person is announced by name: default, always or never',
  parameters: { text: 'PERSON RULE', min: 2, max: 2 },
  description: 'default follows the setting notify.known.',
  options: jsonOption,
  run: (context) => {
    const rule = context.args[1] ?? '';
    if (!rules.includes(rule)) {
      const message = `cannot use the rule ${JSON.stringify(rule)}: default, always or never was expected${didYouMean(rule, rules)}`;
      return Promise.resolve(misused(context, 'people notify', message));
    }
    return actOnPerson(
      context,
      ({ id }) => ({ method: 'PATCH', path: `/api/v1/people/${id}`, json: { notify: rule } }),
      (_before, after) => `${plain(after.name)}: notify ${plain(after.notify)}`,
    );
  },
};
