import { explainSettings, maskedValue, type ExplainedSetting } from '../settings/explain.ts';
import { loadSettings, settingsFolder, type LoadedSettings } from '../settings/load.ts';
import { expectationOf, settingKeys, variableOf } from '../settings/setting-keys.ts';
import { exitCodes, jsonOption, misused, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { printJson } from './reach.ts';
import { noSuchSetting } from './settings-set.ts';
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
    'bell itself sees) < flags (--section.key=value). What cannot be used is left out, and told.',
  options: jsonOption,
  takesSettings: true,
  async run(context) {
    const loaded = await loadHere(context);
    const all = shownSettings(loaded);
    const [key] = context.args;
    const shown = key === undefined ? all : all.filter((one) => one.key === key || one.key.startsWith(`${key}.`));
    if (shown.length === 0) return misused(context, 'settings', noSuchSetting('show', key ?? ''));
    const complaints = [...loaded.complaints, ...loaded.flagComplaints, ...loaded.warnings];
    if (context.flags.isSet('json')) printJson(context, { settings: shown, complaints });
    else for (const line of linesOf(shown, shown.length === 1)) context.terminal.print(line);
    return tell(context, loaded);
  },
};

/** One setting with everything that can be said of it. */
export const settingsExplainCommand: Command = {
  name: 'settings explain',
  summary: 'Explain a setting: what it means, what it may be, what holds, and why',
  parameters: { text: '[KEY]', min: 0, max: 1 },
  description: 'Without KEY it explains whatever was said and does not hold. Works whether or not the bell runs.',
  options: jsonOption,
  takesSettings: true,
  async run(context) {
    const loaded = await loadHere(context);
    const [key] = context.args;
    const asked = shownSettings(loaded)
      .filter((one) => (key === undefined ? loaded.refused.has(one.key) : one.key === key))
      .map((setting) => explained(setting, loaded));
    if (key !== undefined && asked.length === 0)
      return misused(context, 'settings explain', noSuchSetting('explain', key));
    if (context.flags.isSet('json')) printJson(context, { settings: asked, complaints: loaded.complaints });
    else if (asked.length === 0) context.terminal.print('everything that is set holds');
    else for (const line of asked.flatMap(storyOf)) context.terminal.print(line);
    return tell(context, loaded);
  },
};

/** The settings as an appliance of this home would have them. */
export async function loadHere(context: CommandContext): Promise<LoadedSettings> {
  const { disk, home, environment, settingFlags } = context;
  const device = await context.appliance.deviceSettings(home);
  return loadSettings({ disk, home, folder: settingsFolder(home), device, environment, flags: settingFlags });
}

function shownSettings(loaded: LoadedSettings): readonly ExplainedSetting[] {
  return explainSettings(loaded).map((setting) => ({ ...setting, value: maskedValue(setting) }));
}

function tell({ terminal }: CommandContext, loaded: LoadedSettings): ExitCode {
  const complaints = [...loaded.complaints, ...loaded.flagComplaints];
  for (const complaint of [...complaints, ...loaded.warnings]) terminal.complain(complaint);
  return complaints.length === 0 ? exitCodes.done : exitCodes.failed;
}

interface Explained extends ExplainedSetting {
  readonly default: unknown;
  readonly expected: string;
  readonly variable: string;
  /** Why a value that was said somewhere does not hold. */
  readonly complaint: string | null;
}

function explained(setting: ExplainedSetting, { refused }: LoadedSettings): Explained {
  const { key } = setting;
  const known = settingKeys().find((one) => one.key === key);
  const expected = known === undefined ? '' : expectationOf(known.schema);
  const complaint = refused.get(key) ?? null;
  return { ...setting, default: known?.default, expected, variable: variableOf(key), complaint };
}

function storyOf({
  key,
  value,
  origin,
  description,
  default: fallback,
  expected,
  variable,
  complaint,
}: Explained): string[] {
  return [
    `${key}: ${description}`,
    ...table([
      ['  holds', JSON.stringify(value)],
      ['  from', origin],
      ['  default', JSON.stringify(fallback)],
      ['  may be', expected],
      ['  set it', `doorward settings set ${key} VALUE, ${variable}, or --${key}=VALUE`],
      ...(complaint === null ? [] : [['  left out', complaint]]),
    ]),
  ];
}

function linesOf(settings: readonly ExplainedSetting[], isOne: boolean): string[] {
  const rows = settings.map(({ key, value, origin, description }) => [key, JSON.stringify(value), origin, description]);
  return isOne ? rows.flat() : table(rows);
}
