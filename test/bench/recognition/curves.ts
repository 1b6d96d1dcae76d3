import type { FaceQuality } from '../../../src/system/inference.ts';
import type { Eye, Seen } from './eye.ts';
import { BenchHousehold, type Named } from './household.ts';
import type { StressLook } from './stress.ts';
import { percent } from './tables.ts';

/** A face that was found, and what would be said of it if there were no gate. */
interface Open {
  readonly seen: Seen;
  readonly quality: FaceQuality;
  readonly personId: string;
  readonly named: Named;
  readonly stranger: Named;
}

/** What a limit looks at, and where its values are cut into ranges. */
interface Curve {
  /** The setting; `no limit` where the curve speaks against one. */
  readonly setting: string;
  readonly of: string;
  readonly valueOf: (look: Open) => number | undefined;
  readonly edges: readonly number[];
}

const curves: readonly Curve[] = [
  {
    setting: 'faceWidthPxMin',
    of: 'width, px',
    valueOf: ({ quality }) => quality.widthPx,
    edges: [0, 24, 32, 40, 48, 64, 80, 100, 150, Infinity],
  },
  {
    setting: 'detailMin',
    of: 'detail',
    valueOf: ({ quality }) => quality.detail,
    edges: [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, Infinity],
  },
  {
    setting: 'yawDegMax',
    of: 'turned, degrees',
    valueOf: ({ quality }) => Math.abs(quality.yawDeg),
    edges: [0, 10, 20, 30, 40, 50, 60, 90],
  },
  {
    setting: 'lightMax',
    of: 'light',
    valueOf: ({ quality }) => quality.light,
    edges: [0, 10, 15, 25, 40, 60, 100, 150, 200, 220, 235, 245, 256],
  },
  {
    setting: 'no setting',
    of: 'nearer than the runner-up by',
    valueOf: ({ named }) => named.gap,
    edges: [0, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, Infinity],
  },
  {
    setting: 'no limit',
    of: 'contrast',
    valueOf: ({ quality }) => quality.contrast,
    edges: [0, 5, 8, 12, 20, 30, 45, 60, 128],
  },
  {
    setting: 'no limit',
    of: 'sharpness',
    valueOf: ({ quality }) => quality.sharpness,
    edges: [0, 2, 4, 8, 15, 25, 40, 60, 100, 200, Infinity],
  },
];

/** Faces of one range that are compared with each other. */
const facesComparedMax = 120;
/** Half of the face is hidden: what is left may be as sharp and as well lit as it likes. */
const covered: ReadonlySet<string> = new Set(['mask', 'sunglasses']);

/** For every limit, what the door would say of faces in each range if it had no gate: Markdown. */
export function curvesPage(eye: Eye, looks: readonly StressLook[]): string {
  const open = looks.flatMap(({ kind, seen, personId, ungated, strangerUngated }) =>
    seen === undefined || covered.has(kind)
      ? []
      : [{ seen, quality: seen.face.quality, personId, named: ungated, stranger: strangerUngated }],
  );
  const limits = Object.entries(eye.recognition);
  return curves
    .map((curve) => {
      const limit = limits.find(([key]) => key === curve.setting)?.[1];
      const title = limit === undefined ? curve.setting : `\`${curve.setting}\` ${String(limit)}`;
      const head = [`${title}: ${curve.of}`, 'faces', 'own name missing %', 'another is nearer', 'stranger named', 'two people alike']; // prettier-ignore
      const lines = [head, head.map(() => '---'), ...rowsOf(eye, open, curve)];
      return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    })
    .join('\n\n');
}

function rowsOf(eye: Eye, open: readonly Open[], { valueOf, edges }: Curve): readonly (readonly string[])[] {
  return edges.slice(1).flatMap((to, at) => {
    const from = edges[at] ?? 0;
    const some = open.filter((look) => {
      const value = valueOf(look);
      return value !== undefined && value >= from && value < to;
    });
    if (some.length === 0) return [];
    const of = (holds: (look: Open) => boolean): string => percent(some.filter(holds).length, some.length);
    return [
      [
        to === Infinity ? `${from} and more` : `${from} to ${to}`,
        String(some.length),
        of(({ named, personId }) => named.name !== personId),
        of(({ named, personId }) => named.nearest !== personId),
        of(({ stranger }) => stranger.name !== undefined),
        alike(eye, some),
      ],
    ];
  });
}

/** How many pairs of two people in the range would be taken for one person if one of them were enrolled so. */
function alike(eye: Eye, looks: readonly Open[]): string {
  const some = looks.slice(0, facesComparedMax);
  let [pairs, taken] = [0, 0];
  for (const { personId, seen } of some) {
    const household = new BenchHousehold(eye, new Map([[personId, [seen.embedding]]]));
    for (const other of some) {
      if (other.personId === personId) continue;
      pairs += 1;
      if (household.nameOf(other.seen, true).name !== undefined) taken += 1;
    }
  }
  return pairs === 0 ? '-' : ((100 * taken) / pairs).toFixed(2);
}
