interface Waiting {
  begin(): void;
}

/** Passwords that may wait behind the one being hashed: each takes a fifth of a second, and 19 MiB while it is its turn. */
const waitingMax = 4;
/** Places that only known devices have: whoever lives here gets in while others keep the lane full. */
const knownWaitingMax = 4;

/** One password is hashed at a time, so that no number of log-ins takes the memory or the processors of the bell. */
export class HashLane {
  #isBusy = false;
  readonly #known: Waiting[] = [];
  readonly #others: Waiting[] = [];

  /** Runs the work in its turn; undefined when too many wait. Known devices go first. */
  async run<Result>(isKnown: boolean, work: () => Promise<Result>): Promise<Result | undefined> {
    const queue = isKnown ? this.#known : this.#others;
    if (this.#isBusy) {
      if (queue.length >= (isKnown ? knownWaitingMax : waitingMax)) return undefined;
      await new Promise<void>((resolve) => queue.push({ begin: resolve }));
    }
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      const next = this.#known.shift() ?? this.#others.shift();
      if (next === undefined) this.#isBusy = false;
      else next.begin();
    }
  }
}
