import type { StartedInference } from '../machine/inference/onnx-inference.ts';
import { median } from '../face/consensus.ts';
import { reembedMissing, type ReembedParts } from '../people/reembed.ts';
import { studyStoredFace } from '../people/study.ts';
import type { StoredFace } from '../store/records.ts';
import type { Clock } from '../system/clock.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Inference } from '../system/inference.ts';
import type { Bell } from '../visit/bell.ts';
import type { ComparisonState, PackFigures } from '../web/parts.ts';
import { restPastVisits } from './pack-changes.ts';
import { measurePack, verdictOn } from './measure-pack.ts';
import type { Recognition } from './recognition.ts';

/** Faces that are embedded by both, for the time it takes. */
const timedFaces = 5;

export interface PackComparisonParts extends Omit<ReembedParts, 'gallery' | 'inference' | 'clock'> {
  readonly nets: Pick<Recognition, 'pack' | 'inference' | 'openBeside'>;
  readonly bell: Pick<Bell, 'visitsUnderWay'>;
  readonly clock: Pick<Clock, 'sleep' | 'uptimeMs'>;
  readonly mayLoadTwo: () => boolean;
}

/** Holds another pack against the one in use, on the kept faces of this house, one comparison at a time. */
export class PackComparison {
  readonly #parts: PackComparisonParts;
  #state: ComparisonState = { state: 'none' };
  #end = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(parts: PackComparisonParts) {
    this.#parts = parts;
  }

  get state(): ComparisonState {
    if (this.#state.state !== 'running') return this.#state;
    const { faces, embedded } = this.#parts.store.read.facesKnownTo(this.#state.recogniser, 'all');
    return { ...this.#state, faces, embedded };
  }

  /** False while another comparison is under way. `recogniser` is what the pack's embeddings carry. */
  begin(pack: string, recogniser: string): boolean {
    if (this.#state.state === 'running') return false;
    this.#state = { state: 'running', pack, recogniser, faces: 0, embedded: 0 };
    this.#end = new AbortController();
    this.#ended = this.#compare(pack, this.#end.signal).then(
      (state) => void (this.#state = state),
      (error: unknown) => void (this.#state = failed(pack, wordsOf(error))),
    );
    return true;
  }

  /** Ends the one under way. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  async #compare(pack: string, end: AbortSignal): Promise<ComparisonState> {
    const { nets, mayLoadTwo } = this.#parts;
    const trial = failed(pack, 'the memory is needed for a release on trial: compare again afterwards');
    if (!mayLoadTwo()) return trial;
    const beside = await nets.openBeside(pack);
    if (beside.outcome === 'let-go') return trial;
    if (beside.outcome !== 'started') return failed(pack, beside.message);
    try {
      return await this.#compareWith(pack, beside, AbortSignal.any([end, beside.gone]));
    } finally {
      await beside.stop();
    }
  }

  async #compareWith(pack: string, beside: StartedInference, signal: AbortSignal): Promise<ComparisonState> {
    const { clock, nets, recognition, store } = this.#parts;
    const used = nets.pack;
    const rest = (ms: number): Promise<void> => restPastVisits(this.#parts, ms, signal);
    for (const inference of [nets.inference, beside.inference]) {
      const gallery = { recogniser: inference.recogniser, add: (): void => {} };
      await reembedMissing({ ...this.#parts, clock: { sleep: rest }, gallery, inference }, signal);
    }
    const stopped = failed(pack, 'it was stopped: another pack is used, or a release is on trial');
    if (signal.aborted) return stopped;
    const measuring = { read: store.read, recognition, rest: () => clock.sleep(0, signal) };
    const sides: (PackFigures & { readonly name: string })[] = [];
    for (const [name, inference] of [
      [used, nets.inference],
      [pack, beside.inference],
    ] as const) {
      const embedMs = await this.#embedMs(inference);
      sides.push({ name, ...(await measurePack(measuring, inference)), embedMs });
    }
    const [one, other] = sides;
    if (signal.aborted || nets.pack !== used || one === undefined || other === undefined) return stopped;
    return { state: 'done', pack, sides: [one, other], verdict: verdictOn(one, other) };
  }

  /** Median over a few kept faces, cutting included; null without any. */
  async #embedMs(inference: Inference): Promise<number | null> {
    const { clock, store } = this.#parts;
    const faces: StoredFace[] = store.read.people().flatMap(({ id }) => store.read.facesOf(id)).slice(0, timedFaces); // prettier-ignore
    const times: number[] = [];
    const timed: Pick<Inference, 'embed'> = {
      embed: async (...asked) => {
        const startedMs = clock.uptimeMs();
        const embedding = await inference.embed(...asked);
        times.push(clock.uptimeMs() - startedMs);
        return embedding;
      },
    };
    for (const face of faces) await studyStoredFace({ ...this.#parts, inference: { ...inference, ...timed } }, face);
    return median(times) ?? null;
  }
}

function failed(pack: string, reason: string): ComparisonState {
  return { state: 'failed', pack, message: `cannot compare the model pack "${pack}": ${reason}` };
}
