import { explainSettings, maskedValue, type ExplainedSetting } from '../settings/explain.ts';
import { loadSettings, settingsFolder } from '../settings/load.ts';
import { didYouMean } from '../settings/nearest.ts';
import { exitCodes, jsonOption, misused, type Command } from './command.ts';
import { printJson } from './reach.ts';
import { table } from './text.ts';

/** What holds, and why. */
export const settingsCommand: Command = {
  name: 'settings',
  aliases: ['settings list'],
  summary: 'List the settings, and where each value came from',
  parameters: { text: '[KEY]', min: 0, max: 1 },
  description:
    'What the next start will take: defaults < doorward.toml and settings.d/*.toml < the device’s own (settings set)\n' +
    '< variables (DOORWARD_SECTION_KEY) < credentials of the service (/etc/credstore/doorward.SECTION.KEY, which only the\n' +
    'bell itself sees) < flags (--section.key=value).',
  options: jsonOption,
  takesSettings: true,
  async run(context) {
    const { disk, home, environment, settingFlags, terminal } = context;
    const device = await context.appliance.deviceSettings(home);
    const loaded = await loadSettings({
      disk,
      home,
      folder: settingsFolder(home),
      device,
      environment,
      flags: settingFlags,
    });
    const complaints = [...loaded.complaints, ...loaded.flagComplaints];
    const all = explainSettings(loaded).map((setting) => ({ ...setting, value: maskedValue(setting) }));
    const [key] = context.args;
    const shown = key === undefined ? all : all.filter((one) => one.key === key || one.key.startsWith(`${key}.`));
    if (shown.length === 0) {
      const meant = didYouMean(
        key ?? '',
        all.map((one) => one.key),
      );
      return misused(context, 'settings', `cannot show ${JSON.stringify(key)}: there is no such setting${meant}`);
    }
    if (context.flags.isSet('json')) printJson(context, { settings: shown, complaints });
    else for (const line of linesOf(shown, shown.length === 1)) terminal.print(line);
    for (const complaint of complaints) terminal.complain(complaint);
    return complaints.length === 0 ? exitCodes.done : exitCodes.failed;
  },
};

function linesOf(settings: readonly ExplainedSetting[], isOne: boolean): string[] {
  const rows = settings.map(({ key, value, origin, description }) => [key, JSON.stringify(value), origin, description]);
  return isOne ? rows.flat() : table(rows);
}
