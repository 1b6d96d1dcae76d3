/** Errands of one urgency that wait in a lane; what has no place stays in the outbox. */
const errandsMax = 1000;

/** 0 goes first. */
interface Urgent {
  readonly urgency: number;
}

/** The errands of one channel, done one after the other, the urgent ones first. A slow channel holds up no other. */
export class Lane<Errand extends Urgent> {
  readonly #act: (errand: Errand) => Promise<void>;
  readonly #onEmpty: () => void;
  #errands: readonly Errand[] = [];
  #work: Promise<void> | undefined;

  /** `act` may not reject. */
  constructor(act: (errand: Errand) => Promise<void>, onEmpty: () => void) {
    this.#act = act;
    this.#onEmpty = onEmpty;
  }

  /** False when it has no place. */
  put(errand: Errand): boolean {
    const place = this.#errands.findLastIndex(({ urgency }) => urgency <= errand.urgency) + 1;
    if (place >= errandsMax) return false; // Less urgent ones take no place from this one.
    this.#errands = this.#errands.toSpliced(place, 0, errand);
    this.#work ??= this.#empty();
    return true;
  }

  /** Takes back the errands that fit, and have not begun. */
  takeBack(fits: (errand: Errand) => boolean): readonly Errand[] {
    const taken = this.#errands.filter(fits);
    this.#errands = this.#errands.filter((errand) => !fits(errand));
    return taken;
  }

  /** Resolves when all of it is done. */
  async done(): Promise<void> {
    await this.#work;
  }

  async #empty(): Promise<void> {
    for (let next = this.#errands[0]; next !== undefined; next = this.#errands[0]) {
      this.#errands = this.#errands.slice(1);
      await this.#act(next);
    }
    this.#work = undefined;
    this.#onEmpty();
  }
}
