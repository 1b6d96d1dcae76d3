import type { StartedInference } from '../machine/inference/onnx-inference.ts';
import type { Gallery } from '../people/gallery.ts';
import type { Household } from '../people/household.ts';
import { reembedMissing, type ReembedParts } from '../people/reembed.ts';
import type { Clock } from '../system/clock.ts';
import type { Bell } from '../visit/bell.ts';
import type { Recognition } from './recognition.ts';

/** A visit ends, or a release on trial gives the memory back. */
const waitMs = 500;
/** As often a face is kept waiting for a visit. */
const visitWaitsMax = 6;

export interface PackChangesParts extends Omit<ReembedParts, 'gallery' | 'inference' | 'clock'> {
  readonly nets: Pick<Recognition, 'pack' | 'inference' | 'fault' | 'openBeside' | 'changeTo'>;
  readonly gallery: Gallery;
  readonly household: Pick<Household, 'whenIdle'>;
  readonly bell: Pick<Bell, 'visitsUnderWay'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** A release on trial has no memory for two packs: it serves with the one that knows the faces. */
  readonly mayLoadTwo: () => boolean;
  /** As the settings have it. */
  readonly wanted: string;
}

/**
 * Sees to it that the wanted pack is used. While it embeds the kept faces, the one that knows them names whoever comes;
 * it takes over at a moment at which nothing that was embedded waits to be compared.
 */
export class PackChanges {
  readonly #parts: PackChangesParts;
  #wish: { readonly pack: string; readonly over: AbortController; refusal?: string };

  constructor(parts: PackChangesParts) {
    this.#parts = parts;
    this.#wish = { pack: parts.wanted, over: new AbortController() };
  }

  get wanted(): string {
    return this.#wish.pack;
  }

  /** Why the wanted pack is not used, and will not be; undefined as long as it may. */
  get refusal(): string | undefined {
    return this.#wish.refusal;
  }

  /** Another pack is wanted from now on. */
  want(pack: string): void {
    const { over } = this.#wish;
    this.#wish = { pack, over: new AbortController() };
    over.abort();
  }

  /** Until the signal: fulfils the wish of the settings, then those that are made later. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    while (!signal.aborted) {
      const wish = this.#wish;
      const over = AbortSignal.any([signal, wish.over.signal]);
      const outcome = await this.#fulfil(wish.pack, over).catch((error: unknown) => {
        log.error('cannot change to the wanted model pack', { pack: wish.pack, error });
        return 'done' as const;
      });
      if (outcome === 'not-now') await clock.sleep(waitMs, over);
      else await aborted(over);
    }
  }

  /** Embeds what the pack in use has not seen; or, beside it, what the wanted one has not seen, which is used then. */
  async #fulfil(wanted: string, signal: AbortSignal): Promise<'done' | 'not-now'> {
    const { nets } = this.#parts;
    if (wanted === nets.pack) {
      if (nets.fault === undefined) await reembedMissing({ ...this.#parts, inference: nets.inference }, signal);
      return 'done';
    }
    if (!this.#parts.mayLoadTwo()) return 'not-now';
    const beside = await nets.openBeside(wanted);
    if (beside.outcome === 'let-go') return 'not-now';
    if (beside.outcome !== 'started') {
      this.#refuse(wanted, beside.message);
      return 'done';
    }
    const outcome = await this.#bringUp({ wanted, beside }, AbortSignal.any([signal, beside.gone]));
    if (outcome !== 'used') await beside.stop();
    return outcome === 'stopped' ? 'not-now' : 'done';
  }

  async #bringUp(
    { wanted, beside }: { readonly wanted: string; readonly beside: StartedInference },
    signal: AbortSignal,
  ): Promise<'used' | 'refused' | 'stopped'> {
    const { bell, clock, household, log, nets, store } = this.#parts;
    const { inference } = beside;
    const { recogniser } = inference;
    const gallery = { recogniser, add: (): void => {} }; // Nobody is compared with these faces yet.
    const patient = { sleep: (ms: number): Promise<void> => restPastVisits(this.#parts, ms, signal) };
    while (!signal.aborted) {
      const done = await reembedMissing({ ...this.#parts, clock: patient, gallery, inference }, signal);
      if (done.outcome === 'failing') {
        this.#refuse(wanted, `${done.unusable} kept faces cannot be embedded, and the log says why of each`);
        return 'refused';
      }
      const isUsed = await household.whenIdle(() => {
        const isComplete = store.read.facesWithout(recogniser, done.unusable + 1).length <= done.unusable;
        const mayChange = isComplete && !signal.aborted && bell.visitsUnderWay === 0;
        return mayChange && nets.changeTo(wanted, beside);
      });
      if (isUsed) log.info('another model pack is used now', { pack: wanted, recogniser });
      if (isUsed) return 'used';
      await clock.sleep(waitMs, signal);
    }
    return 'stopped';
  }

  #refuse(pack: string, reason: string): void {
    this.#wish.refusal = reason;
    this.#parts.log.error('the wanted model pack cannot be used', { pack, reason });
  }
}

/** A visitor goes first; one who rings without end is not waited for. */
export async function restPastVisits(
  { bell, clock }: Pick<PackChangesParts, 'bell' | 'clock'>,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(ms, signal);
  for (let waits = 0; waits < visitWaitsMax && bell.visitsUnderWay > 0 && !signal.aborted; waits += 1)
    await clock.sleep(waitMs, signal);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
