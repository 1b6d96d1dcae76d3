import type { FaceInFrame, PictureSign } from '../system/inference.ts';
import { sidesThatGoAlong } from './moving-edge.ts';
import { hasPixelGrid } from './pixel-grid.ts';

/** Edges on so many sides: long hair, a hat or a collar makes one. */
const sidesMin = 2;
/** One frame shows many things. */
const framesMin = 2;

/**
 * What speaks for a picture of a face in some frames of it, three or so. Nothing is no sign of life: a good screen that
 * fills the view has no edge, and may have no grid that a camera sees.
 *
 * - Chosen: edges and grid; rejected: landmarks that move as those of a plane; why: a sheet that is turned by 25 degrees
 *   within the burst narrows a face by 4 to 8 %, and the landmarks miss a plane by 0.4 to 1.1 % of its width; by less it
 *   cannot be told from a face, and within half a second nobody turns more.
 */
export function signsOfPicture(faces: readonly FaceInFrame[]): readonly PictureSign[] {
  const signs: PictureSign[] = [];
  if (sidesThatGoAlong(faces).size >= sidesMin) signs.push('edge');
  if (faces.filter(hasPixelGrid).length >= framesMin) signs.push('grid');
  return signs;
}
