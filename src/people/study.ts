import { cutFaceCrop, type FaceCrop } from './face-crop.ts';
import { refusal, type PictureFile, type Refusal } from './acts.ts';
import type { HouseholdParts } from './household-parts.ts';
import { lookForFaces } from './look-for-faces.ts';
import { qualityRefusal, sitterOf } from './quality-gate.ts';
import type { StoredFace } from '../store/records.ts';
import type { DecodeFailure, DetectedFace, Embedding, FaceQuality } from '../system/inference.ts';
import type { Pixels } from '../system/pixels.ts';

/** A face that is good enough to teach from, with all that is kept of it. */
export interface StudiedFace {
  readonly outcome: 'studied';
  readonly crop: FaceCrop;
  readonly quality: FaceQuality;
  readonly vector: Embedding;
}

type StudyParts = Pick<HouseholdParts, 'inference' | 'pictures' | 'recognition' | 'pictureMemory'>;

/** The one usable face of a picture file, or why there is none. */
export async function studyFile(
  parts: StudyParts,
  { bytes, onRead }: Omit<PictureFile, 'label'>,
): Promise<StudiedFace | Refusal> {
  return inTurn(parts, async () => {
    const decoded = await parts.pictures.decode(bytes, parts.pictureMemory?.picture, onRead);
    if (decoded.outcome !== 'decoded')
      return refusal(pictureReasons[decoded.outcome] ?? 'picture-unreadable', decoded.message);
    return study(parts, decoded.picture);
  });
}

const pictureReasons: Partial<Record<DecodeFailure, Refusal['reason']>> = {
  'too-large': 'picture-too-large',
  busy: 'picture-busy',
  unavailable: 'picture-unavailable',
};

/** The one usable face of a picture, or why there is none. */
export function studyPicture(parts: StudyParts, picture: Pixels): Promise<StudiedFace | Refusal> {
  return inTurn(parts, () => study(parts, picture));
}

function inTurn<Answer>({ pictureMemory }: StudyParts, look: () => Promise<Answer>): Promise<Answer> {
  return pictureMemory === undefined ? look() : pictureMemory.inTurn(look);
}

async function study(parts: StudyParts, picture: Pixels): Promise<StudiedFace | Refusal> {
  const sitter = await lookForSitter(parts, picture);
  if (sitter.outcome === 'refused') return sitter;
  const { face, looked } = sitter;
  const vector = await parts.inference.embed(looked, face.landmarks);
  const crop = await cutFaceCrop(parts.pictures, looked, face);
  return { outcome: 'studied', crop, quality: face.quality, vector };
}

/** A kept face once more, from its crop. */
export async function studyStoredFace(
  parts: StudyParts & Pick<HouseholdParts, 'disk' | 'home'>,
  face: StoredFace,
): Promise<StudiedFace | Refusal> {
  const jpeg = await parts.disk.read(`${parts.home.root}/${face.picture}`);
  if (jpeg === undefined)
    return refusal('no-picture', `cannot use face ${face.id}: its picture ${face.picture} is missing: enrol a new one`);
  const decoded = await parts.pictures.decodeOwn(jpeg);
  if (decoded.outcome !== 'decoded')
    return refusal('picture-unreadable', `${decoded.message} (${face.picture}): enrol a new picture`);
  const vector = await parts.inference.embed(decoded.picture, face.landmarks);
  return { outcome: 'studied', crop: { jpeg, landmarks: face.landmarks }, quality: face.quality, vector };
}

interface SeenSitter {
  readonly outcome: 'sitter';
  readonly face: DetectedFace;
  /** The picture that the face's pixels count in: the one given, or that one with grey around it. */
  readonly looked: Pixels;
}

/** A poor face is not looked at again: of a profile, the second look sometimes makes a frontal face that is none. */
async function lookForSitter(parts: StudyParts, picture: Pixels): Promise<SeenSitter | Refusal> {
  const { faces, looked } = await lookForFaces(parts.inference, picture, parts.pictureMemory?.padded);
  const sitter = sitterOf(faces);
  if (sitter.outcome === 'refused') return sitter;
  return qualityRefusal(sitter.face.quality, parts.recognition) ?? { ...sitter, looked };
}
