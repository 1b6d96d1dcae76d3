import { Gallery } from '../people/gallery.ts';
import { Household } from '../people/household.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Store } from '../store/store.ts';
import type { Chronicle } from '../system/audit.ts';
import { PictureMemory } from '../system/pixels.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Events } from '../system/event.ts';
import type { Home } from '../system/home.ts';
import type { Log } from '../system/log.ts';
import type { Network } from '../system/network.ts';
import type { Random } from '../system/random.ts';
import type { Terminal } from '../system/terminal.ts';
import { Bell } from '../visit/bell.ts';
import { CameraFeed } from '../visit/capture.ts';
import { Ledger } from '../visit/ledger.ts';
import { SelfTest } from '../visit/self-test/self-test.ts';
import { Notifier } from '../notify/notify.ts';
import { openChannels } from '../notify/open-channels.ts';
import type { HouseChronicle } from './chronicle.ts';
import type { Senses } from './senses.ts';

export interface HouseParts {
  readonly home: Home;
  readonly settings: Settings;
  readonly store: Store;
  readonly senses: Senses;
  readonly chronicle: Chronicle & Pick<HouseChronicle, 'head'>;
  readonly events: Events;
  readonly log: Log;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly random: Random;
  /** Where visitors are announced in words; undefined when nobody reads there. */
  readonly terminal: Terminal | undefined;
  /** Where the page is listened for, once it is. */
  readonly listensAt: () => string;
}

/** The rooms that do the work, each given what it uses. */
export interface House {
  readonly gallery: Gallery;
  readonly household: Household;
  readonly feed: CameraFeed;
  readonly ledger: Ledger;
  readonly notifier: Notifier;
  readonly bell: Bell;
  readonly selfTest: SelfTest;
  /** For pictures that people send. */
  readonly pictureMemory: PictureMemory;
}

/** Builds the rooms. Nothing moves yet. */
export function furnish(parts: HouseParts): House {
  const { senses, settings, store, log, events, clock } = parts;
  const { inference, pictures } = senses.recognition;
  const gallery = new Gallery(store.read, inference);
  senses.recognition.onChange(() => gallery.changeTo(inference));
  const pictureMemory = new PictureMemory();
  const household = new Household({
    ...parts,
    pictureMemory,
    gallery,
    inference,
    pictures,
    recognition: settings.recognition,
    log: log.named('people'),
  });
  const visitLog = log.named('visit');
  const feed = new CameraFeed({ ...parts, camera: senses.camera, settings: settings.camera, log: log.named('camera') });
  const ledger = new Ledger({ store, clock, events, log: visitLog });
  const notifier = notifierOf(parts);
  const bell = new Bell({
    ...parts,
    ledger,
    feed,
    inference,
    pictures,
    gallery,
    notifier,
    reads: store.read,
    log: visitLog,
  });
  notifier.subscribe((notification) => bell.noteNotified(notification));
  const { recognition } = settings;
  const selfTest = new SelfTest({ reads: store.read, gallery, clock, recognition });
  return { gallery, household, feed, ledger, notifier, bell, selfTest, pictureMemory };
}

function notifierOf(parts: HouseParts): Notifier {
  const { chronicle, settings, terminal, network, clock, listensAt, store, disk, home } = parts;
  const log = parts.log.named('notify');
  const { opened, complaints } = openChannels(settings.notify, {
    log,
    terminal,
    network,
    clock,
    auditHead: () => chronicle.head(),
  });
  for (const reason of complaints) log.error('a channel is not used', { reason });
  const { publicAddress } = settings.notify;
  const { timeZone } = settings.household;
  const pictureOf = async (visitId: string): Promise<Uint8Array | undefined> => {
    const picture = store.read.visit(visitId)?.picture;
    return picture === undefined ? undefined : disk.read(`${home.root}/${picture}`);
  };
  const address = (): string => (publicAddress === '' ? listensAt() : publicAddress.replace(/\/+$/, ''));
  return new Notifier({ ...parts, log, channels: opened, settings: settings.notify, timeZone, address, pictureOf });
}
