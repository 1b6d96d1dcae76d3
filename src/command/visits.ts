import { visitsAnswer, wholeVisitAnswer, type WholeVisitAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, misused, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { findVisit, shortIds } from './find-id.ts';
import { failed, printJson, reach } from './reach.ts';
import { announcement } from './ring.ts';
import { localTime, plain, table } from './text.ts';
import { figureText } from './trial-words.ts';

const visitsDefault = 20;
const visitsMax = 200;

/** Who was at the door. */
export const visitsCommand: Command = {
  name: 'visits',
  aliases: ['visits list'],
  summary: 'List the last visits, or tell everything about one',
  parameters: { text: '[ID]', min: 0, max: 1 },
  description: 'ID is one of the list, or its beginning.',
  options: {
    limit: {
      type: 'string',
      value: 'NUMBER',
      description: `How many, at most ${visitsMax} (default ${visitsDefault})`,
    },
    ...jsonOption,
  },
  run: (context) => {
    const limit = Number(context.flags.text('limit') ?? visitsDefault);
    if (!Number.isInteger(limit) || limit < 1 || limit > visitsMax) {
      return Promise.resolve(
        misused(context, 'visits', `cannot list that many visits: --limit is a number from 1 to ${visitsMax}`),
      );
    }
    const [id] = context.args;
    return reach(context, (client) => (id === undefined ? list(context, client, limit) : show(context, client, id)));
  },
};

async function list(context: CommandContext, client: ApiClient, limit: number): Promise<ExitCode> {
  const answer = await client.ask({ method: 'GET', path: `/api/v1/visits?limit=${limit}` }, visitsAnswer);
  if (answer.outcome !== 'answered') return failed(context, answer);
  const { visits } = answer.body;
  if (context.flags.isSet('json')) return printJson(context, visits);
  if (visits.length === 0) context.terminal.print('Nobody has been at the door yet.');
  const short = shortIds(visits.map(({ id }) => id));
  const rows = visits.map((visit) => [
    localTime(visit.startedMs), visit.outcome ?? visit.phase, visit.personName ?? '', visit.source, short(visit.id), visit.reason ?? '',
  ]); // prettier-ignore
  for (const line of table(rows)) context.terminal.print(line);
  return exitCodes.done;
}

async function show(context: CommandContext, client: ApiClient, text: string): Promise<ExitCode> {
  const found = await findVisit(client, text);
  if (found.outcome !== 'answered') return failed(context, found);
  const answer = await client.ask(
    { method: 'GET', path: `/api/v1/visits/${encodeURIComponent(found.body)}` },
    wholeVisitAnswer,
  );
  if (answer.outcome !== 'answered') return failed(context, answer);
  if (context.flags.isSet('json')) return printJson(context, answer.body);
  for (const line of story(answer.body)) context.terminal.print(line);
  return exitCodes.done;
}

/** Fields that are told in words of their own, in the reason, or not for people. */
const toldFields: ReadonlySet<string> = new Set([
  ...Object.keys(wholeVisitAnswer.properties), 'personId', 'strangerId', 'picture', 'thumbnail', 'doubt',
]); // prettier-ignore

/** Whatever else the appliance says of the visit: this command needs no word of its own for a column that is new. */
function furtherFields(visit: WholeVisitAnswer): string {
  const further = Object.entries(visit).filter(([name]) => !toldFields.has(name));
  return further
    .flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'string' || typeof value === 'number' ? [figureText(name, value)] : [],
    )
    .join(', ');
}

function story(visit: WholeVisitAnswer): string[] {
  const { decision, trace, notifications } = visit;
  const lines = [announcement(visit), `${localTime(visit.startedMs)}, by ${plain(visit.source)}, visit ${visit.id}`];
  if (decision !== null) {
    const { framesSeen, framesWithFace, framesUsable, agreement, thresholds, candidates, sure } = decision;
    const [nearest] = candidates;
    if (sure !== undefined && nearest !== undefined) lines.push(surenessText(nearest.name, sure));
    lines.push(
      `${framesSeen} frames, ${framesWithFace} with a face, ${framesUsable} usable; ${Math.round(agreement * 100)} % agree`,
    );
    lines.push(
      `known up to ${thresholds.known.toFixed(2)}, probably up to ${thresholds.probably.toFixed(2)}, margin ${thresholds.margin}`,
    );
    lines.push(
      ...table(
        candidates.map(({ name, distance, frames }) => [
          `  ${name}`,
          `distance ${distance.toFixed(3)}`,
          `nearest in ${frames}`,
        ]),
      ),
    );
  }
  const more = furtherFields(visit);
  if (more !== '') lines.push(more);
  const milestones = Object.entries(trace).map(([name, durationMs]) => `${name} ${Math.round(durationMs)}`);
  if (milestones.length > 0) lines.push(`ms after the trigger: ${milestones.join(', ')}`);
  for (const { kind, channel, status } of notifications)
    lines.push(`notification "${kind}" through ${channel}: ${status}`);
  return lines;
}

/** "Ada: 98 % sure". Nobody is ever certain. */
function surenessText(name: string, sure: number): string {
  const percent = 100 * sure;
  if (percent > mostPercent) return `${plain(name)}: more than ${mostPercent} % sure`;
  return percent < 1 ? `${plain(name)}: hardly, less than 1 % sure` : `${plain(name)}: ${Math.floor(percent)} % sure`;
}

const mostPercent = 99;
