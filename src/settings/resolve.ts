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

const secondMs = 1000;
const frameBytesPerPixel = 1.5;

const rules: readonly Rule[] = [
  {
    keys: ['recognition.strangersPerName', 'recognition.strangersPerKnown'],
    holds: ({ recognition }) => recognition.strangersPerName <= recognition.strangersPerKnown,
    complaint: 'recognition.strangersPerKnown must be at least recognition.strangersPerName',
  },
  {
    keys: ['button.holdMs', 'button.stuckMs'],
    holds: ({ button }) => button.holdMs < button.stuckMs,
    complaint: 'button.holdMs must be less than button.stuckMs',
  },
  {
    keys: ['button.debounceMs', 'button.holdMs'],
    holds: ({ button }) => button.debounceMs < button.holdMs,
    complaint: 'button.debounceMs must be less than button.holdMs',
  },
  {
    keys: ['camera.framesPerSecond', 'camera.stallMs'],
    holds: ({ camera }) => camera.stallMs * camera.framesPerSecond >= 2 * secondMs,
    complaint: 'camera.stallMs must be at least the time of two frames, or every frame would come too late',
  },
  {
    keys: ['camera.width', 'camera.height', 'camera.ringBytesMax'],
    holds: ({ camera }) => camera.width * camera.height * frameBytesPerPixel <= camera.ringBytesMax,
    complaint: 'camera.ringBytesMax must have room for one frame, which takes camera.width x camera.height x 1.5 bytes',
  },
  {
    keys: ['gate.errorPercent', 'gate.errorPercentTwoMinutes', 'gate.errorPercentAtOnce'],
    holds: ({ gate }) =>
      gate.errorPercent <= gate.errorPercentTwoMinutes && gate.errorPercentTwoMinutes <= gate.errorPercentAtOnce,
    complaint: 'gate.errorPercent, gate.errorPercentTwoMinutes and gate.errorPercentAtOnce must not fall, in this order',
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

/** Layers of which every value holds, and what was left out for that. */
export interface Settled {
  readonly layers: readonly Layer[];
  /** What broke a rule. */
  readonly complaints: readonly string[];
  /** By `section.key`: the complaint about a value that was said and does not hold. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Leaves out what cannot be used, and puts what holds instead below all other layers: the last good value, or what is safe.
 * What breaks a rule goes from all layers; when the last good values break one too, the defaults hold, which break none.
 */
export function settle(layers: readonly Layer[], lastGood: Layer | undefined): Settled {
  const refused = new Map(layers.flatMap((layer) => [...(layer.refused ?? [])]));
  const isAnyUnknown = layers.some((layer) => layer.isUnreadable === true);
  const ruledOut = new Set<string>();
  const ruledOutTwice = new Set<string>();
  const complaints: string[] = [];
  for (let round = 0; round <= 2 * rules.length; round += 1) {
    const isMissing = (key: string): boolean => isAnyUnknown || refused.has(key);
    const below = standIns((key) => isMissing(key) && !ruledOutTwice.has(key), lastGood);
    const settled = [below, ...layers.map((layer) => withoutKeys(layer, ruledOut))];
    const broken = brokenRules(resolveLayers(settled));
    if (broken.length === 0) return { layers: settled, complaints, refused };
    for (const { keys, complaint } of broken) {
      complaints.push(complaint);
      for (const key of keys) (ruledOut.has(key) ? ruledOutTwice : ruledOut).add(key);
      for (const key of keys) refused.set(key, complaint);
    }
  }
  return { layers: [], complaints, refused }; // The defaults, which no rule refuses.
}

/** What holds instead of values that are missing: the last good ones, and where there are none, safe ones. */
function standIns(isMissing: (key: string) => boolean, lastGood: Layer | undefined): Layer {
  const chosen = new Map<string, Chosen>();
  for (const { key, safe } of settingKeys()) {
    if (!isMissing(key)) continue;
    const good = lastGood?.chosen.get(key);
    if (good !== undefined) chosen.set(key, good);
    else if (safe !== undefined)
      chosen.set(key, { value: safe, origin: 'what is safe, as long as nothing usable is said' });
  }
  return { chosen, complaints: [] };
}

function withoutKeys(layer: Layer, keys: ReadonlySet<string>): Layer {
  return { ...layer, chosen: new Map([...layer.chosen].filter(([key]) => !keys.has(key))) };
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
