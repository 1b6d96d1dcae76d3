import type { Gallery } from './gallery.ts';
import type { HouseholdParts } from './household-parts.ts';
import { embeddingOf } from './keep-face.ts';
import { storageRefusal } from './storage-refusal.ts';
import { studyStoredFace } from './study.ts';
import type { StoredFace } from '../store/records.ts';
import type { Clock } from '../system/clock.ts';

/** Faces read from the database at once. */
const batchFaces = 16;
/** Rest after each face, so that a visit never waits for more than one of them. */
const restMs = 20;
/** Faces that cannot be embedded; with more of them the disk is the problem, and the loop ends. */
const failuresMax = 1_000;

export interface ReembedParts extends Pick<
  HouseholdParts,
  'store' | 'inference' | 'pictures' | 'recognition' | 'disk' | 'home' | 'log'
> {
  /** In the recogniser's terms. */
  readonly gallery: Pick<Gallery, 'recogniser' | 'add'>;
  readonly clock: Pick<Clock, 'sleep'>;
}

interface ReembedResult {
  readonly outcome: 'done' | 'stopped' | 'failing';
  readonly embedded: number;
  /** Left out: the crop is missing or cannot be read. They are tried again at the next start. */
  readonly unusable: number;
}

/**
 * After a change of the recogniser: embeds every face that it has not seen, from its kept crop, in the background. The
 * gallery knows each of them at once; those still waiting are not recognised in its terms yet (`PackChanges`).
 */
export async function reembedMissing(parts: ReembedParts, signal: AbortSignal): Promise<ReembedResult> {
  const { recogniser } = parts.gallery;
  const unusable = new Set<string>();
  let embedded = 0;
  for (;;) {
    // The unusable ones stay first in line: ask for so many more, and step over them.
    const asked = parts.store.read.facesWithout(recogniser, batchFaces + unusable.size);
    const waiting = asked.filter(({ id }) => !unusable.has(id));
    if (waiting.length === 0) return { outcome: 'done', embedded, unusable: unusable.size };
    for (const face of waiting) {
      if (signal.aborted) return { outcome: 'stopped', embedded, unusable: unusable.size };
      if (await reembed(parts, face)) embedded += 1;
      else unusable.add(face.id);
      if (unusable.size >= failuresMax) return { outcome: 'failing', embedded, unusable: unusable.size };
      await parts.clock.sleep(restMs, signal);
    }
  }
}

async function reembed(parts: ReembedParts, face: StoredFace): Promise<boolean> {
  const { recogniser } = parts.gallery;
  try {
    const studied = await studyStoredFace(parts, face);
    if (studied.outcome === 'refused') {
      parts.log.warn('cannot embed a face again', { faceId: face.id, reason: studied.message });
      return false;
    }
    const { vector } = studied;
    await parts.store.write('addEmbedding', { faceId: face.id, recogniser, vector });
    // A person may have been removed while the crop was being looked at.
    if (parts.store.read.face(face.id) !== undefined)
      parts.gallery.add(embeddingOf(parts.store, face, { recogniser, vector }));
    return true;
  } catch (error) {
    parts.log.warn('cannot embed a face again', { faceId: face.id, reason: storageRefusal(error).message });
    return false;
  }
}
