import type { TSchema } from 'typebox';
import { settingsSchema } from './settings-schema.ts';

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
  readonly description: string;
  /** Its value is never shown. */
  readonly isSecret: boolean;
}

/** Every setting of the schema, in its order. */
export function settingKeys(): readonly SettingKey[] {
  return Object.entries(settingsSchema.properties).flatMap(([section, part]) =>
    Object.entries<TSchema>(part.properties).map(([name, schema]) => keyOf(section, name, schema)),
  );
}

function keyOf(section: string, name: string, schema: TSchema): SettingKey {
  const { default: fallback, description }: { default?: unknown; description?: unknown } = schema;
  return {
    key: `${section}.${name}`,
    section,
    name,
    variable: `DOORWARD_${section}_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase(),
    schema,
    default: fallback,
    description: String(description),
    isSecret: /secret|password/i.test(name),
  };
}

/** The parts of JSON Schema that the settings use. */
interface Expected {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly anyOf?: readonly { readonly const: string }[];
  readonly minItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** Ours: what the pattern asks for, in words. */
  readonly expectation?: string;
}

/** What a schema asks for, in words: "a whole number from 160 to 1920". */
export function expectationOf(schema: TSchema): string {
  const { type, minimum, maximum, multipleOf, anyOf, minItems, maxLength, pattern, expectation }: Expected = schema;
  if (expectation !== undefined) return expectation;
  if (anyOf !== undefined) return `one of ${anyOf.map((one) => one.const).join(', ')}`;
  const range = minimum === undefined ? '' : ` from ${minimum} to ${maximum}`;
  const step = multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`;
  if (type === 'integer') return `a whole number${range}${step}`;
  if (type === 'number') return `a number${range}${step}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'array') return `${minItems} numbers from 0 to 1`;
  if (pattern !== undefined) return 'a time span like 22:00-07:00, or nothing';
  return maxLength === undefined ? 'a text' : `a text of at most ${maxLength} characters`;
}
