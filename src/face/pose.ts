import type { Landmarks } from '../system/inference.ts';

/** Degrees; 0 and 0 look straight into the camera. */
export interface Pose {
  /** Positive when the nose points to the right of the picture. */
  readonly yawDeg: number;
  /** Positive when the nose points down. */
  readonly pitchDeg: number;
}

type Vector = readonly [x: number, y: number, z: number];

/**
 * An average head: x to the right of the picture, y down, z towards the camera. Nose tip, chin, outer eye corners, mouth
 * corners; the proportions in wide use for head pose from these six points (S. Mallick, learnopencv.com, 2016).
 */
const head: readonly (readonly [point: number, place: Vector])[] = [
  [30, [0, 0, 0]],
  [8, [0, 330, -65]],
  [36, [-225, -170, -135]],
  [45, [225, -170, -135]],
  [48, [-150, 150, -125]],
  [54, [150, 150, -125]],
];

/** How a head must be turned so that its corners fall on the landmarks; least squares under weak perspective. */
export function poseOf(landmarks: Landmarks): Pose {
  const middle: [number, number, number] = [0, 0, 0];
  for (const [, place] of head) for (const axis of [0, 1, 2] as const) middle[axis] += place[axis] / head.length;
  // The axes of the model are independent of each other (it is symmetric) but for y and z.
  let [xx, yy, yz, zz] = [0, 0, 0, 0];
  const right: [number, number, number] = [0, 0, 0];
  const down: [number, number, number] = [0, 0, 0];
  for (const [point, place] of head) {
    const [x, y, z] = [place[0] - middle[0], place[1] - middle[1], place[2] - middle[2]];
    xx += x * x;
    yy += y * y;
    yz += y * z;
    zz += z * z;
    for (const [sums, at] of [
      [right, landmarks[2 * point]],
      [down, landmarks[2 * point + 1]],
    ] as const) {
      sums[0] += x * (at ?? 0);
      sums[1] += y * (at ?? 0);
      sums[2] += z * (at ?? 0);
    }
  }
  const solve = ([x, y, z]: Vector): Vector => {
    const determinant = yy * zz - yz * yz;
    return [x / xx, (zz * y - yz * z) / determinant, (yy * z - yz * y) / determinant];
  };
  const [acrossX, , acrossZ] = unit(solve(right));
  const [, alongY, alongZ] = unit(solve(down));
  return {
    yawDeg: degrees(Math.atan2(acrossZ, Math.abs(acrossX))),
    pitchDeg: degrees(Math.atan2(alongZ, Math.abs(alongY))),
  };
}

function unit([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z);
  return length === 0 ? [0, 0, 0] : [x / length, y / length, z / length];
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
