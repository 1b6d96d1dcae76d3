import { exitCodes, noParameters, type Command } from './command.ts';
import { logLinesTo } from './log-lines.ts';

/** A release on trial. Started by the appliance that it may replace, and by nobody else. */
export const candidateCommand: Command = {
  name: 'candidate',
  summary: 'Be on trial under the eyes of the running appliance',
  parameters: noParameters,
  isHidden: true,
  options: {
    'demo-household': { type: 'boolean', description: 'As for run' },
  },
  takesSettings: true,
  async run({ terminal, flags, home, environment, settingFlags, appliance, signal }) {
    const ended = await appliance.runCandidate(
      {
        home,
        environment,
        settingFlags,
        isOffDuty: false,
        hasDemoHousehold: flags.isSet('demo-household'),
        writeLog: logLinesTo(terminal),
        terminal,
      },
      signal,
    );
    if (ended.outcome === 'ended') return exitCodes.done;
    terminal.complain(ended.message);
    return exitCodes.usage;
  },
};
