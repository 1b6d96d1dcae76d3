import { priorities } from '../system/terminal.ts';
import { exitCodes, noParameters, type Command } from './command.ts';
import { logLinesTo } from './log-lines.ts';

/** The appliance itself. */
export const runCommand: Command = {
  name: 'run',
  summary: 'Run the doorbell until it is told to stop',
  parameters: noParameters,
  description:
    'Standard output says who is at the door. Standard error has the log: JSON lines, each with its\npriority where it goes to the journal, or readable ones on a terminal.\n' +
    'Ctrl-C or SIGTERM end it well: visits under way are finished first.',
  options: {
    'demo-household': {
      type: 'boolean',
      description: 'Enrol two demo visitors at the first start, and ring when one comes',
    },
  },
  takesSettings: true,
  async run({ terminal, flags, home, environment, settingFlags, appliance, signal }) {
    const started = await appliance.start({
      home,
      environment,
      settingFlags,
      isOffDuty: false,
      hasDemoHousehold: flags.isSet('demo-household'),
      writeLog: logLinesTo(terminal),
      terminal,
    });
    if (started.outcome === 'refused') {
      terminal.complain(started.message, priorities.error);
      if (started.isMisused === true) return exitCodes.usage;
      return started.isMachineToBlame === true ? exitCodes.notNow : exitCodes.failed;
    }
    terminal.print(`Doorward runs: ${started.address}`);
    if (started.claim !== undefined) {
      const { code, page } = started.claim;
      terminal.print(`Nobody has claimed it yet: open ${page}, and claim it with the code ${code}`);
    }
    for (const complaint of await started.complaints) terminal.complain(complaint);
    const isLeft = await Promise.race(
      [aborted(signal), started.left?.then(() => true)].filter((end) => end !== undefined),
    );
    if (isLeft !== true) await started.stop();
    return exitCodes.done;
  },
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
