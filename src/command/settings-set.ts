import { didYouMean } from '../settings/nearest.ts';
import { valueOfText } from '../settings/layers.ts';
import { complaintAboutChanges } from '../settings/explain.ts';
import { settingKeys } from '../settings/setting-keys.ts';
import { settingsAnswer } from './answers.ts';
import { exitCodes, misused, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, reach } from './reach.ts';

/** Keeps a value in the device. */
export const settingsSetCommand: Command = {
  name: 'settings set',
  summary: 'Set one of the device’s own settings, for the next start',
  parameters: { text: 'KEY VALUE', min: 2, max: 2 },
  description: 'Variables and flags of the next start still go first.',
  run: async (context) => {
    const [key = '', text = ''] = context.args;
    const known = settingKeys().find((one) => one.key === key);
    if (known === undefined) {
      const meant = didYouMean(
        key,
        settingKeys().map((one) => one.key),
      );
      return misused(context, 'settings set', `cannot set ${JSON.stringify(key)}: there is no such setting${meant}`);
    }
    const value = valueOfText(known, text);
    const complaint = complaintAboutChanges({ [key]: value }, await context.appliance.deviceSettings(context.home));
    if (complaint !== undefined) return misused(context, 'settings set', complaint);
    return changeSetting(context, {
      key,
      value,
      done: `${key} will be ${known.isSecret ? 'set' : JSON.stringify(value)} from the next start`,
    });
  },
};

/** Changes one of the device's own settings through the appliance; null removes it. */
export function changeSetting(
  context: CommandContext,
  change: { key: string; value: unknown; done: string },
): Promise<ExitCode> {
  return reach(context, async (client) => {
    const json = { [change.key]: change.value };
    const changed = await client.ask({ method: 'PATCH', path: '/api/v1/settings', json }, settingsAnswer);
    if (changed.outcome !== 'answered') return failed(context, changed);
    context.terminal.print(change.done);
    return exitCodes.done;
  });
}
