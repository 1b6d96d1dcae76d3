import { roles, unknownWords } from './access-words.ts';
import { claimCodeAnswer, createdTokenAnswer, invitedAnswer } from './access-answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, misused, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, printJson, reach } from './reach.ts';
import { localTime, plain } from './text.ts';

const path = '/api/v1/access';
const tokenDaysDefault = 365;
const scopes = ['read-metrics', 'read-visits', 'ring', 'push-pictures', 'manage-releases', 'everything'];

/** A link that makes a user. */
const invite: Command = {
  name: 'access invite',
  summary: 'Invite somebody to become a user, by a link that works once',
  parameters: noParameters,
  description: 'A viewer sees visits, pictures and the camera. A member also rings, names visitors and enrols people.',
  options: {
    role: { type: 'string', value: 'ROLE', description: 'viewer, member or administrator; member when not given' },
    ...jsonOption,
  },
  run: async (context) => {
    const role = context.flags.text('role') ?? 'member';
    if (!roles.includes(role)) return misused(context, 'access invite', unknownWords('role', role, roles));
    return reach(context, (client) => inviteSomebody(context, client, role));
  },
};

async function inviteSomebody(context: CommandContext, client: ApiClient, role: string): Promise<ExitCode> {
  const { terminal, flags } = context;
  const invited = await client.ask({ method: 'POST', path: `${path}/invitations`, json: { role } }, invitedAnswer);
  if (invited.outcome !== 'answered') return failed(context, invited);
  if (flags.isSet('json')) return printJson(context, invited.body);
  const { expiresMs, secret } = invited.body;
  terminal.print(
    `Good for one ${plain(role)} until ${localTime(expiresMs)}: the address of the doorbell, and behind it`,
  );
  terminal.print(`  /#invitation=${plain(secret)}`);
  return exitCodes.done;
}

/** A program that may. */
const token: Command = {
  name: 'access token',
  summary: 'Make a token for a program; it is shown once',
  parameters: { text: 'NAME SCOPE…', min: 2, max: 7 },
  description:
    `NAME says what it is for. SCOPE: ${scopes.join(', ')}.\n` + 'A program sends it as Authorization: Bearer dw_…',
  options: {
    days: {
      type: 'string',
      value: 'DAYS',
      description: `How many days it is good, ${tokenDaysDefault} when not given`,
    },
    ...jsonOption,
  },
  run: async (context) => {
    const expiresInDays = Number(context.flags.text('days') ?? tokenDaysDefault);
    if (!Number.isInteger(expiresInDays) || expiresInDays < 1)
      return misused(context, 'access token', 'cannot use --days: a whole number of days was expected');
    const unknown = context.args.slice(1).find((scope) => !scopes.includes(scope));
    if (unknown !== undefined) return misused(context, 'access token', unknownWords('scope', unknown, scopes));
    return reach(context, (client) => makeToken(context, client, expiresInDays));
  },
};

async function makeToken(context: CommandContext, client: ApiClient, expiresInDays: number): Promise<ExitCode> {
  const { args, flags, terminal } = context;
  const [name, ...scopes] = args;
  const json = { name, scopes, expiresInDays };
  const created = await client.ask({ method: 'POST', path: `${path}/tokens`, json }, createdTokenAnswer);
  if (created.outcome !== 'answered') return failed(context, created);
  if (flags.isSet('json')) return printJson(context, created.body);
  terminal.print(plain(created.body.token));
  terminal.complain(`good until ${localTime(created.body.expiresMs)}; it is not shown again`);
  return exitCodes.done;
}

/** The beginning again. */
const reset: Command = {
  name: 'access reset',
  summary: 'Take access from everybody, and make a new code that claims the doorbell',
  parameters: noParameters,
  description:
    'Users, sessions, invitations and tokens are gone; people, visits and settings stay. For an administrator who\n' +
    'cannot log in any more, or a doorbell that changes hands. Only on the device itself, and only with --yes.',
  options: { yes: { type: 'boolean', description: 'Yes, everybody' }, ...jsonOption },
  run: async (context) =>
    context.flags.isSet('yes')
      ? reach(context, (client) => resetAccess(context, client))
      : misused(context, 'access reset', 'cannot take access from everybody without --yes'),
};

async function resetAccess(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const answer = await client.ask({ method: 'POST', path: `${path}/reset` }, claimCodeAnswer);
  if (answer.outcome !== 'answered') return failed(context, answer);
  if (context.flags.isSet('json')) return printJson(context, answer.body);
  context.terminal.print('Nobody may any more. Open the page of the doorbell, and claim it with this code:');
  context.terminal.print(`  ${plain(answer.body.claimCode ?? '')}`);
  return exitCodes.done;
}

/** In the order of help. */
export const accessGrantCommands: readonly Command[] = [invite, token, reset];
