import {
  claimCodeAnswer, doneAnswer, invitationsAnswer, nothingAnswer, tokensAnswer, usersAnswer, type InvitationAnswer,
  type TokenAnswer, type UserAnswer,
} from './access-answers.ts'; // prettier-ignore
import { roles, unknownWords } from './access-words.ts';
import type { ApiClient, ApiResult } from './api-client.ts';
import { exitCodes, jsonOption, misused, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { idAmong, shortIds } from './find-id.ts';
import { failed, printJson, reach } from './reach.ts';
import { count, localTime, plain, table } from './text.ts';

const path = '/api/v1/access';

/** Everybody and everything that may. */
interface Everybody {
  readonly claimCode: string | null;
  readonly users: readonly UserAnswer[];
  readonly invitations: readonly InvitationAnswer[];
  readonly tokens: readonly TokenAnswer[];
}

/** Who may. */
const list: Command = {
  name: 'access list',
  aliases: ['access'],
  summary: 'List who may: users, invitations and tokens; or show the code that claims the doorbell',
  parameters: noParameters,
  options: jsonOption,
  run: (context) => reach(context, (client) => listAccess(context, client)),
};

async function listAccess(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { terminal, flags } = context;
  const found = await everybody(client);
  if (found.outcome !== 'answered') return failed(context, found);
  const { claimCode, users, invitations, tokens } = found.body;
  if (flags.isSet('json')) return printJson(context, found.body);
  if (claimCode !== null) {
    terminal.print('Nobody has claimed this doorbell yet: open its page, and claim it with this code:');
    terminal.print(`  ${plain(claimCode)}`);
  }
  const short = shortIds([...users, ...invitations, ...tokens].map(({ id }) => id));
  const rows = [
    ...users.map((user) => [user.name, user.role, seenWords(user.seenMs, 'logged in'), factorWords(user), short(user.id)]),
    ...invitations.map(({ role, expiresMs, id }) => ['(invitation)', role, `until ${dayOf(expiresMs)}`, '', short(id)]),
    ...tokens.map((token) => [
      `token ${token.name}`, token.scopes.join(', '), seenWords(token.seenMs, 'used'), `until ${dayOf(token.expiresMs)}`,
      short(token.id),
    ]),
  ]; // prettier-ignore
  for (const line of table(rows)) terminal.print(line);
  return exitCodes.done;
}

/** It counts the time that the bell runs: an hour would be too exact. */
function dayOf(wallMs: number): string {
  return localTime(wallMs).slice(0, 10);
}

function seenWords(seenMs: number | null, act: string): string {
  return seenMs === null ? `never ${act}` : `${act} ${localTime(seenMs)}`;
}

function factorWords({ hasSecondFactor, recoveryCodesLeft }: UserAnswer): string {
  const codes = count(recoveryCodesLeft, 'recovery code');
  return hasSecondFactor ? `second factor, ${codes}` : codes;
}

async function everybody(client: ApiClient): Promise<ApiResult<Everybody>> {
  const claimCode = await client.ask({ method: 'GET', path: `${path}/claim-code` }, claimCodeAnswer);
  if (claimCode.outcome === 'unreachable') return claimCode;
  const users = await client.ask({ method: 'GET', path: `${path}/users` }, usersAnswer);
  if (users.outcome !== 'answered') return users;
  const invitations = await client.ask({ method: 'GET', path: `${path}/invitations` }, invitationsAnswer);
  if (invitations.outcome !== 'answered') return invitations;
  const tokens = await client.ask({ method: 'GET', path: `${path}/tokens` }, tokensAnswer);
  if (tokens.outcome !== 'answered') return tokens;
  // Whoever asks from elsewhere is not told it.
  const code = claimCode.outcome === 'answered' ? claimCode.body : { claimCode: null };
  return { outcome: 'answered', body: { ...code, ...users.body, ...invitations.body, ...tokens.body } };
}

/** Another role for a user. */
const role: Command = {
  name: 'access role',
  summary: 'Give a user another role: viewer, member or administrator',
  parameters: { text: 'USER ROLE', min: 2, max: 2 },
  description: 'USER is a name, or an id of access list or its beginning.',
  options: jsonOption,
  run: async (context) => {
    const next = context.args[1] ?? '';
    if (!roles.includes(next)) return misused(context, 'access role', unknownWords('role', next, roles));
    return reach(context, (client) => changeRole(context, client));
  },
};

async function changeRole(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const [who = '', next = ''] = context.args;
  const users = await client.ask({ method: 'GET', path: `${path}/users` }, usersAnswer);
  if (users.outcome !== 'answered') return failed(context, users);
  const found = findOne(users.body.users, who);
  if (found.outcome !== 'answered') return failed(context, found);
  const { id, name } = found.body;
  const changed = await client.ask({ method: 'PATCH', path: `${path}/users/${id}`, json: { role: next } }, doneAnswer);
  if (changed.outcome !== 'answered') return failed(context, changed);
  if (context.flags.isSet('json')) return printJson(context, { id, name, role: next });
  context.terminal.print(`${plain(name)} is now ${plain(next)}`);
  return exitCodes.done;
}

/** Whoever and whatever may no more. */
const remove: Command = {
  name: 'access remove',
  summary: 'Remove a user, an invitation or a token: whoever has it is out at once',
  parameters: { text: 'WHO', min: 1, max: 1 },
  description: 'WHO is a name, or an id of access list or its beginning. What a user has made goes along.',
  options: jsonOption,
  run: (context) => reach(context, (client) => removeOne(context, client)),
};

async function removeOne(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const all = await everybody(client);
  if (all.outcome !== 'answered') return failed(context, all);
  const { users, invitations, tokens } = all.body;
  const each: readonly (Named & { readonly kind: string })[] = [
    ...users.map(({ id, name }) => ({ id, name, kind: 'users' })),
    ...invitations.map(({ id }) => ({ id, kind: 'invitations' })),
    ...tokens.map(({ id, name }) => ({ id, name, kind: 'tokens' })),
  ];
  const found = findOne(each, context.args[0] ?? '');
  if (found.outcome !== 'answered') return failed(context, found);
  const { id, kind, name } = found.body;
  const removed = await client.ask({ method: 'DELETE', path: `${path}/${kind}/${id}` }, nothingAnswer);
  if (removed.outcome !== 'answered') return failed(context, removed);
  if (context.flags.isSet('json')) return printJson(context, { id, kind, name: name ?? null });
  context.terminal.print(`${name === undefined ? 'the invitation' : plain(name)} is removed`);
  return exitCodes.done;
}

interface Named {
  readonly id: string;
  readonly name?: string;
}

/** By the whole name, whatever its case, or by an id or its beginning. */
function findOne<One extends Named>(all: readonly One[], text: string): ApiResult<One> {
  const named = all.filter(({ name }) => name?.toLowerCase() === text.toLowerCase());
  const [one, ...others] = named;
  if (one !== undefined && others.length === 0) return { outcome: 'answered', body: one };
  const ids = (one === undefined ? all : named).map(({ id }) => id);
  const found = idAmong(ids, text, { thing: 'user, invitation or token', list: 'doorward access' });
  const meant = all.find(({ id }) => found.outcome === 'answered' && id === found.body);
  if (meant !== undefined) return { outcome: 'answered', body: meant };
  if (found.outcome !== 'answered' && one === undefined) return found;
  const shown = ids.map(shortIds(ids)).join(', ');
  const message = `cannot tell which ${JSON.stringify(plain(text))} is meant: use one of the ids ${shown}`;
  return { outcome: 'refused', status: 404, message };
}

/** In the order of help. */
export const accessCommands: readonly Command[] = [list, role, remove];
