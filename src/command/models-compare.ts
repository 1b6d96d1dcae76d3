import type { Static } from 'typebox';
import { comparisonAnswer } from './answers.ts';
import type { ApiClient, ApiResult } from './api-client.ts';
import { exitCodes, jsonOption, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, printJson, reach } from './reach.ts';
import { plain, table } from './text.ts';

type Comparison = Static<typeof comparisonAnswer>;
type Side = Comparison['sides'][number];

const lookMs = 500;

/** Another pack beside the one in use. */
export const modelsCompareCommand: Command = {
  name: 'models compare',
  summary: 'Hold a model pack against the one in use, on the kept faces of this house',
  parameters: { text: 'PACK', min: 1, max: 1 },
  description:
    'Embeds the kept faces with PACK in the background and changes nothing. Each picture of a person is then taken out and\n' +
    'looked up among the others, and each face of a stranger too. Goes on when it is interrupted: ask again to see it.',
  options: jsonOption,
  run: (context) => reach(context, (client) => compare(context, client)),
};

async function compare(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const [name = ''] = context.args;
  const path = '/api/v1/models/compare';
  const before = await client.ask({ method: 'GET', path }, comparisonAnswer);
  const isUnderWay = before.outcome === 'answered' && before.body.state === 'running' && before.body.pack === name;
  let now: ApiResult<Comparison> = isUnderWay
    ? before
    : await client.ask({ method: 'POST', path, json: { name } }, comparisonAnswer);
  while (now.outcome === 'answered' && now.body.state === 'running' && !context.signal.aborted) {
    context.terminal.progress(`${plain(name)} has embedded ${now.body.embedded} of ${now.body.faces} faces…`);
    await context.clock.sleep(lookMs, context.signal);
    now = await client.ask({ method: 'GET', path }, comparisonAnswer);
  }
  context.terminal.progress('');
  if (now.outcome !== 'answered') return failed(context, now);
  if (now.body.state !== 'done') {
    context.terminal.complain(plain(now.body.message ?? `cannot tell yet how ${name} compares: ask again`));
    return exitCodes.failed;
  }
  if (context.flags.isSet('json')) return printJson(context, now.body);
  const [used, other] = now.body.sides;
  if (used !== undefined && other !== undefined)
    for (const line of table(rowsOf(used, other))) context.terminal.print(line);
  context.terminal.print(plain(now.body.verdict ?? ''));
  return exitCodes.done;
}

function rowsOf(used: Side, other: Side): readonly (readonly string[])[] {
  const row = (what: string, say: (side: Side) => string): readonly string[] => [what, say(used), say(other)];
  return [
    ['', plain(used.name), plain(other.name)],
    row('pictures of people, each looked up among the others', ({ pictures }) => `${pictures}`),
    row('  named', ({ known }) => `${known}`),
    row('  named with “probably”', ({ probably }) => `${probably}`),
    row('  missed, although there is another picture', ({ missed }) => `${missed}`),
    row('  of somebody who has no other', aloneOf),
    row('  given somebody else’s name', ({ wrong }) => `${wrong}`),
    row('distance to the person’s own nearest picture, median', ({ samePerson }) => near(samePerson)),
    row('distance to the nearest of anybody else, median', ({ otherPerson }) => near(otherPerson)),
    row('  at the least', ({ nearestOther }) => near(nearestOther)),
    row('faces of strangers given a name', ({ strangersNamed, strangers }) => `${strangersNamed} of ${strangers}`),
    row('  the nearest of them', ({ nearestStranger }) => near(nearestStranger)),
    row('time of one embedding', ({ embedMs }) => (embedMs === null ? '-' : `${Math.round(embedMs)} ms`)),
  ];
}

/** Nobody can be told by one picture when that is taken out. */
function aloneOf({ pictures, known, probably, missed, wrong }: Side): string {
  return `${pictures - known - probably - missed - wrong}`;
}

function near(distance: number | null): string {
  return distance === null ? '-' : distance.toFixed(2);
}
