import { personAnswer, type PersonAnswer } from './answers.ts';
import type { ApiCall } from './api-client.ts';
import type { ExitCode } from './command.ts';
import { exitCodes } from './command.ts';
import type { CommandContext } from './context.ts';
import { findPerson } from './find-person.ts';
import { failed, printJson, reach } from './reach.ts';

/** Finds the person that the first parameter names, does one thing to them, and says so. */
export function actOnPerson(
  context: CommandContext,
  callFor: (person: PersonAnswer) => Omit<ApiCall, 'form'>,
  done: (before: PersonAnswer, after: PersonAnswer) => string,
): Promise<ExitCode> {
  const [name = ''] = context.args;
  return reach(context, async (client) => {
    const found = await findPerson(client, name);
    if (found.outcome !== 'answered') return failed(context, found);
    const acted = await client.ask(callFor(found.body), personAnswer);
    if (acted.outcome !== 'answered') return failed(context, acted);
    if (context.flags.isSet('json')) return printJson(context, acted.body);
    context.terminal.print(done(found.body, acted.body));
    return exitCodes.done;
  });
}
