import type { TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { settingsSchema } from './settings-schema.ts';
import { textKinds, type TextKind } from './text-kinds.ts';

/** One setting as people name it. */
export interface SettingKey {
  /** `camera.framesPerSecond` */
  readonly key: string;
  readonly section: string;
  readonly name: string;
  /** `DOORWARD_CAMERA_FRAMES_PER_SECOND` */
  readonly variable: string;
  readonly schema: TSchema;
  readonly default: unknown;
  /** What holds when it was said and cannot be used: the default may do harm where something else was meant. */
  readonly safe: unknown;
  readonly description: string;
  /** Its value is never shown. The schema's word is the only one on this. */
  readonly isSecret: boolean;
}

/** Every setting of the schema, in its order. */
export function settingKeys(): readonly SettingKey[] {
  return Object.entries(settingsSchema.properties).flatMap(([section, part]) =>
    Object.entries<TSchema>(part.properties).map(([name, schema]) => keyOf(section, name, schema)),
  );
}

/** Names that settings had in earlier releases, and what they are called now. */
export const formerKeys: Readonly<Record<string, string>> = { 'update.timeZone': 'household.timeZone' };

/** Settings of earlier releases that nothing reads any more, and why. Whoever still says one is told; the bell starts. */
export const retiredKeys: Readonly<Record<string, string>> = {
  'recognition.known':
    'how near a face must be follows from the household; recognition.strangersPerKnown says how many strangers may be',
  'recognition.probably':
    'how near a face must be follows from the household; recognition.strangersPerName says how many strangers may be',
  'recognition.margin': 'it is part of how sure a name is',
  'recognition.sharpnessMin':
    'it refused half of the good faces; recognition.detailMin tells blurred ones by another measure',
  'recognition.lightMin': 'faces in the dark and before a bright sky are recognised',
};

/** `DOORWARD_CAMERA_FRAMES_PER_SECOND` */
export function variableOf(key: string): string {
  return `DOORWARD_${key.replace('.', '_').replaceAll(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase();
}

function keyOf(section: string, name: string, schema: TSchema): SettingKey {
  const { default: fallback, description, secret, safe }: Expected & TSchema = schema;
  const key = `${section}.${name}`;
  return {
    key,
    section,
    name,
    variable: variableOf(key),
    schema,
    default: fallback,
    safe,
    description: String(description),
    isSecret: secret === true,
  };
}

/** The parts of JSON Schema that the settings use, and ours. */
interface Expected {
  readonly default?: unknown;
  readonly description?: unknown;
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly anyOf?: readonly { readonly const: string }[];
  readonly minItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** What the pattern asks for, in words: a pattern has none of its own. */
  readonly expectation?: string;
  /** What kind of text it is: judged by more than a pattern, with its own words. */
  readonly kind?: TextKind;
  /** Its value is shown to nobody. */
  readonly secret?: boolean;
  readonly safe?: unknown;
}

/** No setting needs one, and files, terminals and other programs are confused by them. */
const controlCharacter = /\p{Cc}/u;

/** Why a value does not fit its setting, as the end of a sentence: "true or false was expected"; undefined when it fits. */
export function misfitOf({ schema }: Pick<SettingKey, 'schema'>, value: unknown): string | undefined {
  const { kind }: Expected = schema;
  const judge = kind === undefined ? undefined : textKinds[kind];
  if (typeof value === 'string' && controlCharacter.test(value))
    return 'a text without control characters was expected';
  if (Check(schema, value) && (judge === undefined || (typeof value === 'string' && judge.holds(value))))
    return undefined;
  const because = judge?.because === undefined ? '' : `: ${judge.because}`;
  return `${expectationOf(schema)} was expected${because}`;
}

/** What a schema asks for, in words: "a whole number from 160 to 1920". */
export function expectationOf(schema: TSchema): string {
  const { type, minimum, maximum, multipleOf, anyOf, minItems, maxLength, pattern, expectation, kind }: Expected =
    schema;
  if (kind !== undefined) return textKinds[kind].expectation;
  if (expectation !== undefined) return expectation;
  if (anyOf !== undefined) return `one of ${anyOf.map((one) => one.const).join(', ')}`;
  const range = minimum === undefined ? '' : ` from ${minimum} to ${maximum}`;
  const step = multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`;
  if (type === 'integer') return `a whole number${range}${step}`;
  if (type === 'number') return `a number${range}${step}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'array') return `${minItems} numbers from 0 to 1`;
  if (pattern !== undefined) throw new Error(`cannot say what ${pattern} asks for: the schema needs an expectation`);
  return maxLength === undefined ? 'a text' : `a text of at most ${maxLength} characters`;
}
