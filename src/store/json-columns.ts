import type { FaceQuality } from '../system/inference.ts';
import type { Candidate, Decision, VisitTrace } from './records.ts';
import type { Row } from './row.ts';

export function qualityOf(row: Row): FaceQuality {
  const detail = row.maybeNumber('detail');
  return {
    widthPx: row.number('widthPx'),
    sharpness: row.number('sharpness'),
    ...(detail === undefined ? {} : { detail }),
    yawDeg: row.number('yawDeg'),
    pitchDeg: row.number('pitchDeg'),
    rollDeg: row.number('rollDeg'),
    light: row.number('light'),
    contrast: row.number('contrast'),
  };
}

export function decisionOf(row: Row): Decision {
  const thresholds = row.row('thresholds');
  const quality = row.maybeRow('quality');
  const sure = row.maybeNumber('sure');
  return {
    recogniser: row.text('recogniser'),
    candidates: row.rows('candidates').map(candidateOf),
    thresholds: {
      known: thresholds.number('known'),
      probably: thresholds.number('probably'),
      margin: thresholds.number('margin'),
      faceWidthPxMin: thresholds.number('faceWidthPxMin'),
    },
    quality: quality === undefined ? undefined : qualityOf(quality),
    framesSeen: row.number('framesSeen'),
    framesWithFace: row.number('framesWithFace'),
    framesUsable: row.number('framesUsable'),
    agreement: row.number('agreement'),
    ...(sure === undefined ? {} : { sure }),
  };
}

function candidateOf(row: Row): Candidate {
  const deniedMs = row.maybeNumber('deniedMs');
  return {
    personId: row.text('personId'),
    name: row.text('name'),
    distance: row.number('distance'),
    frames: row.number('frames'),
    ...(deniedMs === undefined ? {} : { deniedMs }),
  };
}

const tracePoints: readonly (keyof VisitTrace)[] = ['stored', 'rung', 'firstFrame', 'detected', 'named', 'notified'];

/** Points that were not reached are left out. */
export function traceOf(row: Row): VisitTrace {
  const reached = tracePoints.map((point) => [point, row.maybeNumber(point)] as const);
  return Object.fromEntries(reached.filter(([, atMs]) => atMs !== undefined));
}
