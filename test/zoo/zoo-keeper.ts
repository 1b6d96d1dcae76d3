import { tryRelease, type Conditions, type Tried } from './trial.ts';
import type { ZooDevice, ZooPlace } from './zoo-place.ts';
import type { ZooRelease } from './zoo-release.ts';

/** Keeps one device with the incumbent of this checkout, and takes another one when a trial has changed it. */
export class Zoo {
  readonly #place: ZooPlace;
  #device: ZooDevice | undefined;
  #tried = 0;

  constructor(place: ZooPlace) {
    this.#place = place;
  }

  async try(release: ZooRelease, conditions: Conditions): Promise<Tried> {
    this.#tried += 1;
    const made = await this.#place.make(`1.${this.#tried}.0`, release.patch);
    if (release.settings !== undefined) await this.#discard();
    this.#device ??= await this.#place.open(release.settings ?? []);
    const tried = await tryRelease(this.#device, { ...made, release }, conditions);
    this.#place.discard(made);
    const isUnchanged = tried.trial.outcome === 'reverted' && tried.wrong.length === 0 && tried.notes.length === 0;
    if (release.settings !== undefined || !isUnchanged) await this.#discard();
    return tried;
  }

  async close(): Promise<void> {
    await this.#discard();
    this.#place.close();
  }

  async #discard(): Promise<void> {
    const device = this.#device;
    this.#device = undefined;
    await device?.close();
  }
}
