import { Check } from 'typebox/value';
import type { Chosen, Layer } from './layers.ts';
import { settingKeys } from './setting-keys.ts';
import { settingsSchema, type Settings } from './settings-schema.ts';

/** What holds, and why. */
export interface Resolved {
  /** Frozen, through and through. */
  readonly settings: Settings;
  /** By `section.key`: `default`, a file, `device`, a variable, a flag. */
  readonly origins: Readonly<Record<string, string>>;
}

/** Values that each are good, and together are not. */
interface Rule {
  readonly keys: readonly string[];
  holds(settings: Settings): boolean;
  readonly complaint: string;
}

const rules: readonly Rule[] = [
  {
    keys: ['recognition.known', 'recognition.probably'],
    holds: ({ recognition }) => recognition.known <= recognition.probably,
    complaint: 'recognition.probably must be at least recognition.known',
  },
  {
    keys: ['recognition.lightMin', 'recognition.lightMax'],
    holds: ({ recognition }) => recognition.lightMin < recognition.lightMax,
    complaint: 'recognition.lightMin must be less than recognition.lightMax',
  },
  {
    keys: ['button.holdMs', 'button.stuckMs'],
    holds: ({ button }) => button.holdMs < button.stuckMs,
    complaint: 'button.holdMs must be less than button.stuckMs',
  },
  {
    keys: ['motion.zone'],
    holds: ({ motion: { zone: [left = 0, top = 0, right = 1, bottom = 1] } }) => left < right && top < bottom,
    complaint: 'motion.zone must be left, top, right, bottom, with left before right and top above bottom',
  },
]; // prettier-ignore

/** Puts layers on top of the defaults, the last one uppermost. */
export function resolveLayers(layers: readonly Layer[]): Resolved {
  const chosen = new Map<string, Chosen>(
    settingKeys().map(({ key, default: value }) => [key, { value, origin: 'default' }]),
  );
  for (const layer of layers) for (const [key, choice] of layer.chosen) chosen.set(key, choice);
  return {
    settings: settingsOf(chosen),
    origins: Object.freeze(Object.fromEntries([...chosen].map(([key, { origin }]) => [key, origin]))),
  };
}

/** What the values break together, with where each was said. */
export function brokenRules(
  resolved: Resolved,
): readonly { readonly keys: readonly string[]; readonly complaint: string }[] {
  return rules
    .filter((rule) => !rule.holds(resolved.settings))
    .map(({ keys, complaint }) => {
      const places = keys.map((key) => `${key} from ${resolved.origins[key] ?? 'nowhere'}`).join(', ');
      return { keys, complaint: `cannot use these settings together: ${complaint} (${places})` };
    });
}

/** The layers without what they say about some keys. */
export function without(layers: readonly Layer[], keys: readonly string[]): readonly Layer[] {
  return layers.map((layer) => ({
    ...layer,
    chosen: new Map([...layer.chosen].filter(([key]) => !keys.includes(key))),
  }));
}

function settingsOf(chosen: ReadonlyMap<string, Chosen>): Settings {
  const sections: Record<string, Record<string, unknown>> = {};
  for (const { key, section, name } of settingKeys()) {
    (sections[section] ??= {})[name] = structuredClone(chosen.get(key)?.value);
  }
  if (!Check(settingsSchema, sections))
    throw new Error('cannot happen: values that were checked one by one do not fit the schema');
  return deepFrozen(sections);
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
}
