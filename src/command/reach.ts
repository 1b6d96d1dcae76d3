import { ApiClient, type ApiResult } from './api-client.ts';
import { exitCodes, type ExitCode } from './command.ts';
import type { CommandContext, Running } from './context.ts';
import { plain } from './text.ts';

/**
 * Gives `work` the running appliance of the home; when none runs, one is started off duty for the time of the command,
 * so that there is one way to do things. `mustRun`: the command needs the camera and the bell of a running appliance.
 */
export async function reach(
  context: CommandContext,
  work: (client: ApiClient) => Promise<ExitCode>,
  options: { readonly mustRun?: string } = {},
): Promise<ExitCode> {
  const { terminal, home } = context;
  const running = await context.findRunning(home.root);
  if (running !== undefined && isReachable(running)) {
    context.useTimeZone(running.timeZone ?? '');
    return work(new ApiClient(context, running));
  }
  if (running !== undefined) {
    terminal.complain(
      `cannot reach the appliance: the one with pid ${running.pid} is still starting: try again in a moment`,
    );
    return exitCodes.unavailable;
  }
  if (options.mustRun !== undefined) {
    terminal.complain(`cannot ${options.mustRun}: no doorward runs in ${home.root}: start it with doorward run`);
    return exitCodes.unavailable;
  }
  return offDuty(context, work);
}

/** One that is still starting is not. */
export function isReachable({ address, socket }: Pick<Running, 'address' | 'socket'>): boolean {
  return address !== '' || socket !== undefined;
}

async function offDuty(context: CommandContext, work: (client: ApiClient) => Promise<ExitCode>): Promise<ExitCode> {
  const { terminal, environment, settingFlags, home } = context;
  terminal.progress('starting the models…');
  const started = await context.appliance.start({
    home,
    environment,
    settingFlags,
    isOffDuty: true,
    hasDemoHousehold: false,
    writeLog: (line) => {
      if (environment['DOORWARD_DEBUG'] === '1') terminal.complain(line.trimEnd());
    },
    terminal: undefined,
  });
  terminal.progress('');
  if (started.outcome === 'refused') {
    terminal.complain(started.message);
    return exitCodes.unavailable;
  }
  for (const complaint of await started.complaints) terminal.complain(complaint);
  context.useTimeZone(started.timeZone ?? '');
  try {
    return await work(new ApiClient(context, started));
  } finally {
    await started.stop();
  }
}

/** Tells why the appliance did not do it. */
export function failed(
  context: Pick<CommandContext, 'terminal'>,
  result: Exclude<ApiResult<unknown>, { outcome: 'answered' }>,
): ExitCode {
  context.terminal.complain(plain(result.message));
  return result.outcome === 'unreachable' ? exitCodes.unavailable : exitCodes.failed;
}

/** Prints a value for programs. */
export function printJson(context: Pick<CommandContext, 'terminal'>, value: unknown): ExitCode {
  context.terminal.print(JSON.stringify(value, undefined, 2));
  return exitCodes.done;
}
