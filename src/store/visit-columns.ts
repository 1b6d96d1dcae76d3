import Type, { type Static, type TNull, type TSchema, type TUnion } from 'typebox';
import { visitOutcomes } from '../system/outcome.ts';

/**
 * What a decision says of a visit in a value of its own: a text or a number, or nothing. Said here once: the column
 * (`lightLux` is `light_lux`), the record, the write, the API's answer with its description, and what `doorward visits ID`
 * tells are made from it. A further one takes a step in migrate.ts that adds its column, a line here, and its value in
 * visit/record.ts.
 */
export const decidedColumns = {
  outcome: Type.Enum([...visitOutcomes]),
  reason: Type.String({ description: 'Why, in words' }),
  doubt: Type.String({
    description: 'That it may be a picture of a face and no face, and why, in words: a warning, and no proof of either',
  }),
};
type Columns = typeof decidedColumns;

/** Each is absent until the visit is decided, and may be so afterwards: an earlier release did not know it. */
export type Decided = { readonly [Name in keyof Columns]?: Static<Columns[Name]> | undefined };
/** As they are read: none of them null. */
export const decidedSchema = Type.Partial(Type.Object(decidedColumns));

/** `lightLux` as SQLite calls it: `light_lux`. */
export function columnOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export type DecidedOrNull = { [Name in keyof Columns]: Static<Columns[Name]> | null };

/** Every one with its value, null for none: for a write, and for the API. */
export function decidedOrNull(decided: Decided): DecidedOrNull {
  const given: Readonly<Record<string, unknown>> = { ...decided };
  const all = Object.keys(decidedColumns).map((name) => [name, given[name] ?? null]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets its keys
  return Object.fromEntries(all) as DecidedOrNull;
}

/** The same fields with null beside each, for the description of an answer. */
export function nullableEach<const Fields extends Readonly<Record<string, TSchema>>>(
  fields: Fields,
): { [Name in keyof Fields]: TUnion<[Fields[Name], TNull]> } {
  const all = Object.entries(fields).map(([name, schema]) => [name, Type.Union([schema, Type.Null()])]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets its keys
  return Object.fromEntries(all) as { [Name in keyof Fields]: TUnion<[Fields[Name], TNull]> };
}
