import type { Command } from './command.ts';
import { changeSetting } from './settings-set.ts';

/** Lets files and defaults decide again. */
export const settingsUnsetCommand: Command = {
  name: 'settings unset',
  summary: 'Remove one of the device’s own settings: files and defaults hold again',
  parameters: { text: 'KEY', min: 1, max: 1 },
  run: (context) => {
    const [key = ''] = context.args;
    return changeSetting(context, { key, value: null, done: `${key} is no longer set in the device` });
  },
};
