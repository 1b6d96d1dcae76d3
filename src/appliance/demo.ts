import { readDemoVisitors, type DemoVisitor } from '../machine/camera/demo-camera.ts';
import type { Household } from '../people/household.ts';
import type { Store } from '../store/store.ts';
import type { Disk } from '../system/disk.ts';
import type { Log } from '../system/log.ts';
import type { Bell } from '../visit/bell.ts';
import type { Rooms, RoomsParts } from './rooms.ts';
import type { Senses } from './senses.ts';

export interface DemoParts {
  readonly folder: string;
  readonly senses: Senses;
  readonly household: Household;
  readonly bell: Bell;
  readonly store: Pick<Store, 'read'>;
  readonly disk: Disk;
  readonly log: Log;
}

/** Makes the demo tell its story: two of the visitors live here, and whoever has come up to the door rings. */
export async function playDemo(parts: DemoParts): Promise<void> {
  const { bell, folder, log, senses, store } = parts;
  const { demo } = senses.opened;
  if (demo === undefined) {
    log.warn('there is no demo household: camera.source is not demo');
    return;
  }
  const visitors = await readDemoVisitors(folder);
  if (store.read.people().length === 0) for (const visitor of visitors) await enrolVisitor(parts, visitor);
  demo.onArrival(() => void bell.ring({ source: 'command' }));
}

/** The same in the rooms of an appliance. */
export function playDemoIn(
  { ground, house, senses }: Rooms,
  { disk, release }: Pick<RoomsParts['machine'], 'disk' | 'release'>,
): Promise<void> {
  const { log, store } = ground;
  return playDemo({ folder: `${release.modelsFolder}/demo`, ...house, store, senses, disk, log });
}

async function enrolVisitor({ disk, folder, household, log }: DemoParts, visitor: DemoVisitor): Promise<void> {
  if (visitor.name === undefined || visitor.enrolmentFile === undefined) return;
  const picture = await disk.read(`${folder}/${visitor.enrolmentFile}`);
  if (picture === undefined) return;
  const enrolled = await household.enrol({
    actor: 'demo',
    who: { name: visitor.name },
    from: { kind: 'files', files: [{ label: visitor.enrolmentFile, bytes: picture }] },
  });
  if (enrolled.outcome === 'refused') log.warn('a demo visitor was not enrolled', { reason: enrolled.message });
}
