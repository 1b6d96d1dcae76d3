import type { Nature } from './simulated-door.ts';
import { type TinyRelease, tinyRelease } from './update-life-releases.ts';

/** A story: what the release on offer is like, and who else is there. */
export interface Story {
  readonly name: string;
  /** What it may be like when it runs. */
  readonly natures: readonly Nature[];
  /** Why it is never to be run at all. */
  readonly flaw?: 'forged' | 'older';
  /** A process that lives holds the lease until this many steps were taken. */
  readonly leaseSteps?: number;
  readonly memory?: 'warm' | 'cold';
  /** A real release file, and the real code of release/ for everything: slower, so only where it is asked for. */
  readonly deep?: TinyRelease;
}

export const goodStory: Story = { name: 'a good release', natures: ['good'] };

/** Stories of releases that are found wanting at the same time go the same way until then: together they are one. */
export const stories: readonly Story[] = [
  goodStory,
  { ...goodStory, name: 'a good release, and memory for one process', memory: 'cold' },
  { ...goodStory, name: 'a good release, while another process updates', leaseSteps: 3 },
  {
    name: 'a release that fails its rehearsal',
    natures: ['not-starting', 'never-ready', 'liar', 'wrong-names', 'blind', 'takes-the-power'],
  },
  {
    name: 'a release that fails its probation',
    natures: ['hangs-at-take-over', 'crashes', 'hangs', 'leaks', 'unhealthy', 'fails-requests', 'no-frames'],
  },
  { ...goodStory, name: 'a release that nobody signed', flaw: 'forged' },
  { ...goodStory, name: 'an older release', flaw: 'older' },
];

/** The releases never change: made once for all lives. */
export const installed = tinyRelease('1.0.0', undefined);
const newer = tinyRelease('2.0.0', undefined);
const forged = tinyRelease('2.0.0', 'forged');
const older = tinyRelease('0.9.0', 'older');

export function releaseOf({ flaw, deep }: Story): TinyRelease {
  if (deep !== undefined) return deep;
  if (flaw === undefined) return newer;
  return flaw === 'forged' ? forged : older;
}
