/** Whatever chance decides in a simulated world. */
export interface Choices {
  /** One of 0 .. bound - 1; 0 is always "nothing unusual happens". */
  pick(bound: number): number;
}

/** Enumerates every sequence of bounded choices, depth first (after matklad, "Generate All the Things"). */
export class EveryChoice implements Choices {
  #values: number[] = [];
  #bounds: number[] = [];
  #position = 0;
  #isStarted = false;

  /** Moves on to the next sequence; false when all were seen. */
  next(): boolean {
    this.#position = 0;
    if (!this.#isStarted) {
      this.#isStarted = true;
      return true;
    }
    for (let last = this.#values.length - 1; last >= 0; last -= 1) {
      const value = (this.#values[last] ?? 0) + 1;
      if (value < (this.#bounds[last] ?? 0)) {
        this.#values[last] = value;
        return true;
      }
      this.#values.pop();
      this.#bounds.pop();
    }
    return false;
  }

  pick(bound: number): number {
    if (this.#position === this.#values.length) {
      this.#values.push(0);
      this.#bounds.push(bound);
    }
    const value = this.#values[this.#position] ?? 0;
    this.#position += 1;
    return value;
  }

  /** How many choices this sequence has. */
  get picks(): number {
    return this.#values.length;
  }

  /** The choices that were not 0, as `place:value`, to be replayed. */
  get trace(): string {
    return this.traceFrom(0);
  }
  /** The same, when so many choices were made before these. */
  traceFrom(before: number): string {
    const unusual = this.#values.map((value, place) => (value === 0 ? '' : `${before + place}:${value}`));
    return unusual.filter((text) => text !== '').join(',');
  }
}

/** Replays a printed trace. */
export class GivenChoices implements Choices {
  readonly #values: ReadonlyMap<number, number>;
  #position = 0;

  constructor(trace: string) {
    const pairs = trace.split(',').map((pair) => pair.split(':').map(Number));
    this.#values = new Map(pairs.map(([place = -1, value = 0]) => [place, value]));
  }

  pick(bound: number): number {
    const value = this.#values.get(this.#position) ?? 0;
    this.#position += 1;
    return Math.min(value, bound - 1);
  }
}

/** Chance from a seed. How often anything unusual happens differs from seed to seed, so that faults do not all come early. */
export class SeededChoices implements Choices {
  #state: number;
  readonly #rate: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) | 0;
    this.#rate = [0.3, 0.1, 0.03, 0.01][this.#next(4)] ?? 0.1;
  }

  pick(bound: number): number {
    if (bound <= 1) return 0;
    return this.#next(1_000_000) / 1_000_000 < this.#rate ? 1 + this.#next(bound - 1) : 0;
  }

  /** mulberry32 (Tommy Ettinger). */
  #next(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }
}
