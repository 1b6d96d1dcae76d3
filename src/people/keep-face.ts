import { removeFiles } from './home-files.ts';
import type { HouseholdParts } from './household-parts.ts';
import type { StudiedFace } from './study.ts';
import type { StoredEmbedding, StoredFace } from '../store/records.ts';
import { replaceFile } from '../system/disk.ts';
import type { Embedding } from '../system/inference.ts';

/** A face whose crop is on the disk and whose row is not yet written. */
export type DraftFace = StoredFace & { readonly vector: Embedding };

type NewFace = Pick<StoredFace, 'kind' | 'source' | 'visitId'> & { readonly studied: StudiedFace };

/**
 * Writes the crop. The file goes first and the row second: a power cut between them leaves a file without a row, which
 * the next start sweeps, never a row without its file.
 */
export async function draftFace(parts: HouseholdParts, newFace: NewFace): Promise<Omit<DraftFace, 'personId'>> {
  const { kind, source, visitId, studied } = newFace;
  const id = parts.random.id();
  const path = `${parts.home.people}/${id}.jpg`;
  await parts.disk.makeDirectory(parts.home.people);
  const picture = path.slice(parts.home.root.length + 1);
  try {
    await replaceFile(parts.disk, path, studied.crop.jpeg);
  } catch (error) {
    await removeFiles(parts, [`${picture}.draft`]); // A full disk needs the room.
    throw error;
  }
  return {
    id,
    kind,
    source,
    visitId,
    picture,
    landmarks: studied.crop.landmarks,
    quality: studied.quality,
    createdMs: Math.round(parts.clock.wallMs()),
    vector: studied.vector,
  };
}

/** Writes the row and shows the face to the gallery. */
export async function keepFace(parts: HouseholdParts, draft: DraftFace): Promise<void> {
  const { vector, ...face } = draft;
  const { recogniser } = parts.gallery;
  await parts.store.write('addFace', { face, recogniser, vector });
  parts.gallery.add(embeddingOf(parts.store, face, { recogniser, vector }));
}

/** The face as the gallery knows it. */
export function embeddingOf(
  store: HouseholdParts['store'],
  face: StoredFace,
  embedding: { readonly recogniser: string; readonly vector: Embedding },
): StoredEmbedding {
  const { id: faceId, kind, personId, visitId } = face;
  const strangerId = kind === 'visit' && visitId !== undefined ? unnamedStrangerOf(store, visitId) : undefined;
  return { faceId, kind, personId, visitId, strangerId, ...embedding };
}

function unnamedStrangerOf(store: HouseholdParts['store'], visitId: string): string | undefined {
  const strangerId = store.read.visit(visitId)?.strangerId;
  if (strangerId === undefined) return undefined;
  return store.read.stranger(strangerId)?.personId === undefined ? strangerId : undefined;
}
