import Type, { type Static } from 'typebox';
import type { DetectedFace } from '../system/inference.ts';
import { lookForFaces, type Look } from '../people/look-for-faces.ts';
import type { Lend, Pixels } from '../system/pixels.ts';
import { decide } from '../visit/decide.ts';
import { complaintAbout } from '../visit/face-quality.ts';
import { match } from '../visit/embed.ts';
import type { WebParts } from './parts.ts';
import { nullable, outcomeShape, qualityShape } from './shapes.ts';

const recognizedFaceShape = Type.Object({
  box: Type.Object({ x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() }),
  score: Type.Number({ description: "The detector's confidence, 0 to 1" }),
  quality: qualityShape,
  outcome: outcomeShape,
  personId: nullable(Type.String()),
  name: nullable(Type.String()),
  reason: Type.String({ description: 'Why, in words' }),
  candidates: Type.Array(
    Type.Object({ personId: Type.String(), name: Type.String(), distance: Type.Number(), faceId: Type.String() }),
    { description: 'Nearest first' },
  ),
});
export const recognitionShape = Type.Object({
  width: Type.Integer({ description: 'Of the picture as it was looked at: boxes are in its pixels' }),
  height: Type.Integer(),
  recogniser: Type.String(),
  faces: Type.Array(recognizedFaceShape, { description: 'Largest first' }),
});
type RecognizedFace = Static<typeof recognizedFaceShape>;
type RecognitionParts = Pick<WebParts, 'inference' | 'gallery' | 'settings'>;

/** Who is on a picture, judged by the rules of a visit. Nothing is stored. */
export async function recognize(
  parts: RecognitionParts,
  picture: Pixels,
  lend: Lend,
): Promise<Static<typeof recognitionShape>> {
  const { inference } = parts;
  const { faces: found, looked } = await lookForFaces(inference, picture, lend);
  const faces: RecognizedFace[] = [];
  for (const face of found) faces.push(await recognizeFace(parts, looked, face));
  return { width: picture.width, height: picture.height, recogniser: inference.recogniser, faces };
}

/** The box in the pixels of the picture that was given. */
function boxIn(
  { left, top, scale }: Look['looked'],
  { x, y, width, height }: DetectedFace['box'],
): DetectedFace['box'] {
  return { x: (x - left) / scale, y: (y - top) / scale, width: width / scale, height: height / scale };
}

async function recognizeFace(
  parts: RecognitionParts,
  looked: Look['looked'],
  face: DetectedFace,
): Promise<RecognizedFace> {
  const { inference, gallery, settings } = parts;
  const complaint = complaintAbout(face, settings.recognition);
  const { recogniser } = inference;
  const embedding = complaint === undefined ? await inference.embed(looked, face.landmarks) : undefined;
  if (inference.recogniser !== recogniser) return recognizeFace(parts, looked, face); // Another pack is used since.
  const sighting = match(gallery, 0, [{ face, prominence: 1, complaint, embedding }]);
  const verdict = decide([sighting], {
    recognition: settings.recognition,
    recogniser,
    isPicture: true,
  });
  const candidates = sighting.faces[0]?.candidates ?? [];
  return {
    box: boxIn(looked, face.box),
    score: face.score,
    quality: { ...face.quality },
    outcome: verdict.outcome,
    personId: verdict.person?.personId ?? null,
    name: verdict.person?.name ?? null,
    reason: verdict.reason,
    candidates: candidates.map(({ personId, name, distance, faceId }) => ({ personId, name, distance, faceId })),
  };
}
