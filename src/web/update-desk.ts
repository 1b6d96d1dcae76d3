import type { Storage } from '../system/storage.ts';
import type { UpdateStatus } from '../update/notebook.ts';
import type { Updater } from '../update/update.ts';

/** One trial that is over. */
export type PastTrial = Awaited<ReturnType<Updater['history']>>[number];

/**
 * The update path as the web sees it. The incumbent's is its `Updater`; a candidate on duty answers HTTP too, and asks its
 * incumbent, so that acts may take a moment. Acts resolve when the wish was heard, not when it is fulfilled.
 */
export interface UpdateDesk {
  /** What this process itself runs from. */
  readonly running: { readonly slot: string; readonly version: string };
  readonly status: UpdateStatus;
  /** Tells of every change of the status, until the returned function is called. */
  subscribe(listener: (status: UpdateStatus) => void): () => void;
  /** `slotsSeen` of slot/. */
  slots(): Promise<readonly DeskSlot[]>;
  /** Oldest first. */
  history(): Promise<readonly PastTrial[]>;
  checkNow(): Promise<void>;
  /** False when no trial is under way. */
  revert(word: string): Promise<boolean>;
  /** The owner, or whoever `actor` names, agrees to the release file `status.offer.file`, or with undefined to none any more. */
  agree(file: string | undefined, actor: string): Promise<void>;
  readonly incoming: IncomingFolder;
}

/** A slot, and what it holds; without a version nothing that could be started. */
export interface DeskSlot {
  readonly slot: string;
  readonly isCommitted: boolean;
  readonly version?: string;
}

/** Where pushed release files go: a source of the updater looks there. */
export interface IncomingFolder {
  readonly storage: Pick<
    Storage,
    'list' | 'makeDirectory' | 'writePart' | 'truncate' | 'sync' | 'rename' | 'syncDirectory' | 'remove' | 'space'
  >;
  /** `incoming` of the places. */
  readonly path: string;
  /** `update.releaseBytesMax` of the settings. */
  readonly releaseBytesMax: number;
}
