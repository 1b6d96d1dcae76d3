import type { PackFolders } from '../../machine/inference/model-pack.ts';
import type { Log } from '../../system/log.ts';
import { openRecognition, type Recognition } from '../recognition.ts';

/** The nets of a candidate. Those of its rehearsal serve at the door too, if the same pack is to begin there. */
export class CandidateNets {
  readonly #folders: PackFolders;
  readonly #log: Log;
  #opened: { readonly pack: string; readonly nets: Promise<Recognition> } | undefined;

  constructor(folders: PackFolders, log: Log) {
    this.#folders = folders;
    this.#log = log;
  }

  /** Loaded: at a hand-over nobody is to wait for them. */
  async of(pack: string): Promise<Recognition> {
    const former = this.#opened;
    if (former !== undefined && former.pack !== pack) {
      this.#opened = undefined;
      await (await former.nets).stop();
    }
    this.#opened ??= { pack, nets: openRecognition({ ...this.#folders, recogniser: pack }, this.#log) };
    const recognition = await this.#opened.nets;
    await recognition.loaded;
    return recognition;
  }
}
