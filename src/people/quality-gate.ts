import { refusal, type Refusal } from './acts.ts';
import { isOnFace } from '../face/quality.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { DetectedFace, FaceQuality } from '../system/inference.ts';
import type { Box } from '../system/pixels.ts';

type QualityLimits = Pick<Settings['recognition'], 'faceWidthPxMin' | 'detailMin' | 'yawDegMax' | 'lightMax'>;

/** A face is clearly the sitter of a picture when its box has this many times the area of the next one's. */
const sitterAreaRatio = 4;

/**
 * The detector answers from 0.3 on, and below 0.4 were hands and hair more often than faces (face-api's six demo
 * pictures: 4 of 5). At the door the frames before and after tell; a picture to enrol stands alone.
 */
const detectorScoreMin = 0.4;
/**
 * Blurred faces resemble each other: of two strangers with less detail 3 to 7 of 100 are taken for one person, with more
 * not one of 100, and whoever was enrolled from one would lend his name to everybody out of focus.
 */
const teachingDetailMin = 0.25;
/** So do faces in the dark: 26 of 100 with less light (mean grey, 0 to 255), 3 of 100 with a little more. */
const teachingLightMin = 10;
/** Landmarks that are tilted further than a head tilts are not on a face. */
const rollDegMax = 60;

/** A face, beyond doubt. */
export function isSure(face: DetectedFace): boolean {
  return face.score >= detectorScoreMin && isOnFace(face);
}

/** The face a picture is about, or why there is none. */
export function sitterOf(faces: readonly DetectedFace[]): { outcome: 'sitter'; face: DetectedFace } | Refusal {
  const sure = faces.filter(isSure);
  const byArea = sure.toSorted((a, b) => areaOf(b.box) - areaOf(a.box));
  const [face, next] = byArea;
  if (face === undefined)
    return refusal(
      'no-face',
      'cannot find a face in this picture: use one in which the face is large, upright and lit',
    );
  if (next !== undefined && areaOf(face.box) < sitterAreaRatio * areaOf(next.box))
    return refusal(
      'several-faces',
      `cannot tell whom this picture is about: it shows ${sure.length} faces: cut it to one of them`,
    );
  return { outcome: 'sitter', face };
}

/** Why a face is not good enough to teach from; undefined when it is. */
export function qualityRefusal(quality: FaceQuality, limits: QualityLimits): Refusal | undefined {
  const { widthPx, yawDeg, rollDeg, light, detail = Infinity } = quality;
  const detailMin = Math.max(limits.detailMin, teachingDetailMin);
  if (widthPx < limits.faceWidthPxMin)
    return refusal(
      'face-too-small',
      `cannot use this face: it is ${Math.round(widthPx)} px wide, ${limits.faceWidthPxMin} needed: ` +
        'stand closer or use a larger picture',
    );
  if (light < teachingLightMin)
    return refusal(
      'face-too-dark',
      `cannot use this face: it is too dark (light ${Math.round(light)}, ${teachingLightMin} needed): turn on a light`,
    );
  if (light > limits.lightMax)
    return refusal(
      'face-too-bright',
      `cannot use this face: it is too bright (light ${Math.round(light)}, ${limits.lightMax} at most): ` +
        'keep the sun and lamps off it',
    );
  if (Math.abs(yawDeg) > limits.yawDegMax)
    return refusal(
      'face-turned',
      `cannot use this face: it is turned ${Math.round(Math.abs(yawDeg))} degrees away, ${limits.yawDegMax} at most: ` +
        'look at the camera',
    );
  if (Math.abs(rollDeg) > rollDegMax)
    return refusal(
      'face-turned',
      `cannot use this face: it is tilted ${Math.round(Math.abs(rollDeg))} degrees, ${rollDegMax} at most: ` +
        'turn the picture upright',
    );
  if (detail < detailMin)
    return refusal(
      'face-blurred',
      `cannot use this face: it is blurred (detail ${detail.toFixed(2)}, ${detailMin.toFixed(2)} needed): ` +
        'hold still, clean the lens or use a sharper picture',
    );
  return undefined;
}

function areaOf(box: Box): number {
  return box.width * box.height;
}
