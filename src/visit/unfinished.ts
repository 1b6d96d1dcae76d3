import type { TriggerSource, Visit } from '../store/records.ts';
import { within } from '../system/deadline.ts';
import { SavedFrames } from './saved-frames.ts';
import { nameVisitor } from './visit.ts';
import { nearest, type FrameSource, type VisitFrame } from './visit-frames.ts';
import type { VisitParts } from './visit-parts.ts';
import { VisitUnderWay } from './visit-under-way.ts';

/** A saved frame may take this long to be read and decoded when somebody may come to the door meanwhile. */
const loadMsMax = 5000;
/** More saved frames than a visit ever saves are not looked at. */
const framesMax = 16;

/** Finishes a visit that a crash or a power cut left behind, from the frames it had saved. `joined`: who had triggered. */
export async function finishVisit(parts: VisitParts, visit: Visit, joined: readonly TriggerSource[]): Promise<void> {
  const { id, source, startedMs } = visit;
  const loaded = await loadFrames(parts, visit);
  const triggeredMs = parts.clock.uptimeMs(); // Its time to look begins now.
  const past = { id, triggerId: id, source, press: undefined, startedMs, burstFrames: 0 };
  const underWay = new VisitUnderWay({ ...past, triggeredMs }, parts, visit.trace);
  for (const trigger of joined) underWay.join(trigger);
  const saved = new SavedFrames(parts, underWay);
  for (const { frame, path } of loaded) saved.adopt(frame, path);
  const frames = new LoadedFrames(loaded.map(({ frame }) => frame));
  const stopped = {
    ...parts,
    feed: { ...silentFeed, status: () => ({ reason: 'the bell stopped before a picture was saved' }) },
  };
  await nameVisitor(stopped, underWay, { frames, saved, rung: Promise.resolve() });
}

type LoadParts = Pick<VisitParts, 'clock' | 'disk' | 'home' | 'log' | 'pictures'>;

interface LoadedFrame {
  readonly frame: VisitFrame;
  readonly path: string;
}

/** The frames that a visit has saved, decoded. One that cannot be read in time is left out. */
export async function loadFrames(parts: LoadParts, visit: Visit, msMax = loadMsMax): Promise<readonly LoadedFrame[]> {
  const loaded: LoadedFrame[] = [];
  for (const [sequence, path] of visit.frames.slice(0, framesMax).entries()) {
    const picture = await within(parts.clock, msMax, loadPicture(parts, path));
    if (picture.outcome === 'done' && picture.value !== undefined)
      loaded.push({ frame: { ...picture.value, sequence }, path });
    else parts.log.warn('cannot read a saved frame', { correlation_id: visit.id, path });
  }
  return loaded;
}

async function loadPicture(parts: LoadParts, path: string): Promise<Omit<VisitFrame, 'sequence'> | undefined> {
  const bytes = await parts.disk.read(`${parts.home.root}/${path}`);
  if (bytes === undefined) return undefined;
  const decoded = await parts.pictures.decodeOwn(bytes);
  return decoded.outcome === 'decoded' ? decoded.picture : undefined;
}

class LoadedFrames implements FrameSource {
  readonly #frames: readonly VisitFrame[];
  readonly #untaken: VisitFrame[];
  constructor(frames: readonly VisitFrame[]) {
    this.#frames = frames;
    this.#untaken = [...frames];
  }
  around(frame: VisitFrame, count: number): readonly VisitFrame[] {
    return nearest(this.#frames, frame, count);
  }
  takeWaiting(): VisitFrame | undefined {
    return this.#untaken.pop();
  }
  takeNewest(): Promise<VisitFrame | undefined> {
    return Promise.resolve(this.takeWaiting());
  }
  letGo(): void {} // Decoded frames belong to nobody else.
  close(): void {}
}

/** A visit of the past has nothing to expect of the camera. */
const silentFeed = { recent: () => [], subscribe: () => () => {}, retain: () => {}, letGo: () => {} };
