import type { ZooRelease } from '../zoo-release.ts';
import { badAtNaming } from './bad-at-naming.ts';
import { badAtRequests } from './bad-at-requests.ts';
import { badAtTelling } from './bad-at-telling.ts';
import { badInSilence } from './bad-in-silence.ts';
import { badWithData } from './bad-with-data.ts';
import { badWithPresses } from './bad-with-presses.ts';
import { badWithTheMachine } from './bad-with-the-machine.ts';
import { badWithVisitors } from './bad-with-visitors.ts';
import { goodReleases } from './good.ts';

/** Every release of the zoo: the bad ones by what they are bad at, then the good ones. */
export const zooReleases: readonly ZooRelease[] = [
  ...badWithPresses,
  ...badAtTelling,
  ...badAtNaming,
  ...badAtRequests,
  ...badInSilence,
  ...badWithTheMachine,
  ...badWithData,
  ...badWithVisitors,
  ...goodReleases,
];
