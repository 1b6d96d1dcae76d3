import type { UpdateSettings } from '../../src/settings/update-settings.ts';
import type { Hazards } from './simulated-machine.ts';
import { lateNatures, type Nature } from './simulated-nature.ts';
import { type Placed, type Prepared, type TinyRelease, tinyRelease } from './update-life-releases.ts';

/** A story: what the release on offer is like, and who else is there. */
export interface Story {
  readonly name: string;
  /** Every schedule of it with one cut or one fault, beyond that by chance: it has as many moments as all others together. */
  readonly isLong?: true;
  /** Every schedule of it with one cut or one fault belongs to every change; what is beyond that is a command. */
  readonly isApart?: true;
  /** What it may be like when it runs. */
  readonly natures: readonly Nature[];
  /** Why it is never to be run at all. */
  readonly flaw?: TinyRelease['flaw'];
  /** Where the release is to be had, and what else is; without it, the web server has it and nothing else. */
  readonly placed?: readonly Placed[];
  /** A process that lives holds the lease until this many steps were taken. */
  readonly leaseSteps?: number;
  /** What the owner has set. */
  readonly settings?: Partial<UpdateSettings>;
  /** What may happen there besides. */
  readonly hazards?: Hazards;
  /** What runs has come by an update itself. */
  readonly isSecond?: true;
  /** The release that the device came with lies there for ever. */
  readonly hasFactory?: true;
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
  { ...goodStory, name: 'a good release, and memory for one process', settings: { memory: 'cold' } },
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
  { name: 'a second update', natures: ['good', 'crashes'], isSecond: true, isApart: true },
  {
    ...goodStory,
    name: 'a household that is asked',
    isApart: true,
    settings: { consent: 'ask' },
    hazards: { inTime: ['consent-withdrawn'] },
  },
  // The device is switched on at eight o'clock.
  { ...goodStory, name: 'a window that opens later', isApart: true, settings: { window: '08:20-08:50' } },
  {
    name: 'a release that crashes after its commit',
    isApart: true,
    natures: ['good', ...lateNatures],
    settings: { watchHours: 0.2, crashesMax: 2 },
  },
  {
    name: 'slots that are read again and again',
    natures: ['good', 'crashes'],
    isApart: true,
    settings: { scrubHours: 0.1 },
    hazards: { inTime: ['rot-program', 'rot-manifest', 'unreadable-program'] },
    hasFactory: true,
  },
  {
    ...goodStory,
    name: 'a good release, pushed, and a card that cannot be read now and then',
    isApart: true,
    placed: [{ release: newer, at: 'pushed' }],
    hazards: { isUnreadable: true },
  },
];

/** Those that `npm test` lives through with two cuts as well. */
export const everydayStories = stories.filter(({ isApart }) => isApart !== true);

/** What runs when the story begins, and what ran before it. */
export function installedIn({ isSecond }: Story): Pick<Prepared, 'installed' | 'before'> {
  return isSecond === true ? { installed: newer, before: installed } : { installed, before: undefined };
}

/** The release that the story is about. */
export function releaseOf({ flaw, deep, isSecond }: Pick<Story, 'flaw' | 'deep' | 'isSecond'>): TinyRelease {
  if (deep !== undefined) return deep;
  if (isSecond === true) return newest;
  if (flaw === undefined) return newer;
  return flaw === 'forged' ? forged : older;
}

/** Where everything is that the device may find. */
export function placedOf(story: Story): readonly Placed[] {
  const release = releaseOf(story);
  return story.placed ?? [{ release, at: 'server', ...(story.flaw === 'older' ? { says: '3.0.0' } : {}) }];
}
