import type { Workshop } from '../updates/releases.ts';
import { Household, putAway } from './household.ts';
import { markedProcesses } from '../updates/marked-processes.ts';
import { tryRelease, type Conditions, type Tried } from './trial.ts';
import type { ZooRelease } from './zoo-release.ts';

const incumbentVersion = '1.0.0';

/** Keeps one device with the incumbent of this checkout, and takes another one when a trial has changed it. */
export class Zoo {
  readonly #workshop: Workshop;
  #incumbent = '';
  #home: string | undefined;
  #household: Household | undefined;
  #tried = 0;

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
  }

  /** Makes the incumbent, and the household that every device of the zoo has. */
  async open(): Promise<void> {
    this.#incumbent = (await this.#workshop.build(incumbentVersion)).file;
    const first = await Household.open(this.#workshop, this.#incumbent);
    try {
      this.#home = await first.furnish();
    } finally {
      await first.close();
    }
  }

  async try(release: ZooRelease, conditions: Conditions): Promise<Tried> {
    this.#tried += 1;
    const version = `1.${this.#tried}.0`;
    const { file } = await this.#workshop.build(version, release.patch === undefined ? [] : [release.patch]);
    if (release.settings !== undefined) await this.#discard();
    const household = await this.#device(release.settings);
    const tried = await tryRelease(household, { release, version, file }, conditions);
    this.#workshop.discard(version);
    if (
      release.settings !== undefined ||
      tried.trial.outcome !== 'reverted' ||
      tried.wrong.length > 0 ||
      tried.notes.length > 0
    )
      await this.#discard();
    return tried;
  }

  async close(): Promise<void> {
    await this.#discard();
    if (this.#home !== undefined) putAway(this.#home);
  }

  async #device(more: readonly string[] = []): Promise<Household> {
    const home = this.#home === undefined ? {} : { home: this.#home };
    this.#household ??= await Household.open(this.#workshop, this.#incumbent, { ...home, more });
    return this.#household;
  }

  async #discard(): Promise<void> {
    const household = this.#household;
    this.#household = undefined;
    if (household === undefined) return;
    const { folder } = household.site;
    for (const pid of markedProcesses(folder)) if (pid !== process.pid) process.kill(pid, 'SIGKILL');
    await household.close();
  }
}
