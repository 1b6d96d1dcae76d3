import type { Box } from '../system/pixels.ts';
import type { Size } from './i420.ts';
import { evenBelow } from './letterbox.ts';

/**
 * A second look takes nine parts of a picture, one by one, each as large as a whole picture to the detector: of 1280x720 a
 * part is 528x296, and a face of 40 pixels, which the whole picture hides at 13, has 31. They overlap by more than a face
 * that the first look would miss.
 */
const tilesAcross = 3;
const tileShare = 0.4125;

/** The parts of a picture, row by row. */
export function tilesOf(picture: Size): readonly Box[] {
  const { width, height } = tileSize(picture);
  return Array.from({ length: tilesAcross * tilesAcross }, (_, tile) => ({
    x: evenBelow(((tile % tilesAcross) * (picture.width - width)) / (tilesAcross - 1)),
    y: evenBelow((Math.floor(tile / tilesAcross) * (picture.height - height)) / (tilesAcross - 1)),
    width,
    height,
  }));
}

/** A part of the same size with the face in the middle, as far as the edges allow. */
export function tileAround(picture: Size, face: Box): Box {
  const { width, height } = tileSize(picture);
  const place = (middle: number, side: number, whole: number): number =>
    evenBelow(Math.max(0, Math.min(whole - side, middle - side / 2)));
  const x = place(face.x + face.width / 2, width, picture.width);
  const y = place(face.y + face.height / 2, height, picture.height);
  return { x, y, width, height };
}

/** The picture as from twice as far, with something around it: a face that fills it is seen by no detector. */
export function fromAfar({ width, height }: Size): Box {
  return { x: -width / 2, y: -height / 2, width: 2 * width, height: 2 * height };
}

function tileSize({ width, height }: Size): Size {
  return { width: Math.max(2, evenBelow(width * tileShare)), height: Math.max(2, evenBelow(height * tileShare)) };
}
