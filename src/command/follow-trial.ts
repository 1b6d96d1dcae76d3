import { historyAnswer, updateAnswer, type PastTrial, type UpdateAnswer } from './answers.ts';
import type { ApiClient, ApiResult } from './api-client.ts';
import { exitCodes, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed } from './reach.ts';
import { plain } from './text.ts';
import { nowWords, trialLines } from './trial-words.ts';

const lookAgainMs = 500;
/** At a hand-over connections end; a device that starts again takes a while. */
const silentMsMax = 60_000;
/** A look that has not begun after this time has happened between two of ours. */
const settleMs = 5000;
/** The updater waits, and nothing more will come of this look. */
const finalWaits: ReadonlySet<string> = new Set(['nothing-new', 'rejected', 'not-newer']);

/** What was known before the act that is followed. */
export interface Before {
  readonly trials: ReadonlySet<string>;
  readonly refusedFile: string | undefined;
  /** Files that were set aside already. */
  readonly asides: ReadonlySet<string>;
}

export interface Following {
  readonly before: Before;
  /** The pushed file as the appliance calls it; undefined when it was asked to look. */
  readonly name: string | undefined;
}

/** The state before anything is asked for, or why it cannot be had. */
export async function lookBefore(
  client: ApiClient,
): Promise<Before | Exclude<ApiResult<unknown>, { outcome: 'answered' }>> {
  const history = await client.ask({ method: 'GET', path: '/api/v1/update/history' }, historyAnswer);
  if (history.outcome !== 'answered') return history;
  const update = await client.ask({ method: 'GET', path: '/api/v1/update' }, updateAnswer);
  if (update.outcome !== 'answered') return update;
  const trials = new Set(history.body.trials.map(({ id }) => id));
  const { refusal, setAside = [] } = update.body;
  return { trials, refusedFile: refusal?.file, asides: new Set(setAside.map(({ file }) => file)) };
}

/** Tells what the updater does until a trial has ended, or until nothing comes of the look. */
export async function followTrial(context: CommandContext, client: ApiClient, following: Following): Promise<ExitCode> {
  const { clock, signal, terminal } = context;
  const startedMs = clock.uptimeMs();
  let answeredMs = startedMs;
  let hasMoved = false;
  let told = '';
  while (!signal.aborted) {
    const ended = await endedTrial(client, following.before);
    if (ended !== undefined) return tellEnd(context, ended);
    const answer = await client.ask({ method: 'GET', path: '/api/v1/update' }, updateAnswer);
    const nowMs = clock.uptimeMs();
    if (answer.outcome === 'answered') {
      const update = answer.body;
      answeredMs = nowMs;
      const aside = asideOf(update, following);
      if (aside !== undefined) return tellAside(context, aside);
      if (update.phase !== 'wait') hasMoved = true;
      if (update.phase === 'wait' && (hasMoved || nowMs - startedMs > settleMs))
        return conclude(context, update, { ...following, ended: await endedTrial(client, following.before) });
      if (update.phase !== 'wait' && told !== update.words) terminal.print(plain(update.words));
      told = update.words;
      terminal.progress(nowWords(update));
    } else if (answer.outcome === 'refused' || nowMs - answeredMs > silentMsMax) return failed(context, answer);
    await clock.sleep(lookAgainMs, signal);
  }
  terminal.complain('stopped watching; the update goes on: see doorward status');
  return exitCodes.failed;
}

type Aside = NonNullable<UpdateAnswer['setAside']>[number];

/** What became of the pushed file when it cannot be taken: the updater may go on with others. */
function asideOf({ setAside = [] }: UpdateAnswer, { name, before }: Following): Aside | undefined {
  if (name === undefined) return undefined;
  return setAside.find(({ file }) => file.startsWith(`pushed-${name}:`) && !before.asides.has(file));
}

function tellAside({ terminal }: CommandContext, { reason, message, againMs }: Aside): ExitCode {
  terminal.progress('');
  const what = againMs === null ? 'the release file was refused' : 'the release file is kept, and cannot be taken now';
  terminal.complain(`${what} (${plain(reason)}): ${plain(message)}`);
  return exitCodes.failed;
}

async function endedTrial(client: ApiClient, before: Before): Promise<PastTrial | undefined> {
  const history = await client.ask({ method: 'GET', path: '/api/v1/update/history' }, historyAnswer);
  return history.outcome === 'answered' ? history.body.trials.find(({ id }) => !before.trials.has(id)) : undefined;
}

function tellEnd({ terminal }: CommandContext, trial: PastTrial): ExitCode {
  terminal.progress('');
  for (const line of trialLines(trial)) terminal.print(line);
  return trial.outcome === 'committed' ? exitCodes.done : exitCodes.failed;
}

/** The updater rests, and no trial has ended: what became of it. */
function conclude(
  context: CommandContext,
  update: UpdateAnswer,
  { name, before, ended }: Following & { readonly ended: PastTrial | undefined },
): ExitCode {
  const { terminal } = context;
  if (ended !== undefined) return tellEnd(context, ended); // It ended between two looks.
  terminal.progress('');
  const { refusal, waitsFor, words, problem, running } = update;
  if (refusal !== null && refusal.file !== before.refusedFile) {
    terminal.complain(`the release file was refused (${plain(refusal.reason)}): ${plain(refusal.message)}`);
    return exitCodes.failed;
  }
  if (waitsFor === 'consent' || waitsFor === 'window') {
    const advice = waitsFor === 'consent' ? 'doorward update --yes agrees to it' : 'the release goes on trial then';
    terminal.print(`${plain(words)}: ${advice}`);
    return exitCodes.done;
  }
  const why = problem === null ? '' : `: ${plain(problem)}`;
  if (name === undefined && problem === null && finalWaits.has(waitsFor ?? '')) {
    terminal.print(`${plain(words)}; release ${plain(running.version)} runs`);
    return exitCodes.done;
  }
  terminal.complain(`cannot update now: ${plain(words)}${why}`);
  return exitCodes.failed;
}
