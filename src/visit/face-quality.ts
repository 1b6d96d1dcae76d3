import type { Settings } from '../settings/settings-schema.ts';
import { isOnFace } from '../face/quality.ts';
import type { DetectedFace, FaceQuality } from '../system/inference.ts';

export type FaceLimits = Pick<Settings['recognition'], 'faceWidthPxMin' | 'detailMin' | 'yawDegMax' | 'lightMax'>;

/** What is wrong with a face at the door and what would help, in words; undefined when it can be recognised. */
export function complaintAbout(face: Pick<DetectedFace, 'box' | 'quality'>, limits: FaceLimits): string | undefined {
  if (!isOnFace(face))
    return 'eyes, nose and mouth cannot be made out: look at the camera, with nothing before the face';
  const { widthPx, yawDeg, light, detail = Infinity } = face.quality;
  const { faceWidthPxMin, detailMin, yawDegMax, lightMax } = limits;
  if (widthPx < faceWidthPxMin)
    return `face ${Math.round(widthPx)} px wide, ${faceWidthPxMin} needed: stand ${nearerPercent(widthPx, faceWidthPxMin)} % nearer or mount the camera lower`;
  if (light > lightMax)
    return `face too bright (light ${Math.round(light)}, ${lightMax} at most): shade the camera or the door`;
  if (Math.abs(yawDeg) > yawDegMax)
    return `face turned ${Math.round(Math.abs(yawDeg))} degrees away, ${yawDegMax} at most: look at the camera`;
  if (detail < detailMin)
    return `face blurred (detail ${detail.toFixed(2)}, ${detailMin.toFixed(2)} needed): stand still, or clean the lens`;
  return undefined;
}

/** A face is twice as wide from half as far. */
function nearerPercent(widthPx: number, neededPx: number): number {
  return Math.ceil((1 - widthPx / neededPx) * 100);
}

/** Of two usable faces, the better to show and to keep: wide, sharp and frontal. 0 to 1. */
export function worthOf(quality: FaceQuality): number {
  const width = Math.min(1, quality.widthPx / 150);
  const sharpness = Math.min(1, quality.sharpness / 200);
  return width * sharpness * Math.max(0, Math.cos((quality.yawDeg * Math.PI) / 180));
}
