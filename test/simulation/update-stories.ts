import type { Nature } from './simulated-nature.ts';
import { type Placed, type TinyRelease, tinyRelease } from './update-life-releases.ts';

/** A story: what the release on offer is like, and who else is there. */
export interface Story {
  readonly name: string;
  /**
   * Every schedule of it with one cut or one fault, beyond that by chance: it has as many moments as all others together,
   * and pruning loses up to three of its hundred places of rest, nobody knows why yet.
   */
  readonly isLong?: true;
  /** What it may be like when it runs. */
  readonly natures: readonly Nature[];
  /** Why it is never to be run at all. */
  readonly flaw?: TinyRelease['flaw'];
  /** Where the release is to be had, and what else is; without it, the web server has it and nothing else. */
  readonly placed?: readonly Placed[];
  /** A process that lives holds the lease until this many steps were taken. */
  readonly leaseSteps?: number;
  readonly memory?: 'warm' | 'cold';
  /** A real release file, and the real code of release/ for everything: slower, so only where it is asked for. */
  readonly deep?: TinyRelease;
}

/** The releases never change: made once for all lives. */
export const installed = tinyRelease('1.0.0', undefined);
const newer = tinyRelease('2.0.0', undefined);
const newest = tinyRelease('3.0.0', undefined);
const forged = tinyRelease('2.0.0', 'forged');
const older = tinyRelease('0.9.0', 'older');
const otherBoard = tinyRelease('4.0.0', 'wrong-board');

export const goodStory: Story = { name: 'a good release', natures: ['good'] };

/** Stories of releases that are found wanting at the same time go the same way until then: together they are one. */
export const stories: readonly Story[] = [
  goodStory,
  { ...goodStory, name: 'a good release, and memory for one process', memory: 'cold' },
  { ...goodStory, name: 'a good release, while another process updates', leaseSteps: 3 },
  {
    name: 'a release that fails its rehearsal',
    natures: [
      'not-starting', 'never-ready', 'liar', 'wrong-names', 'blind', 'cannot-migrate', 'forgets-visits', 'takes-the-power',
    ], // prettier-ignore
  },
  {
    name: 'a release that fails its probation',
    natures: [
      'hangs-at-take-over', 'crashes', 'hangs', 'babbles', 'leaks', 'unhealthy', 'doubts-itself', 'fails-requests',
      'answers-nothing', 'answers-late', 'shuts-the-door', 'says-stored', 'no-frames', 'frames-stand-still',
    ], // prettier-ignore
  },
  { ...goodStory, name: 'a release that nobody signed', flaw: 'forged' },
  { ...goodStory, name: 'an older release', flaw: 'older' },
  { ...goodStory, name: 'a good release, pushed', placed: [{ release: newer, at: 'pushed' }] },
  {
    ...goodStory,
    name: 'a good release on a stick, beside the installed one, and another board on the server',
    placed: [
      { release: newer, at: 'stick' },
      { release: installed, at: 'pushed' },
      { release: otherBoard, at: 'server' },
    ],
  },
  {
    ...goodStory,
    name: 'a release that nobody signed, pushed',
    flaw: 'forged',
    placed: [{ release: forged, at: 'pushed' }],
  },
  {
    ...goodStory,
    name: 'two updates, the second one on the server',
    isLong: true,
    placed: [
      { release: newer, at: 'pushed' },
      { release: newest, at: 'server' },
    ],
  },
];

/** The release that the story is about. */
export function releaseOf({ flaw, deep }: Pick<Story, 'flaw' | 'deep'>): TinyRelease {
  if (deep !== undefined) return deep;
  if (flaw === undefined) return newer;
  return flaw === 'forged' ? forged : older;
}

/** Where everything is that the device may find. */
export function placedOf(story: Story): readonly Placed[] {
  const release = releaseOf(story);
  return story.placed ?? [{ release, at: 'server', ...(story.flaw === 'older' ? { says: '3.0.0' } : {}) }];
}
