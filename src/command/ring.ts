import { triggerAnswer, visitAnswer, type VisitAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, printJson, reach } from './reach.ts';
import { plain } from './text.ts';

/** A name takes a second; a Pi that swaps takes longer. */
const patienceMs = 30_000;
const lookAgainMs = 200;

/** Somebody is at the door. */
export const ringCommand: Command = {
  name: 'ring',
  summary: 'Ring the bell, and say who is at the door',
  parameters: noParameters,
  options: {
    'no-wait': { type: 'boolean', description: 'Do not wait for the name' },
    ...jsonOption,
  },
  run: (context) => reach(context, (client) => ring(context, client), { mustRun: 'ring' }),
};

async function ring(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { terminal, flags } = context;
  const rung = await client.ask(
    { method: 'POST', path: '/api/v1/trigger', json: { source: 'command' } },
    triggerAnswer,
  );
  if (rung.outcome !== 'answered') return failed(context, rung);
  const { visitId, joined } = rung.body;
  const isJson = flags.isSet('json');
  if (flags.isSet('no-wait')) {
    if (isJson) return printJson(context, rung.body);
    terminal.print(`ringing: visit ${visitId}`);
    return exitCodes.done;
  }
  if (!isJson) terminal.print(joined ? 'ringing… (somebody rang a moment ago: it is the same visit)' : 'ringing…');
  return waitForName(context, client, visitId);
}

async function waitForName(context: CommandContext, client: ApiClient, visitId: string): Promise<ExitCode> {
  const { clock, signal, terminal, flags } = context;
  const untilMs = clock.uptimeMs() + patienceMs;
  while (clock.uptimeMs() < untilMs && !signal.aborted) {
    const visit = await client.ask({ method: 'GET', path: `/api/v1/visits/${visitId}` }, visitAnswer);
    if (visit.outcome !== 'answered') return failed(context, visit);
    if (visit.body.phase === 'decided') {
      if (flags.isSet('json')) return printJson(context, visit.body);
      terminal.print(announcement(visit.body));
      return exitCodes.done;
    }
    await clock.sleep(lookAgainMs, signal);
  }
  terminal.complain(`cannot say who it is: visit ${visitId} is not decided yet: see doorward visits ${visitId}`);
  return exitCodes.failed;
}

/** "Ada is at the door (known): distance 0.31, nobody else is near". */
export function announcement(visit: VisitAnswer): string {
  const name = visit.personName === null ? undefined : plain(visit.personName);
  const why = visit.reason === null ? '' : `: ${plain(visit.reason)}`;
  switch (visit.outcome ?? visit.phase) {
    case 'known':
      return `${name ?? 'Somebody known'} is at the door (known)${why}`;
    case 'probably':
      return `${name ?? 'Somebody known'} is probably at the door (probably)${why}`;
    case 'stranger':
      return `A stranger is at the door (stranger)${why}`;
    case 'no-face':
      return `Somebody rang, and no face was seen (no face)${why}`;
    default: // Not decided yet, or by a release that knows more than these four.
      return `Somebody is at the door (${plain(visit.outcome ?? visit.phase)})${why}`;
  }
}
