import { didYouMean } from '../settings/nearest.ts';
import { certificateAnswer, peopleAnswer, personAnswer, wholePersonAnswer, type PersonAnswer } from './answers.ts';
import type { ApiCall, ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, misused, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { shortIds } from './find-id.ts';
import { findPerson } from './find-person.ts';
import { peopleAddCommand } from './people-add.ts';
import { failed, printJson, reach } from './reach.ts';
import { count, localTime, plain, table } from './text.ts';

const peopleMax = 500;
const onePerson = { text: 'PERSON', min: 1, max: 1 } as const;
const notifyRules = ['default', 'always', 'never'];

/** The household. */
const list: Command = {
  name: 'people list',
  aliases: ['people'],
  summary: 'List the household',
  parameters: noParameters,
  options: jsonOption,
  run: (context) => reach(context, (client) => listPeople(context, client)),
};

async function listPeople(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { terminal, flags } = context;
  const answer = await client.ask({ method: 'GET', path: `/api/v1/people?limit=${peopleMax}` }, peopleAnswer);
  if (answer.outcome !== 'answered') return failed(context, answer);
  const { people, total } = answer.body;
  if (flags.isSet('json')) return printJson(context, people);
  if (people.length === 0) terminal.print('Nobody is enrolled: doorward people add NAME PICTURE…');
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const short = shortIds(people.map(({ id }) => id));
  const rows = people.map(({ id, name, standing, referenceFaces, mergedInto }) => [
    name,
    mergedInto === null ? standing : `counts as ${names.get(mergedInto) ?? mergedInto}`,
    count(referenceFaces, 'face'),
    short(id),
  ]);
  for (const line of table(rows)) terminal.print(line);
  if (total > people.length) terminal.complain(`(the first ${people.length} of ${total})`);
  return exitCodes.done;
}

/** One person and the faces kept of them. */
const show: Command = {
  name: 'people show',
  summary: 'Tell everything about a person',
  parameters: onePerson,
  description: 'PERSON is a name, or an id of people list or its beginning.',
  options: jsonOption,
  run: (context) => reach(context, (client) => showPerson(context, client)),
};

async function showPerson(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { terminal, flags, args } = context;
  const found = await findPerson(client, args[0] ?? '');
  if (found.outcome !== 'answered') return failed(context, found);
  const answer = await client.ask({ method: 'GET', path: `/api/v1/people/${found.body.id}` }, wholePersonAnswer);
  if (answer.outcome !== 'answered') return failed(context, answer);
  const { id, name, standing, notify, createdMs, mergedInto, faces } = answer.body;
  if (flags.isSet('json')) return printJson(context, answer.body);
  terminal.print(`${plain(name)} (${id})`);
  terminal.print(`${standing}, notify ${notify}, enrolled ${localTime(createdMs)}`);
  if (mergedInto !== null) terminal.print(`counts as ${mergedInto}: doorward people unmerge ${id} undoes it`);
  const short = shortIds(faces.map((face) => face.id));
  const rows = faces.map((face) => [
    `  ${face.kind}`, `from ${face.source}`, localTime(face.createdMs), `${Math.round(face.quality.widthPx)} px wide`,
    face.quality.detail === undefined ? '' : `detail ${face.quality.detail.toFixed(2)}`, short(face.id),
  ]); // prettier-ignore
  for (const line of table(rows)) terminal.print(line);
  return exitCodes.done;
}

/** Another name for the same person. */
const rename: Command = {
  name: 'people rename',
  summary: 'Give a person another name',
  parameters: { text: 'PERSON NAME', min: 2, max: 2 },
  options: jsonOption,
  run: (context) =>
    actOnPerson(context, {
      callFor: ({ id }) => ({ method: 'PATCH', path: `/api/v1/people/${id}`, json: { name: context.args[1] } }),
      words: (after, before) => `${plain(before.name)} is now ${plain(after.name)}`,
    }),
};

/** Two entries that are one person. */
const merge: Command = {
  name: 'people merge',
  summary: 'Let one person count as another: they are the same',
  parameters: { text: 'PERSON INTO', min: 2, max: 2 },
  description: 'Can be undone with people unmerge.',
  options: jsonOption,
  run: (context) =>
    reach(context, async (client) => {
      const other = await findPerson(client, context.args[1] ?? '');
      if (other.outcome !== 'answered') return failed(context, other);
      const { id: into, name } = other.body;
      return act(context, client, {
        callFor: ({ id }) => ({ method: 'POST', path: `/api/v1/people/${id}/merge`, json: { into } }),
        words: (_after, before) => `${plain(before.name)} now counts as ${plain(name)}`,
      });
    }),
};

/** They are two people after all. */
const unmerge: Command = {
  name: 'people unmerge',
  summary: 'Undo a merge: they are two people after all',
  parameters: onePerson,
  options: jsonOption,
  run: (context) =>
    actOnPerson(context, {
      callFor: ({ id }) => ({ method: 'POST', path: `/api/v1/people/${id}/unmerge` }),
      words: (after) => `${plain(after.name)} stands alone again`,
    }),
};

function standingCommand(verb: string, standing: string, summary: string): Command {
  return {
    name: `people ${verb}`,
    summary,
    parameters: onePerson,
    options: jsonOption,
    run: (context) =>
      actOnPerson(context, {
        callFor: ({ id }) => ({ method: 'PATCH', path: `/api/v1/people/${id}`, json: { standing } }),
        words: (after) => `${plain(after.name)}: ${plain(after.standing)}`,
      }),
  };
}

/** Whether a person is announced by name. */
const notify: Command = {
  name: 'people notify',
  summary: 'Say whether a person is announced by name: default, always or never',
  parameters: { text: 'PERSON RULE', min: 2, max: 2 },
  description:
    'default: named to whoever heard the ring, and announced without a ring when the setting notify.known says so.',
  options: jsonOption,
  run: async (context) => {
    const rule = context.args[1] ?? '';
    if (!notifyRules.includes(rule)) {
      const expected = `default, always or never was expected${didYouMean(rule, notifyRules)}`;
      return misused(context, 'people notify', `cannot use the rule ${JSON.stringify(rule)}: ${expected}`);
    }
    return actOnPerson(context, {
      callFor: ({ id }) => ({ method: 'PATCH', path: `/api/v1/people/${id}`, json: { notify: rule } }),
      words: (after) => `${plain(after.name)}: notify ${plain(after.notify)}`,
    });
  },
};

/** Forgets a person for good. */
const remove: Command = {
  name: 'people remove',
  summary: 'Forget a person: faces, vectors, pictures, visits and backups',
  parameters: onePerson,
  description: 'Cannot be undone, and so wants --yes. Prints the certificate of what was removed.',
  options: { yes: { type: 'boolean', description: 'Yes, for good' }, ...jsonOption },
  run: async (context) =>
    context.flags.isSet('yes')
      ? reach(context, (client) => removePerson(context, client))
      : misused(context, 'people remove', 'cannot remove a person without --yes: nothing brings them back'),
};

async function removePerson(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { terminal, flags, args } = context;
  const found = await findPerson(client, args[0] ?? '');
  if (found.outcome !== 'answered') return failed(context, found);
  const removed = await client.ask({ method: 'DELETE', path: `/api/v1/people/${found.body.id}` }, certificateAnswer);
  if (removed.outcome !== 'answered') return failed(context, removed);
  const { faces, embeddings, visits, pictures, sha256 } = removed.body;
  if (flags.isSet('json')) return printJson(context, removed.body);
  const parts = [count(faces, 'face'), count(embeddings, 'vector'), count(visits, 'visit'), count(pictures, 'picture')];
  terminal.print(`${plain(found.body.name)} is forgotten: ${parts.join(', ')}`);
  terminal.print(`certificate ${sha256}`);
  return exitCodes.done;
}

interface Act {
  readonly callFor: (person: PersonAnswer) => Omit<ApiCall, 'form'>;
  /** What is said when it is done. */
  readonly words: (after: PersonAnswer, before: PersonAnswer) => string;
}

function actOnPerson(context: CommandContext, what: Act): Promise<ExitCode> {
  return reach(context, (client) => act(context, client, what));
}

/** Finds the person that the first parameter names, does one thing to them, and says so. */
async function act(context: CommandContext, client: ApiClient, { callFor, words }: Act): Promise<ExitCode> {
  const found = await findPerson(client, context.args[0] ?? '');
  if (found.outcome !== 'answered') return failed(context, found);
  const acted = await client.ask(callFor(found.body), personAnswer);
  if (acted.outcome !== 'answered') return failed(context, acted);
  if (context.flags.isSet('json')) return printJson(context, acted.body);
  context.terminal.print(words(acted.body, found.body));
  return exitCodes.done;
}

/** In the order of help. */
export const peopleCommands: readonly Command[] = [
  list,
  peopleAddCommand,
  show,
  rename,
  merge,
  unmerge,
  standingCommand('watch', 'watched', 'Put a person on the watchlist: their visit rings the alarm'),
  standingCommand('ignore', 'ignored', 'Record the visits of a person, and never announce them'),
  standingCommand('welcome', 'household', 'Take a person off the watchlist or the ignore list'),
  notify,
  remove,
];
