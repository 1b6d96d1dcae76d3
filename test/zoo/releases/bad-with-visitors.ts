/** They do well with whatever their incumbent does itself, and badly with visitors: seen only where some come. */
import { blindToVisitors, keepsNoVisitors, mixesVisitorsUp, silentAboutVisitors } from '../../updates/two-faced.ts';
import { bad, type ZooRelease } from '../zoo-release.ts';

/** A minute brings as many visitors as ten bring to a house. */
const among = { weather: 'load', settings: ['update.probationMinutes=1'] } as const;

export const badWithVisitors: readonly ZooRelease[] = [
  bad('blind-to-visitors', 'sees no face in visitors', { reasons: ['named'], patch: blindToVisitors, ...among }),
  bad('mixes-visitors-up', 'gives visitors the name of who is least alike', {
    reasons: ['named'],
    patch: mixesVisitorsUp,
    ...among,
  }),
  bad('silent-about-visitors', 'tells nobody that a visitor has rung', {
    reasons: ['told'],
    patch: silentAboutVisitors,
    spoils: ['rings'],
    ...among,
  }),
  bad('keeps-no-visitors', 'saves no picture of visitors, and says that it has', {
    reasons: ['kept'],
    patch: keepsNoVisitors,
    ...among,
  }),
];
