import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import type { DeskSlot, PastTrial, UpdateDesk } from '../../src/web/update-desk.ts';

type Status = UpdateDesk['status'];

/** The trial that a release lost. */
export const lostTrial: PastTrial = {
  id: 'trial-1',
  version: '1.3.0',
  digest: 'd',
  outcome: 'reverted',
  reason: 'error-rate',
  message: '7.0 % of 100 requests failed',
  startedMs: Date.UTC(2026, 4, 4, 9, 30),
  phases: [
    { phase: 'rehearsal', durationMs: 4200 },
    { phase: 'hand-over', durationMs: 180 },
    { phase: 'probation', durationMs: 61_000 },
    { phase: 'revert', durationMs: 210 },
  ],
  figures: { requests: 100, errors: 7, meanMs: 12 },
};

/** Somebody who answers for updates, and remembers what was asked: for tests of what stands before the updater. */
export class Counter implements UpdateDesk {
  readonly running = { slot: 'a', version: '1.2.3' };
  status: Status = { phase: 'wait', waitsFor: 'nothing-new' };
  trials: PastTrial[] = [lostTrial];
  readonly asked: string[] = [];
  readonly incoming: UpdateDesk['incoming'];
  readonly #listeners = new Set<(status: Status) => void>();

  constructor(folder: string, releaseBytesMax = 10_000_000) {
    this.incoming = { storage: nodeStorage, path: folder, releaseBytesMax };
  }

  /** The status changes, and everybody who watches hears it. */
  becomes(status: Status): void {
    this.status = status;
    for (const listener of this.#listeners) listener(status);
  }

  get watchers(): number {
    return this.#listeners.size;
  }

  subscribe(listener: (status: Status) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  slots = async (): Promise<readonly DeskSlot[]> => [
    { slot: 'a', isCommitted: true, version: '1.2.3' },
    { slot: 'b', isCommitted: false },
  ];
  history = async (): Promise<readonly PastTrial[]> => this.trials;
  checkNow = async (): Promise<void> => void this.asked.push('check');
  agree = async (file: string | undefined): Promise<void> => void this.asked.push(`agree ${file ?? 'to none'}`);
  async revert(word: string): Promise<boolean> {
    this.asked.push(`revert: ${word}`);
    return this.status.trial !== undefined || this.status.aftercare?.backTo !== undefined;
  }
}

/** A release on probation. */
export function onProbation(version: string, phaseStartedMs: number): Status {
  return {
    phase: 'judge',
    offer: { from: 'pushed by the owner', file: `pushed-${version}.release:1:2`, version, bytes: 1000 },
    trial: {
      version,
      phase: 'probation',
      memory: 'warm',
      phaseStartedMs,
      phases: [
        { phase: 'rehearsal', durationMs: 4000 },
        { phase: 'hand-over', durationMs: 150 },
      ],
      figures: { requests: 40, errors: 0 },
    },
  };
}
