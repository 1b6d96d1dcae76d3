import type { Static } from 'typebox';
import { statusAnswer, updateAnswer, visitsAnswer, type UpdateAnswer, type VisitAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, printJson, reach } from './reach.ts';
import { announcement } from './ring.ts';
import { localTime, plain, table } from './text.ts';
import { durationText, judgeLines, nowWords, phaseWords } from './trial-words.ts';

/** Of a file whose version nobody knows. */
const nameCharactersMax = 60;

/** How the appliance is, on one screen. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'Show how the appliance is: release, slots, trial, camera, last visit',
  parameters: noParameters,
  options: jsonOption,
  run: (context) => reach(context, (client) => show(context, client), { mustRun: 'show how it is' }),
};

interface Sight {
  readonly status: Static<typeof statusAnswer>;
  /** Null when this appliance does not update itself, and then why. */
  readonly update: UpdateAnswer | null;
  readonly whyNot: string;
  readonly lastVisit: VisitAnswer | null;
}

async function show(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const status = await client.ask({ method: 'GET', path: '/api/v1/status' }, statusAnswer);
  if (status.outcome !== 'answered') return failed(context, status);
  const update = await client.ask({ method: 'GET', path: '/api/v1/update' }, updateAnswer);
  const visits = await client.ask({ method: 'GET', path: '/api/v1/visits?limit=1' }, visitsAnswer);
  const sight: Sight = {
    status: status.body,
    update: update.outcome === 'answered' ? update.body : null,
    whyNot: update.outcome === 'answered' ? '' : update.message,
    lastVisit: visits.outcome === 'answered' ? (visits.body.visits[0] ?? null) : null,
  };
  if (context.flags.isSet('json')) {
    const { status: appliance, update: release, lastVisit } = sight;
    return printJson(context, { status: appliance, update: release, lastVisit });
  }
  for (const line of table(rowsOf(sight))) context.terminal.print(line);
  for (const line of judgeLines(sight.update?.trial?.judges)) context.terminal.print(line);
  return exitCodes.done;
}

function rowsOf({ status, update, whyNot, lastVisit }: Sight): string[][] {
  const { camera } = status;
  const why = camera.reason === null ? '' : `: ${camera.reason}`;
  return [
    ['appliance', `${status.health}, up ${durationText(status.uptimeMs)}`],
    ['camera', `${camera.description}, ${camera.state}${why}`],
    ['last visit', lastVisit === null ? 'none yet' : `${localTime(lastVisit.startedMs)}, ${announcement(lastVisit)}`],
    ...(update === null ? [['release', `${status.version}; ${plain(whyNot)}`]] : releaseRows(update)),
  ];
}

function releaseRows(update: UpdateAnswer): string[][] {
  const { running, slots, trial } = update;
  return [
    ['release', `${running.version} in slot ${running.slot}`],
    ...slots.map(({ slot, version, isCommitted }) => [
      `slot ${slot}`,
      `${version ?? 'nothing that could be started'}${isCommitted ? ', committed: power-on starts it' : ''}`,
    ]),
    ...scrubRows(update),
    ['updates', nowWords(update)],
    ...asideRows(update),
    ...aftercareRows(update),
    ...(trial === null || trial.phases.length === 0
      ? []
      : [['trial', `${trial.version}: ${phaseWords(trial.phases)}`]]),
  ];
}

/** What was found and cannot be taken now. */
function asideRows({ setAside = [] }: UpdateAnswer): string[][] {
  return setAside.map(({ file, version, message, againMs }) => {
    const again = againMs === null ? 'removed' : `looked at again in ${durationText(againMs)}`;
    return ['set aside', `${plain(version ?? file.slice(0, nameCharactersMax))}: ${plain(message)}; ${again}`];
  });
}

/** What was committed not long ago, and the way back from it. */
function aftercareRows({ aftercare }: UpdateAnswer): string[][] {
  if (aftercare === undefined || aftercare === null) return [];
  const { version, backTo, leftMs, crashes } = aftercare;
  const back = backTo === null ? 'there is no way back' : `doorward revert goes back to ${plain(backTo)}`;
  const crashed = crashes === 0 ? '' : `, crashed ${crashes} ${crashes === 1 ? 'time' : 'times'}`;
  return [['watched', `${plain(version)} for ${durationText(leftMs)} more${crashed}; ${back}`]];
}

/** What the last reading of both slots has shown; nothing before the first one. */
function scrubRows({ scrub }: UpdateAnswer): string[][] {
  if (scrub === null) return [];
  const { atMs, filesRepaired, damaged } = scrub;
  const mended =
    filesRepaired === 0 ? '' : `, ${filesRepaired} damaged ${filesRepaired === 1 ? 'file' : 'files'} mended`;
  const found = damaged.map(({ slot, message }) => `, slot ${slot} cannot be mended: ${plain(message)}`).join('');
  return [['slots read', `${localTime(atMs)}${mended}${found === '' ? ', whole' : found}`]];
}
