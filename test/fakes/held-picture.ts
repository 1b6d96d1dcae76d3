import type { FaceInFrame } from '../../src/system/inference.ts';
import { i420Bytes, type Pixels } from '../../src/system/pixels.ts';

export const heldSize = { width: 480, height: 360 } as const;
const widthPx = 80;

/** What a camera sees, painted by a rule: somebody, or a sheet with somebody on it, before a wall with a door in it. */
export interface Painted {
  /** The middle of the face. */
  readonly x: number;
  readonly y: number;
  /** A sheet around the face; a head without one is round. */
  readonly isSheet?: boolean;
  /** Something bright around the face that fades over half of its width. */
  readonly isSoft?: boolean;
  /** How far the camera, and with it the wall, has moved. */
  readonly wallX?: number;
  readonly wallY?: number;
  /** Cycles in a hundred pixels, to the right and down, of a grid over the face. */
  readonly grid?: readonly [across: number, down: number];
  /** A frame of straight edges behind the head that does not move. */
  readonly hasDoor?: boolean;
}

/** A frame with a face of 80 pixels, and where its landmarks would be. */
export function paintedFace(painted: Painted): FaceInFrame {
  const { width, height } = heldSize;
  const picture: Pixels = { ...heldSize, pixels: new SharedArrayBuffer(i420Bytes(width, height)) };
  const luma = new Uint8Array(picture.pixels);
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1) luma[row * width + column] = greyAt(painted, column, row);
  const landmarks = Float32Array.from({ length: 136 }, (_, at) => {
    const angle = (Math.floor(at / 2) / 68) * 2 * Math.PI;
    return at % 2 === 0 ? painted.x + 30 * Math.cos(angle) : painted.y + 30 * Math.sin(angle);
  });
  return { picture, landmarks, widthPx };
}

function greyAt(painted: Painted, column: number, row: number): number {
  const { x, y, isSheet = false, isSoft = false, wallX = 0, wallY = 0, grid, hasDoor = false } = painted;
  const [across, down] = [(column - x) / widthPx, (row - y) / widthPx];
  if (Math.hypot(across / 0.55, down / 0.75) < 1) {
    const [right, below] = grid ?? [0, 0];
    const stripes = grid === undefined ? 0 : 12 * Math.cos((2 * Math.PI * (right * column + below * row)) / 100);
    return 150 + 40 * Math.cos(4 * across) * Math.cos(3 * down) + stripes;
  }
  if (isSheet && Math.abs(across) < 1.1 && Math.abs(down) < 1.4) return 205;
  if (isSoft)
    return 90 + 110 * Math.max(0, Math.min(1, 2.5 - 2 * Math.max(Math.abs(across) / 1.1, Math.abs(down) / 1.4)));
  if (!isSheet && Math.hypot(across / 0.7, down / 0.95) < 1) return 60;
  const [wall, under] = [column - wallX, row - wallY];
  if (hasDoor && Math.abs(wall - 240) < 110 && under > 20) return 175;
  return 90 + 25 * Math.sin(wall / 37) + 20 * Math.cos(under / 29);
}
