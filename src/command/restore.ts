import { exitCodes, jsonOption, misused, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext, RestoreAnswer } from './context.ts';
import { printJson } from './reach.ts';
import { bytesText, localTime, table } from './text.ts';

/** Letters of a trial's id that tell it from others. */
const idLetters = 8;

/** Back to what was stored before a trial. */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Go back to what was stored before a trial, and keep what was written since',
  parameters: noParameters,
  options: {
    before: { type: 'string', value: 'TRIAL', description: 'The trial: its version, or the beginning of its id' },
    list: { type: 'boolean', description: 'List the snapshots that there are' },
    ...jsonOption,
  },
  description:
    'For a device whose bell is stopped. What went missing since the snapshot comes back, and what says something else\n' +
    'says again what it said then; visits, people and settings that were added since stay, and so do corrections and\n' +
    'deliveries. What somebody has removed does not come back. What was there before is kept in backups/.',
  async run(context) {
    const before = context.flags.text('before');
    if (context.flags.isSet('list') === (before !== undefined))
      return misused(context, 'restore', 'restore takes --before TRIAL, or --list');
    return before === undefined ? list(context) : restore(context, before);
  },
};

async function list(context: CommandContext): Promise<ExitCode> {
  const snapshots = await context.appliance.snapshots(context.home);
  if (context.flags.isSet('json')) return printJson(context, snapshots);
  if (snapshots.length === 0) context.terminal.print('No snapshot was made yet: the first trial makes one.');
  const rows = snapshots.map(({ number, trialId, version, outcome, bytes }) => [
    trialId?.slice(0, idLetters) ?? String(number),
    localTime(number),
    bytesText(bytes),
    version === undefined ? 'before a trial' : `before ${version}, which was ${outcome}`,
  ]);
  for (const line of table(rows)) context.terminal.print(line);
  return exitCodes.done;
}

async function restore(context: CommandContext, before: string): Promise<ExitCode> {
  const { terminal, appliance, home } = context;
  const answer = await appliance.restore(home, before);
  if (answer.outcome === 'refused') {
    terminal.complain(answer.message);
    return exitCodes.failed;
  }
  if (context.flags.isSet('json')) return printJson(context, answer);
  const { back, since, leftOut, unreadable } = answer.result;
  terminal.print(`stored data is as it was on ${localTime(answer.snapshot.number)}`);
  if (unreadable !== undefined) {
    terminal.complain(`nothing that was written since could be kept: ${unreadable}`);
    terminal.complain('nobody is logged in any more, and tokens and invitations are gone: see doorward access');
  }
  for (const { table: name, rows } of back) terminal.print(`  came back: ${rows} ${words(name)}`);
  for (const { table: name, rows } of since) terminal.print(`  stayed, written since: ${rows} ${words(name)}`);
  if (leftOut > 0) terminal.print(`  left out, because what they belong to is nowhere: ${leftOut} rows`);
  terminal.print(`what was there is kept: ${answer.kept}`);
  return exitCodes.done;
}

/** `device_settings` as people say it. */
function words(name: RestoreAnswer['result']['back'][number]['table']): string {
  return name === 'device_settings' ? 'settings' : name.replaceAll('_', ' ');
}
