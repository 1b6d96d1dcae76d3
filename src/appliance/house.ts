import { Gallery } from '../people/gallery.ts';
import { Household } from '../people/household.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Store } from '../store/store.ts';
import type { Chronicle } from '../system/audit.ts';
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
import { logChannel, terminalChannel, webhookChannel } from '../notify/channels.ts';
import { Ledger } from '../visit/ledger.ts';
import { Notifier, type Channel } from '../notify/notify.ts';
import { PassedPresses } from './trial/passed-presses.ts';
import type { Senses } from './senses.ts';

export interface HouseParts {
  readonly home: Home;
  readonly settings: Settings;
  readonly store: Store;
  readonly senses: Senses;
  readonly chronicle: Chronicle;
  readonly events: Events;
  readonly log: Log;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly random: Random;
  /** Where visitors are announced in words; undefined when nobody reads there. */
  readonly terminal: Terminal | undefined;
}

/** The rooms that do the work, each given what it uses. */
export interface House {
  readonly gallery: Gallery;
  readonly household: Household;
  readonly feed: CameraFeed;
  readonly ledger: Ledger;
  readonly notifier: Notifier;
  readonly bell: Bell;
  /** What the button rings: the bell, or that of the release on trial. */
  readonly presses: PassedPresses;
  readonly channels: readonly Channel[];
}

/** Builds the rooms. Nothing moves yet. */
export function furnish(parts: HouseParts): House {
  const { senses, settings, store, log, events, clock, random } = parts;
  const { inference, pictures } = senses.recognition;
  const gallery = new Gallery(store.read, inference.recogniser);
  const household = new Household({
    ...parts,
    gallery,
    inference,
    pictures,
    recognition: settings.recognition,
    log: log.named('people'),
  });
  const visitLog = log.named('visit');
  const feed = new CameraFeed({ ...parts, camera: senses.camera, settings: settings.camera, log: log.named('camera') });
  const ledger = new Ledger({ store, clock, events, log: visitLog });
  const channels = channelsOf(parts);
  const notifier = new Notifier({
    store, clock, random, events, log: log.named('notify'), channels, settings: settings.notify,
    timeZone: settings.household.timeZone,
  }); // prettier-ignore
  const bell = new Bell({
    ...parts,
    ledger,
    feed,
    inference,
    pictures,
    gallery,
    outbox: notifier,
    audiences: channels,
    reads: store.read,
    log: visitLog,
  });
  const presses = new PassedPresses({ bell, reads: store.read, clock, random, log: visitLog });
  notifier.subscribe((notification) => bell.noteNotified(notification));
  return { gallery, household, feed, ledger, notifier, bell, presses, channels };
}

function channelsOf({ settings, terminal, network, clock, log }: HouseParts): readonly Channel[] {
  const channels = [logChannel(log.named('notify'))];
  if (terminal !== undefined) channels.push(terminalChannel(terminal));
  if (settings.notify.webhookUrl !== '') {
    const { webhookUrl: url, webhookSecret: secret } = settings.notify;
    const webhook = webhookChannel({ url, secret, network, clock });
    if (webhook.outcome === 'ready') channels.push(webhook.channel);
    else log.error('the webhook is not used', { reason: webhook.message });
  }
  return channels;
}
