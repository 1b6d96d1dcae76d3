import { slotsSeen } from '../slot/slots-seen.ts';
import { TrialRecordFile } from '../slot/trial-record-file.ts';
import type { Chronicle } from '../system/audit.ts';
import type { Log } from '../system/log.ts';
import type { Storage } from '../system/storage.ts';
import { entryOfConsent } from '../telemetry/update-story.ts';
import type { UpdateStatus } from '../update/notebook.ts';
import type { UpdateWish } from '../update/trial-protocol.ts';
import type { Updater } from '../update/update.ts';
import type { DeskSlot, IncomingFolder, PastTrial, UpdateDesk } from '../web/update-desk.ts';
import type { Installation } from './installation.ts';

/** Has the updater do what somebody wished. False when it cannot. */
export function fulfil(updater: Updater, wish: UpdateWish): boolean {
  switch (wish.kind) {
    case 'check-now': updater.checkNow(); return true;
    case 'agree': updater.agree(wish.file); return true;
    case 'revert': return updater.revert(wish.word);
  } // prettier-ignore
}

export interface HouseDeskParts {
  readonly installation: Installation;
  readonly version: string;
  readonly storage: Storage;
  readonly releaseBytesMax: number;
  readonly chronicle: Chronicle;
  readonly log: Log;
}

/** The update path as this process shows it: that of its own updater, unless another one answers in its place. */
export class HouseDesk implements UpdateDesk {
  readonly running: UpdateDesk['running'];
  readonly incoming: IncomingFolder;
  readonly #parts: HouseDeskParts;
  readonly #record: TrialRecordFile;
  readonly #listeners = new Set<(status: UpdateStatus) => void>();
  #status: UpdateStatus = { phase: 'wait' };
  #ask: (wish: UpdateWish) => boolean = () => false;

  constructor(parts: HouseDeskParts) {
    const { installation, version, storage, releaseBytesMax } = parts;
    const { places, slot } = installation;
    this.#parts = parts;
    this.#record = new TrialRecordFile(storage, places);
    this.running = { slot, version };
    this.incoming = { storage, path: places.incoming, releaseBytesMax };
  }

  /** This process's own updater, from now on. */
  take(updater: Updater): void {
    this.#ask = (wish) => fulfil(updater, wish);
    this.show(updater.status);
    updater.subscribe((status) => this.show(status));
  }

  /** Another's, from now on: wishes are told there; how it stands comes by `show`. */
  giveTo(tell: (wish: UpdateWish) => void): void {
    this.#ask = (wish) => {
      tell(wish);
      return wish.kind !== 'revert' || this.#status.trial !== undefined || this.#status.aftercare?.backTo !== undefined;
    };
  }

  /** How the update path stands now. */
  show(status: UpdateStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }

  get status(): UpdateStatus {
    return this.#status;
  }

  subscribe(listener: (status: UpdateStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  slots(): Promise<readonly DeskSlot[]> {
    const { storage, installation } = this.#parts;
    return slotsSeen(storage, installation.places);
  }

  async history(): Promise<readonly PastTrial[]> {
    return (await this.#record.read()).history;
  }

  async untold(): Promise<string | undefined> {
    return (await this.#record.read()).untold;
  }

  async checkNow(): Promise<void> {
    this.#ask({ kind: 'check-now' });
  }

  async revert(word: string): Promise<boolean> {
    return this.#ask({ kind: 'revert', word });
  }

  async agree(file: string | undefined, actor: string): Promise<void> {
    const { chronicle, log } = this.#parts;
    chronicle
      .record(entryOfConsent(file, actor))
      .catch((error: unknown) => log.error('a consent is not in the audit chain', { error }));
    this.#ask({ kind: 'agree', ...(file === undefined ? {} : { file }) });
  }
}
