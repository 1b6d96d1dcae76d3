import { cutFaceCrop } from '../people/face-crop.ts';
import type { NewNotification, StoredEmbedding, StoredFace, Visit } from '../store/records.ts';
import type { VisitDecision } from '../store/store.ts';
import { replaceFile } from '../system/disk.ts';
import type { Pixels } from '../system/pixels.ts';
import { within } from '../system/deadline.ts';
import type { Verdict } from './decide.ts';
import type { LedgerOutcome } from './ledger.ts';
import { whereOf } from './ring.ts';
import type { SavedFrames } from './saved-frames.ts';
import type { VisitParts } from './visit-parts.ts';
import type { VisitUnderWay } from './visit-under-way.ts';
import { wordsOf } from '../system/error-words.ts';

/** Coding and saving the pictures may take this long; then the visit is recorded without the missing ones. */
const picturesMsMax = 3000;
const thumbnailWidthMax = 320;

/** A face kept with a visit, for clustering strangers and for enrolling later. */
type VisitFace = NonNullable<VisitDecision['face']>;

/** Pictures first, then the decision and its notifications in one transaction: no name goes out that is not recorded. */
export async function record(
  parts: VisitParts,
  visit: VisitUnderWay,
  decided: { readonly verdict: Verdict; readonly saved: SavedFrames },
): Promise<void> {
  const { clock } = parts;
  const startedMs = clock.uptimeMs();
  const { verdict, saved } = decided;
  const pictures = await within(clock, picturesMsMax, savePictures(parts, visit, decided));
  if (pictures.outcome !== 'done')
    parts.log.warn('a visit is recorded without its pictures', {
      correlation_id: visit.id,
      outcome: pictures.outcome,
    });
  const saving = pictures.outcome === 'done' ? pictures.value : { ...nothing, picture: saved.any };
  const strangerId = strangerOf(parts, verdict);
  const notifications = parts.notifier.ofName({
    ...verdict,
    visitId: visit.id,
    atMs: Math.round(clock.wallMs()),
    ringer: visit.ringer,
    strangerId,
    hasPicture: saving.picture !== undefined,
  });
  visit.note('named');
  const written = await write(parts, visit, { verdict, saving, strangerId, notifications });
  parts.notifier.send(notifications, whereOf(written));
  const { face } = saving;
  if (face !== undefined && written !== 'refused') parts.gallery.add(embeddingOf(visit, face, strangerId));
  const durationMs = clock.uptimeMs() - startedMs;
  visit.tell('EVENT_STORED', { stage: 'record', durationMs, isStored: written === 'stored' });
}

/** A visit that a fault of ours has stopped: nobody is told, and no restart stumbles over it. */
export async function recordFault(
  parts: Pick<VisitParts, 'clock' | 'ledger'>,
  visit: Pick<Visit, 'id' | 'trace'>,
  verdict: Verdict,
): Promise<void> {
  await write(parts, visit, { verdict, saving: nothing, strangerId: undefined, notifications: [] });
}

interface Decided {
  readonly verdict: Verdict;
  readonly saving: SavedPictures;
  readonly strangerId: string | undefined;
  readonly notifications: readonly NewNotification[];
}

function write(
  { clock, ledger }: Pick<VisitParts, 'clock' | 'ledger'>,
  { id, trace }: Pick<Visit, 'id' | 'trace'>,
  { verdict, saving, strangerId, notifications }: Decided,
): Promise<LedgerOutcome> {
  const { outcome, reason, doubt, person, decision } = verdict;
  return ledger.write(id, 'decideVisit', {
    visitId: id, outcome, personId: person?.personId, strangerId, reason, doubt, decision, trace, ...saving, notifications,
    decidedMs: Math.round(clock.wallMs()),
  }); // prettier-ignore
}

interface SavedPictures {
  readonly picture: string | undefined;
  readonly thumbnail: string | undefined;
  readonly face: VisitFace | undefined;
}
const nothing: SavedPictures = { picture: undefined, thumbnail: undefined, face: undefined };

/** The best frame whole and small, and its face. Each may fail alone: a picture less is no reason to lose a name. */
async function savePictures(
  parts: VisitParts,
  visit: VisitUnderWay,
  { verdict, saved }: { readonly verdict: Verdict; readonly saved: SavedFrames },
): Promise<SavedPictures> {
  await saved.begun();
  const sequence = verdict.best?.sequence ?? verdict.shown ?? saved.firstSequence;
  const frame = sequence === undefined ? undefined : saved.frame(sequence);
  if (frame === undefined) return { ...nothing, picture: saved.any };
  const [picture, thumbnail, face] = await Promise.all([
    saved.keep(frame),
    attempt(parts, visit, () => saveThumbnail(parts, visit, frame)),
    attempt(parts, visit, () => saveFace(parts, visit, { verdict, frame })),
  ]);
  return { picture: picture ?? saved.any, thumbnail, face };
}

async function saveThumbnail(parts: VisitParts, visit: VisitUnderWay, frame: Pixels): Promise<string> {
  const path = `visits/${visit.id}/thumbnail.jpg`;
  const jpeg = await parts.pictures.encode(frame, { widthMax: thumbnailWidthMax });
  await replaceFile(parts.disk, `${parts.home.root}/${path}`, jpeg);
  return path;
}

async function saveFace(
  parts: VisitParts,
  visit: VisitUnderWay,
  { verdict, frame }: { readonly verdict: Verdict; readonly frame: Pixels },
): Promise<VisitFace | undefined> {
  const best = verdict.best?.face;
  if (best?.embedding === undefined) return undefined;
  const crop = await cutFaceCrop(parts.pictures, frame, best.face);
  const picture = `visits/${visit.id}/face.jpg`;
  await replaceFile(parts.disk, `${parts.home.root}/${picture}`, crop.jpeg);
  const face: StoredFace = {
    id: parts.random.id(), kind: 'visit', source: 'visit', personId: undefined, visitId: visit.id, picture,
    landmarks: crop.landmarks, quality: best.face.quality, createdMs: Math.round(parts.clock.wallMs()),
  }; // prettier-ignore
  return { face, recogniser: parts.inference.recogniser, vector: best.embedding };
}

async function attempt<Value>(
  parts: VisitParts,
  visit: VisitUnderWay,
  save: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await save();
  } catch (error) {
    parts.log.warn('cannot save a picture of a visit', { correlation_id: visit.id, reason: wordsOf(error) });
    return undefined;
  }
}

/** The stranger this face was seen as before, or a new one. Whoever may be somebody known is no stranger's face. */
function strangerOf(parts: VisitParts, verdict: Verdict): string | undefined {
  const embedding = verdict.best?.face.embedding;
  if (!verdict.isClearStranger || embedding === undefined) return undefined;
  const seen = parts.gallery.nearestStranger(embedding);
  const isSame = seen !== undefined && seen.distance <= parts.settings.recognition.strangerDistance;
  return isSame ? seen.strangerId : parts.random.id();
}

function embeddingOf(
  visit: VisitUnderWay,
  { face, recogniser, vector }: VisitFace,
  strangerId: string | undefined,
): StoredEmbedding {
  return { faceId: face.id, kind: 'visit', personId: undefined, visitId: visit.id, strangerId, recogniser, vector };
}
