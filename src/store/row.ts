import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { refuse } from './fault.ts';
import { StoreFault } from './store.ts';
import { wordsOf } from '../system/error-words.ts';

type Columns = Readonly<Record<string, unknown>>;

/**
 * One row of an answer, or one object of a JSON column, read field by field. What is not as the schema promises is a
 * `corrupt` fault here, not a crash somewhere else later.
 */
export class Row {
  readonly #columns: Columns;
  readonly #place: string;

  /** `place` is for messages: the table, or the table and the JSON column. */
  constructor(place: string, columns: unknown) {
    this.#place = place;
    this.#columns = isRecord(columns) ? columns : {};
  }

  text(column: string): string {
    const value = this.#columns[column];
    return typeof value === 'string' ? value : this.#fail(column);
  }

  maybeText(column: string): string | undefined {
    return this.#isEmpty(column) ? undefined : this.text(column);
  }

  number(column: string): number {
    const value = this.#columns[column];
    return typeof value === 'number' ? value : this.#fail(column);
  }

  maybeNumber(column: string): number | undefined {
    return this.#isEmpty(column) ? undefined : this.number(column);
  }

  oneOf<Word extends string>(column: string, words: readonly Word[]): Word {
    const value = this.#columns[column];
    return words.find((word) => word === value) ?? this.#fail(column);
  }

  maybeOneOf<Word extends string>(column: string, words: readonly Word[]): Word | undefined {
    return this.#isEmpty(column) ? undefined : this.oneOf(column, words);
  }

  /** 32-bit floats, little-endian as every machine that we run on. */
  floats(column: string): Float32Array {
    const value = this.#columns[column];
    if (!(value instanceof Uint8Array) || value.byteLength % Float32Array.BYTES_PER_ELEMENT !== 0) {
      return this.#fail(column);
    }
    const floats = new Float32Array(value.byteLength / Float32Array.BYTES_PER_ELEMENT);
    new Uint8Array(floats.buffer).set(value);
    return floats;
  }

  /** Whatever a column of JSON text holds. */
  json(column: string): unknown {
    try {
      return JSON.parse(this.text(column));
    } catch {
      return this.#fail(column);
    }
  }

  /** These fields from their columns, as a schema has them; a column without a value is no field. */
  fields<Schema extends TSchema>(
    names: readonly string[],
    schema: Schema,
    columnOf: (name: string) => string,
  ): Static<Schema> {
    const read = names.map((name) => [name, this.#columns[columnOf(name)]] as const);
    const fields = Object.fromEntries(read.filter(([, value]) => value !== null && value !== undefined));
    return Check(schema, fields) ? fields : this.#fail(names.map(columnOf).join(', '));
  }

  /** The JSON object in a column. */
  jsonRow(column: string): Row {
    return new Row(`${this.#place}.${column}`, this.json(column));
  }

  maybeJsonRow(column: string): Row | undefined {
    return this.#isEmpty(column) ? undefined : this.jsonRow(column);
  }

  /** An object inside of this one. */
  row(column: string): Row {
    return new Row(`${this.#place}.${column}`, this.#columns[column]);
  }

  maybeRow(column: string): Row | undefined {
    return this.#isEmpty(column) ? undefined : this.row(column);
  }

  /** A list of objects inside of this one. */
  rows(column: string): readonly Row[] {
    const value = this.#columns[column];
    if (!Array.isArray(value)) return this.#fail(column);
    return value.map((item: unknown) => new Row(`${this.#place}.${column}`, item));
  }

  /** The JSON list of texts in a column. */
  jsonTexts(column: string): readonly string[] {
    const value = this.json(column);
    if (!Array.isArray(value)) return this.#fail(column);
    return value.map((item: unknown) => (typeof item === 'string' ? item : this.#fail(column)));
  }

  #isEmpty(column: string): boolean {
    return this.#columns[column] === null || this.#columns[column] === undefined;
  }

  #fail(column: string): never {
    throw new StoreFault(
      `cannot read ${this.#place}.${column}: there is nothing there that this release knows`,
      'corrupt',
    );
  }
}

/** JSON for a column. Refuses what `decode` could not read back: a NaN, for one, becomes null. */
export function jsonText(what: string, value: object, decode: (row: Row) => unknown): string {
  const text = JSON.stringify(value);
  try {
    decode(new Row(what, JSON.parse(text)));
  } catch (error) {
    const why = wordsOf(error);
    throw new StoreFault(`cannot store ${what}: it would not read back (${why})`, 'constraint', error);
  }
  return text;
}

/** Floats for a BLOB column; the memory is lent, not copied. Refuses an empty list and numbers that are not finite. */
export function floatBytes(what: string, floats: Float32Array): Uint8Array {
  if (floats.length === 0) refuse(`cannot store ${what}: it is empty`);
  if (!floats.every(Number.isFinite)) refuse(`cannot store ${what}: a number in it is not finite`);
  return Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
}

function isRecord(value: unknown): value is Columns {
  return typeof value === 'object' && value !== null;
}
