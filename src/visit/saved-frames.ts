import { replaceFile } from '../system/disk.ts';
import { within } from '../system/deadline.ts';
import type { VisitFrame } from './visit-frames.ts';
import type { VisitParts } from './visit-parts.ts';
import type { VisitUnderWay } from './visit-under-way.ts';
import { wordsOf } from '../system/error-words.ts';

/** Frames saved while the visit is still looked at: enough to finish it after a power cut, few enough not to delay it. */
const earlyFramesMax = 2;
/** Frames held in memory until the best of them is known. */
const framesHeldMax = 8;
/** One frame may take this long to be coded and saved. */
const saveMsMax = 3000;
const jpegQuality = 90;

/** The frames of a visit on disk: the newest at the trigger, the first with usable faces, and the one to show. */
export class SavedFrames {
  readonly #parts: VisitParts;
  readonly #visit: VisitUnderWay;
  readonly #frames = new Map<number, VisitFrame>();
  readonly #saving = new Map<number, Promise<string | undefined>>();
  #paths: string[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #hasDirectory = false;

  constructor(parts: VisitParts, visit: VisitUnderWay) {
    this.#parts = parts;
    this.#visit = visit;
  }

  /** Frames that an earlier life of the process has saved already. */
  adopt(frame: VisitFrame, path: string): void {
    this.#frames.set(frame.sequence, frame);
    this.#saving.set(frame.sequence, Promise.resolve(path));
    this.#paths.push(path);
  }

  /** Starts saving the very first frame in the background: whatever happens next, there is something to look at. */
  offerFirst(frame: VisitFrame): void {
    if (this.#frames.size > 0) return;
    this.#frames.set(frame.sequence, frame);
    void this.keep(frame);
  }

  /** Takes a frame that shows a face; false when it is of no use here and may be let go. */
  offerFace(frame: VisitFrame, isUsable: boolean): boolean {
    if (!this.#frames.has(frame.sequence) && this.#frames.size >= framesHeldMax) return false;
    this.#frames.set(frame.sequence, frame);
    if (isUsable && this.#saving.size < earlyFramesMax) void this.keep(frame);
    return true;
  }

  /** Saves a frame, once. Resolves with its path relative to the home, or undefined when it could not be saved. */
  keep(frame: VisitFrame): Promise<string | undefined> {
    const known = this.#saving.get(frame.sequence);
    if (known !== undefined) return known;
    const number = this.#saving.size;
    const saving = this.#turn.then(() => this.#save(frame, number));
    this.#saving.set(frame.sequence, saving);
    this.#turn = saving;
    return saving;
  }

  /** Waits for the first frame, which makes the visit's directory; later ones may still be on their way. */
  async begun(): Promise<void> {
    await this.#saving.values().next().value;
  }

  /** Waits for what is being saved. */
  async settle(): Promise<void> {
    await this.#turn;
  }

  frame(sequence: number): VisitFrame | undefined {
    return this.#frames.get(sequence);
  }

  has(sequence: number): boolean {
    return this.#frames.has(sequence);
  }

  get firstSequence(): number | undefined {
    return this.#frames.keys().next().value;
  }

  /** The first frame on disk. */
  get any(): string | undefined {
    return this.#paths[0];
  }

  async #save(frame: VisitFrame, number: number): Promise<string | undefined> {
    const { clock, log } = this.#parts;
    const done = await within(clock, saveMsMax, this.#write(frame, number));
    if (done.outcome === 'done') return done.value;
    const reason = done.outcome === 'late' ? `it took longer than ${saveMsMax} ms` : wordsOf(done.error);
    log.warn('cannot save a frame of a visit', { correlation_id: this.#visit.id, reason });
    return undefined;
  }

  async #write(frame: VisitFrame, number: number): Promise<string> {
    const { disk, home, ledger, pictures } = this.#parts;
    const { id } = this.#visit;
    const jpeg = await pictures.encode(frame, { quality: jpegQuality });
    if (!this.#hasDirectory) {
      await disk.makeDirectory(`${home.visits}/${id}`);
      await disk.syncDirectory(home.visits); // Otherwise the directory may be gone after a cut, its row not.
      this.#hasDirectory = true;
    }
    const path = `visits/${id}/frame-${number}.jpg`;
    await replaceFile(disk, `${home.root}/${path}`, jpeg);
    this.#paths = [...this.#paths, path];
    await ledger.write(id, 'saveFrames', { visitId: id, frames: this.#paths });
    return path;
  }
}
