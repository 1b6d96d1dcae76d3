import { resolve } from 'node:path';
import { doneAnswer, updateAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { followTrial, lookBefore } from './follow-trial.ts';
import { isSick, layRelease } from './lay-release.ts';
import { pushRelease } from './push-release.ts';
import { failed, reach } from './reach.ts';

/** A new release exists. */
export const updateCommand: Command = {
  name: 'update',
  summary: 'Update the appliance from a release file, or look for a release now, and follow the trial',
  parameters: { text: '[FILE]', min: 0, max: 1 },
  description:
    'Without FILE, all sources are asked. A push that was cut goes on where it stopped. Exit code 0 when the release was\n' +
    'committed, or nothing newer was found; 1 when it was refused or reverted, with the reason. Where the web server is\n' +
    'at fault, FILE is laid into the home by hand, the updater finds it there, and nothing is followed.',
  options: {
    'yes': { type: 'boolean', description: 'Agree to the release that waits for consent' },
    'no-wait': { type: 'boolean', description: 'Do not follow the trial' },
  }, // prettier-ignore
  run: (context) => reach(context, (client) => update(context, client), { mustRun: 'update' }),
};

async function update(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const [file] = context.args;
  const path = file === undefined ? undefined : resolve(context.workingFolder, file);
  const before = await lookBefore(client);
  if ('outcome' in before)
    return path !== undefined && isSick(before) ? layRelease(context, path, before) : failed(context, before);
  const begun = path === undefined ? await look(context, client) : await push(context, client, path);
  if (typeof begun === 'number') return begun;
  if (context.flags.isSet('no-wait')) return exitCodes.done;
  return followTrial(context, client, { before, name: begun.name });
}

type Begun = { readonly name: string | undefined };

async function push(context: CommandContext, client: ApiClient, path: string): Promise<Begun | ExitCode> {
  const pushed = await pushRelease(context, client, path);
  context.terminal.progress('');
  if (pushed.outcome !== 'pushed') return isSick(pushed) ? layRelease(context, path, pushed) : failed(context, pushed);
  context.terminal.print(`pushed ${pushed.name}`);
  return { name: pushed.name };
}

function nothingToAgree({ terminal }: CommandContext): ExitCode {
  terminal.complain('cannot agree: no release is offered; see doorward update without --yes');
  return exitCodes.failed;
}

async function look(context: CommandContext, client: ApiClient): Promise<Begun | ExitCode> {
  if (context.flags.isSet('yes')) {
    const now = await client.ask({ method: 'GET', path: '/api/v1/update' }, updateAnswer);
    if (now.outcome !== 'answered') return failed(context, now);
    if (now.body.offer === null) return nothingToAgree(context);
    const json = { file: now.body.offer.file };
    const agreed = await client.ask({ method: 'POST', path: '/api/v1/update/consent', json }, doneAnswer);
    if (agreed.outcome !== 'answered') return failed(context, agreed);
  }
  const asked = await client.ask({ method: 'POST', path: '/api/v1/update/check' }, doneAnswer);
  return asked.outcome === 'answered' ? { name: undefined } : failed(context, asked);
}
