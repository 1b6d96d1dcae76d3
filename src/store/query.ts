import type { Connection } from './connection.ts';
import { faultOf } from './fault.ts';
import { Row } from './row.ts';

/** What a column may be compared with. */
export type Bound = string | number | null;

interface Question<Result> {
  /** For messages. */
  readonly table: string;
  readonly sql: string;
  readonly decode: (row: Row) => Result;
}

/** A SELECT, prepared once, whose rows are decoded. Throws `StoreFault`. */
export class Query<Result> {
  readonly #question: Question<Result>;
  readonly #statement;

  constructor(db: Connection, question: Question<Result>) {
    this.#question = question;
    this.#statement = db.prepare(question.sql);
  }

  all(...bound: readonly Bound[]): readonly Result[] {
    return this.#ask(() => this.#statement.all(...bound)).map((columns) => this.#decode(columns));
  }

  first(...bound: readonly Bound[]): Result | undefined {
    const columns = this.#ask(() => this.#statement.get(...bound));
    return columns === undefined ? undefined : this.#decode(columns);
  }

  /** Of a question that always has an answer, such as a count. */
  only(...bound: readonly Bound[]): Result {
    return this.#decode(this.#ask(() => this.#statement.get(...bound)));
  }

  #decode(columns: unknown): Result {
    return this.#question.decode(new Row(this.#question.table, columns));
  }

  #ask<Answer>(question: () => Answer): Answer {
    try {
      return question();
    } catch (error) {
      throw faultOf(`read ${this.#question.table}`, error);
    }
  }
}
