import { settingsAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, misused, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, printJson, reach } from './reach.ts';
import { selfTestAnswer } from './self-test-answer.ts';
import { linesOfSelfTest } from './self-test-words.ts';

const daysDefault = 30;
const daysMax = 365;

/** How well this household is recognised. */
export const selfTestCommand: Command = {
  name: 'self-test',
  summary: 'Try how well this household is recognised, and say what would make it better',
  parameters: noParameters,
  description:
    'Every picture is tried against all others, and the visits of the last days are decided again; what you have said\n' +
    'of visits is the truth. Exit code 1 when somebody gets a wrong name, or too many get none; advice alone is 0.',
  options: {
    days: {
      type: 'string',
      value: 'NUMBER',
      description: `Visits of so many days, at most ${daysMax} (default ${daysDefault})`,
    },
    apply: { type: 'boolean', description: 'Set the settings that are recommended, for the next start' },
    ...jsonOption,
  },
  run: (context) => {
    const days = Number(context.flags.text('days') ?? daysDefault);
    if (!Number.isInteger(days) || days < 1 || days > daysMax)
      return Promise.resolve(
        misused(context, 'self-test', `cannot look back that far: --days is a number from 1 to ${daysMax}`),
      );
    return reach(context, (client) => selfTest(context, client, days));
  },
};

async function selfTest(context: CommandContext, client: ApiClient, days: number): Promise<ExitCode> {
  const { terminal, flags } = context;
  terminal.progress('trying…');
  const answer = await client.ask({ method: 'POST', path: '/api/v1/self-test', json: { days } }, selfTestAnswer);
  terminal.progress('');
  if (answer.outcome !== 'answered') return failed(context, answer);
  const { settings, state } = answer.body;
  if (flags.isSet('json')) printJson(context, answer.body);
  else for (const line of linesOfSelfTest(answer.body)) terminal.print(line);
  const applied = flags.isSet('apply') ? await apply(context, client, settings) : exitCodes.done;
  return state === 'mend' ? exitCodes.failed : applied;
}

/** Where settings are set by hand too; told beside the JSON, not in it. */
async function apply(
  context: CommandContext,
  client: ApiClient,
  settings: Readonly<Record<string, number>>,
): Promise<ExitCode> {
  const tell = (line: string): void =>
    context.flags.isSet('json') ? context.terminal.complain(line) : context.terminal.print(line);
  if (Object.keys(settings).length === 0) {
    tell('No setting is recommended: nothing was changed.');
    return exitCodes.done;
  }
  const changed = await client.ask({ method: 'PATCH', path: '/api/v1/settings', json: settings }, settingsAnswer);
  if (changed.outcome !== 'answered') return failed(context, changed);
  for (const [key, value] of Object.entries(settings)) tell(`${key} will be ${value} from the next start`);
  return exitCodes.done;
}
