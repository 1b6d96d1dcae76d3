/** Where an update stands, read from the disk while it goes on. */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../appliance/street.ts';
import { entryScript } from '../updates/bundle.ts';
import type { Installation } from '../updates/installation.ts';
import type { Boundary } from './plan.ts';

/** An update before its first kill. */
export interface Outset {
  readonly version: string;
  /** What the link names, and who runs from it; from its commit on, who ran from it last. */
  readonly link: string;
  readonly incumbent: number;
}

/** What has become of a release; undefined while nobody has decided. */
export async function fateOf(site: Installation, version: string): Promise<'committed' | 'rejected' | undefined> {
  const record = await site.record();
  if (record.newestCommitted?.version === version && record.underWay === undefined) return 'committed';
  return record.rejected.some((release) => release.version === version) ? 'rejected' : undefined;
}

/** The furthest boundary that the update has crossed. */
export async function standingOf(site: Installation, { version, link, incumbent }: Outset): Promise<Boundary> {
  const { places } = site;
  if (readlinkSync(places.current) !== link) {
    if ((await fateOf(site, version)) === undefined) return 'linked';
    return isAlive(incumbent) || site.processes().length > 1 ? 'recorded' : 'left';
  }
  const record = await site.record();
  if (record.underWay?.version === version) {
    if (childrenOf(incumbent) === '') return 'begun';
    const phase = await site.status().then((status) => status?.trial?.phase, () => undefined); // prettier-ignore
    return phase === 'probation' ? 'probation' : 'started';
  }
  if (record.rejected.some((release) => release.version === version)) return 'over';
  const standby = link.endsWith('a') ? 'b' : 'a';
  const mark = existsSync(places.mark[standby]) ? readFileSync(places.mark[standby], 'utf8') : '';
  if (mark.includes('unusable')) return existsSync(join(places.slot[standby], entryScript)) ? 'staging' : 'marked';
  return mark.includes(`"${version}"`) ? 'staged' : 'pushed';
}

/** The candidate of an incumbent. */
function childrenOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  } catch {
    return ''; // It has ended.
  }
}
