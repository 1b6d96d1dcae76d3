import { namedStrangerAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { findStranger, shortIds } from './find-id.ts';
import { peopleNamed } from './find-person.ts';
import { failed, printJson, reach } from './reach.ts';
import { count, plain } from './text.ts';

/** Says who a stranger is. */
export const strangersNameCommand: Command = {
  name: 'strangers name',
  summary: 'Say who a stranger is: past visits get the name, and the faces are enrolled',
  parameters: { text: 'ID NAME', min: 2, max: 2 },
  description: 'ID is one of doorward strangers, or its beginning. NAME may be somebody of the household.',
  options: jsonOption,
  run: (context) => reach(context, (client) => nameStranger(context, client)),
};

async function nameStranger(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { args, flags, terminal } = context;
  const [text = '', name = ''] = args;
  const stranger = await findStranger(client, text);
  if (stranger.outcome !== 'answered') return failed(context, stranger);
  const bearers = await peopleNamed(client, name);
  if (bearers.outcome !== 'answered') return failed(context, bearers);
  const [known, ...others] = bearers.body;
  if (others.length > 0) {
    terminal.complain(`cannot tell which ${JSON.stringify(plain(name))} is meant: rename one of them first`);
    return exitCodes.failed;
  }
  const json = known === undefined ? { name } : { personId: known.id };
  const path = `/api/v1/strangers/${encodeURIComponent(stranger.body)}/name`;
  const named = await client.ask({ method: 'POST', path, json }, namedStrangerAnswer);
  if (named.outcome !== 'answered') return failed(context, named);
  const { person, visits, faces, refusals } = named.body;
  if (flags.isSet('json')) return printJson(context, named.body);
  for (const { message } of refusals) terminal.complain(plain(message));
  terminal.print(
    `${plain(person.name)}: ${count(visits, 'past visit')}, ${count(faces, 'face')} enrolled (${shortIds([])(person.id)})`,
  );
  return exitCodes.done;
}
