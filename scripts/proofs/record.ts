/** What every proof has shown, kept in `.build/`: one that was done on this commit is not done again. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';

const shown = Type.Object({
  name: Type.String(),
  commit: Type.String(),
  /** Done with as few as will do: worth nothing as a figure. */
  isSmall: Type.Boolean(),
  isSound: Type.Boolean(),
  seconds: Type.Number(),
  /** The day, for people. */
  day: Type.String(),
  machine: Type.String(),
  figures: Type.Record(Type.String(), Type.Unknown()),
});
export type Shown = Static<typeof shown>;

export class ProofRecord {
  readonly #path: string;
  readonly #all: Shown[];

  constructor(path: string) {
    this.#path = path;
    const kept: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
    if (!Check(Type.Array(shown), kept))
      throw new Error(`cannot read ${path}: it is not what npm run proofs wrote: remove it`);
    this.#all = kept;
  }

  /** Written at once, so that what has taken hours is not lost with the next. */
  note(one: Shown): void {
    const isSame = ({ name, commit, isSmall }: Shown): boolean =>
      name === one.name && commit === one.commit && isSmall === one.isSmall;
    const at = this.#all.findIndex(isSame);
    if (at >= 0) this.#all.splice(at, 1);
    this.#all.push(one);
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#all, undefined, 1));
    renameSync(`${this.#path}.new`, this.#path);
  }

  soundOn(commit: string, isSmall: boolean): ReadonlyMap<string, Shown> {
    const found = this.#all.filter((one) => one.commit === commit && one.isSmall === isSmall && one.isSound);
    return new Map(found.map((one) => [one.name, one]));
  }

  /** Of each proof that was done with its full number the last one, of whatever commit. */
  latest(): ReadonlyMap<string, Shown> {
    return new Map(this.#all.filter(({ isSmall }) => !isSmall).map((one) => [one.name, one]));
  }
}
