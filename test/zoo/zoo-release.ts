import type { Patch } from '../updates/bundle.ts';

/** How the trial of a release must end: for a bad one, each word is a reason that may stand in the history. */
export type MustEnd = 'committed' | readonly string[];

/** A release of the zoo: the product, made better or worse in one place. */
export interface ZooRelease {
  readonly name: string;
  /** What it does, for people. */
  readonly does: string;
  /** Absent: it is the product as it is. */
  readonly patch?: Patch;
  readonly mustEnd: MustEnd;
  /**
   * What it spoils before anybody can see it, and nobody can undo: answers that it gives, what it tells, rows that it deletes
   * on stage and that come back with the snapshot. Requests without any answer are never among it, nor are presses.
   */
  readonly spoils?: readonly Spoilt[];
  /** It does well where nobody comes: then there is nothing to be seen. */
  readonly weather?: 'load';
  /** What a device of its own is set to: `section.key=value`. */
  readonly settings?: readonly string[];
}

type Spoilt = 'answers' | 'rows' | 'rings';

/** Half a line for each release: what it is called, what it does, where and how. */
export function bad(
  name: string,
  does: string,
  about: Omit<ZooRelease, 'name' | 'does' | 'mustEnd'> & { readonly reasons: readonly string[] },
): ZooRelease {
  const { reasons: mustEnd, ...more } = about;
  return { name, does, mustEnd, ...more };
}

export function good(name: string, does: string, patch?: Patch): ZooRelease {
  return { name, does, mustEnd: 'committed', ...(patch === undefined ? {} : { patch }) };
}

/** It does this as soon as it has the door. `house`, `caretaker` and `this.#parts` are at hand. */
export function atTheDoor(code: string): Patch {
  return before('src/appliance/loops.ts', '    const running = new AbortController();\n    const arms', code);
}

/** Its schema has one step more than any of its own. */
export function migrates(sql: string): Patch {
  const file = 'src/store/migrate.ts';
  return before(file, '/**\n * The schema version of a database', `(migrations as SchemaStep[]).push(${JSON.stringify(sql)});\n`);
} // prettier-ignore

/** More code before what stands in the file. */
export function before(file: string, mark: string, code: string): Patch {
  return { file, from: mark, to: `${code}\n${mark}` };
}

/** More code after what stands in the file. */
export function after(file: string, mark: string, code: string): Patch {
  return { file, from: mark, to: `${mark}\n${code}` };
}

/** Other code instead of what stands in the file. */
export function instead(file: string, from: string, to: string): Patch {
  return { file, from, to };
}
