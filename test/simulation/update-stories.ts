import type { Nature } from './simulated-machine-stage.ts';
import { type TinyRelease, tinyRelease } from './update-life-releases.ts';

/** A story: what the release on offer is like, and who else is there. */
export interface Story {
  readonly nature: Nature;
  /** A process that lives holds the lease until this many steps were taken. */
  readonly leaseSteps?: number;
  readonly memory?: 'warm' | 'cold';
  /** A real release file, and the real code of release/ for everything: slower, so only where it is asked for. */
  readonly deep?: TinyRelease;
}

export const stories: readonly Story[] = [
  { nature: 'good' },
  { nature: 'good', memory: 'cold' },
  { nature: 'good', leaseSteps: 3 },
  ...([
    'not-starting', 'never-ready', 'liar', 'wrong-names', 'blind', 'hangs-at-take-over', 'crashes', 'hangs', 'leaks',
    'unhealthy', 'fails-requests', 'no-frames', 'takes-the-power', 'forged', 'older',
  ] as const).map((nature) => ({ nature })),
]; // prettier-ignore

/** The releases never change: made once for all lives. */
export const installed = tinyRelease('1.0.0', 'good');
const offered = new Map<Nature, TinyRelease>();
export function releaseOf({ nature, deep }: Story): TinyRelease {
  if (deep !== undefined) return deep;
  const made = offered.get(nature) ?? tinyRelease(nature === 'older' ? '0.9.0' : '2.0.0', nature);
  offered.set(nature, made);
  return made;
}
