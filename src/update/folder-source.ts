import type { Storage } from '../system/storage.ts';
import type { LookResult, Offer, UpdateSource } from './offer.ts';
import { sourceOf } from './stored-file.ts';
import { wordsOf } from '../system/error-words.ts';

/** A folder in which release files lie. */
export interface ReleaseFolder {
  /** For people: `pushed by the owner`, `folder /media/usb`. */
  readonly name: string;
  readonly path: string;
  /** Release files here were given by the owner's hand: no further consent and no window. */
  readonly isOrdered: boolean;
}

/** What a finished release file is called; an upload under way has another ending. */
const releaseFilePattern = /^(?:pushed-|doorward-).*\.release$/;
/** The version in `doorward-1.4.0-linux-arm64.release`; a hint only. */
const versionPattern = /(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+?)?)(?:-linux-\w+)?\.release$/;
const filesMax = 100;

/** The release files of a folder, newest first. A file that changes is another offer. */
export class FolderSource implements UpdateSource {
  readonly name: string;
  readonly isNear = true;
  readonly #storage: Storage;
  readonly #folder: ReleaseFolder;

  constructor(storage: Storage, folder: ReleaseFolder) {
    this.name = folder.name;
    this.#storage = storage;
    this.#folder = folder;
  }

  async look(): Promise<LookResult> {
    try {
      const entries = await this.#storage.list(this.#folder.path);
      const files = entries
        .filter(({ name, kind }) => kind === 'file' && releaseFilePattern.test(name))
        .toSorted((one, other) => other.modifiedMs - one.modifiedMs)
        .slice(0, filesMax);
      return {
        outcome: 'offers',
        offers: files.map(({ name, bytes, modifiedMs }) => this.#offer(name, bytes, modifiedMs)),
      };
    } catch (error) {
      return { outcome: 'failed', reason: wordsOf(error) };
    }
  }

  #offer(fileName: string, bytes: number, modifiedMs: number): Offer {
    const { name, path, isOrdered } = this.#folder;
    const version = versionPattern.exec(fileName)?.[1];
    return {
      from: name,
      file: `${fileName}:${bytes}:${Math.round(modifiedMs)}`,
      isOrdered,
      path: `${path}/${fileName}`,
      source: sourceOf(this.#storage, `${path}/${fileName}`, bytes),
      ...(version === undefined ? {} : { version }),
    };
  }
}
