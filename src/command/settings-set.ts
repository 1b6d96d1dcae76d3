import { complaintAboutValues, maskedValue } from '../settings/explain.ts';
import { valueOfText } from '../settings/layers.ts';
import { didYouMean } from '../settings/nearest.ts';
import { settingKeys } from '../settings/setting-keys.ts';
import { settingsAnswer } from './answers.ts';
import { exitCodes, misused, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, reach } from './reach.ts';

/** Says that the value comes through standard input: what is typed can be read in the list of processes. */
const fromInput = '-';

/** Keeps a value in the device. */
export const settingsSetCommand: Command = {
  name: 'settings set',
  summary: 'Set one of the device’s own settings, for the next start',
  parameters: { text: 'KEY VALUE', min: 1, max: 2 },
  description:
    'Works whether or not the bell runs. Variables and flags of the next start still go first. The value - is read from\n' +
    'standard input, as a secret should be: doorward settings set notify.webhookSecret - < FILE',
  run: async (context) => {
    const [key, typed] = keyAndValue(context.args);
    if (typed === undefined) return misused(context, 'settings set', `cannot set ${key} without a value: KEY VALUE`);
    const known = settingKeys().find((one) => one.key === key);
    if (known === undefined)
      return misused(context, 'settings set', complaintAboutValues({ [key]: typed }, {}) ?? `cannot set ${key}`);
    const text = typed === fromInput ? (await context.readInput()).replace(/\r?\n$/, '') : typed;
    const value = valueOfText(known, text);
    const misfit = complaintAboutValues({ [key]: value }, {}); // Together with the rest it is judged where it is kept.
    if (misfit !== undefined) return misused(context, 'settings set', misfit);
    const shown = known.isSecret ? 'set' : JSON.stringify(maskedValue({ value, isSecret: false }));
    const code = await changeSetting(context, { key, value, done: `${key} will be ${shown} from the next start` });
    if (known.isSecret && typed !== fromInput)
      context.terminal.complain(
        `What was typed can be read in the list of processes: next time, settings set ${key} -`,
      );
    return code;
  },
};

/** `KEY VALUE`, and `KEY=VALUE` too: flags are written so. */
function keyAndValue([first = '', second]: readonly string[]): readonly [key: string, value: string | undefined] {
  const equals = first.indexOf('=');
  if (second !== undefined || equals < 0) return [first, second];
  return [first.slice(0, equals), first.slice(equals + 1)];
}

/** Changes one of the device's own settings; null removes it. Nothing has to run for it, and nothing is started. */
export async function changeSetting(
  context: CommandContext,
  change: { key: string; value: unknown; done: string },
): Promise<ExitCode> {
  const { appliance, environment, home, terminal } = context;
  const changes = { [change.key]: change.value };
  if ((await context.findRunning(home.root)) !== undefined)
    return reach(context, async (client) => {
      const changed = await client.ask({ method: 'PATCH', path: '/api/v1/settings', json: changes }, settingsAnswer);
      if (changed.outcome !== 'answered') return failed(context, changed);
      terminal.print(change.done);
      return exitCodes.done;
    });
  const changed = await appliance.changeSettings({ home, environment, changes });
  if (changed.outcome === 'changed') {
    terminal.print(change.done);
    return exitCodes.done;
  }
  terminal.complain(changed.message);
  return changed.isMachineToBlame === true ? exitCodes.unavailable : exitCodes.failed;
}

/** Says that there is no such setting, and which was probably meant. */
export function noSuchSetting(act: string, key: string): string {
  const names = settingKeys().map((one) => one.key);
  return `cannot ${act} ${JSON.stringify(key)}: there is no such setting${didYouMean(key, names)}`;
}
