/**
 * What a candidate says of itself, held against what was measured of its first process. Chosen: only less than it really
 * takes is false; rejected: any difference; why: a release may well count more to itself than others do, files for instance.
 */
import type { Taken } from '../../system/taken.ts';
import { type Finding, shown } from './finding.ts';
import type { GateFacts, GateSample } from './gate-facts.ts';

/** It may say less by this share, or by so much. */
const share = 0.25;
const memoryBytes = 48e6;
const processorMs = 3000;
/** The two are not looked at in the same moment: its best word within this time counts, at so many measurements in a row. */
const nearMs = 1500;
const takenInRow = 5;

export function judgeOwnWord({ samples, taken = [], nowMs }: GateFacts): Finding {
  const pairs = taken
    .filter(({ atMs }) => atMs <= nowMs - nearMs)
    .slice(-takenInRow)
    .flatMap((measured) => pairOf(measured, samples));
  const last = pairs.at(-1);
  if (last === undefined) return undefined;
  const saw = `it says ${wordsOf(last.said)}, ${wordsOf(last.measured)} were measured`;
  const evidence = { asked: pairs.length, answered: pairs.length, compared: pairs.length, saw };
  const isFalse = pairs.length === takenInRow && pairs.every(isLess);
  return shown(evidence, isFalse ? { broken: `its own figures are false: ${saw}` } : undefined);
}

interface Pair {
  readonly said: { readonly memoryBytes: number; readonly processorMs?: number };
  readonly measured: Taken['first'];
}

/** The most that it said of itself around that moment. */
function pairOf({ atMs, first }: Taken, samples: readonly GateSample[]): readonly Pair[] {
  const near = samples.filter((sample) => Math.abs(sample.atMs - atMs) <= nearMs);
  if (near.length === 0) return [];
  const times = near.flatMap((sample) => sample.processorMs ?? []);
  const most = Math.max(...near.map((sample) => sample.memoryBytes));
  return [
    {
      said: { memoryBytes: most, ...(times.length === 0 ? {} : { processorMs: Math.max(...times) }) },
      measured: first,
    },
  ];
}

function isLess({ said, measured }: Pair): boolean {
  const isBelow = (word: number, real: number, least: number): boolean => real - word > Math.max(least, share * real);
  return (
    isBelow(said.memoryBytes, measured.memoryBytes, memoryBytes) ||
    (said.processorMs !== undefined && isBelow(said.processorMs, measured.processorMs, processorMs))
  );
}

function wordsOf({ memoryBytes: bytes, processorMs: ms }: Pair['said']): string {
  return `${Math.round(bytes / 1e6)} MB${ms === undefined ? '' : ` and ${(ms / 1000).toFixed(1)} s of processor time`}`;
}
