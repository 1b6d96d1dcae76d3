// A doorbell whose machine is made of fakes and whose database is real SQL: for schedules that a stepped clock drives.
import { plainScoring } from '../../src/face/scoring.ts';
import { Gallery } from '../../src/people/gallery.ts';
import type { NotifyRule, Standing } from '../../src/store/records.ts';
import { homeAt } from '../../src/system/home.ts';
import { Bell } from '../../src/visit/bell.ts';
import { CameraFeed } from '../../src/visit/capture.ts';
import { Ledger } from '../../src/visit/ledger.ts';
import type { Channel, DeliveryResult, Message } from '../../src/notify/channel.ts';
import { Notifier } from '../../src/notify/notify.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { RecordingEvents, RecordingLog } from '../fakes/recorders.ts';
import { ScriptedCamera } from '../fakes/scripted-camera.ts';
import type { Scoring } from '../../src/system/inference.ts';
import { goodQuality, ScriptedInference, vectorOf, type ScriptedFace } from '../fakes/scripted-inference.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

export const recognition = {
  strangersPerName: 1000, strangersPerKnown: 10_000, faceWidthPxMin: 48, detailMin: 0.15, yawDegMax: 40,
  lightMax: 235, strangerDistance: 0.5, liveness: true,
}; // prettier-ignore

/** What a channel was told. */
export interface Told {
  readonly kind: string;
  readonly key: string;
  readonly text: string;
  readonly visitId: string;
  readonly message: Message;
  readonly atMs: number;
}

/** A channel that keeps what it is told and answers as told. */
export class RecordingChannel implements Channel {
  readonly name: string;
  isDisplay: boolean;
  readonly deliverMsMax = 15_000;
  readonly told: Told[] = [];
  readonly #clock: SteppedClock;
  answer: (attempt: number) => DeliveryResult | Promise<DeliveryResult> = () => ({ outcome: 'delivered' });
  #attempts = 0;

  constructor(name: string, clock: SteppedClock, isDisplay = false) {
    this.name = name;
    this.isDisplay = isDisplay;
    this.#clock = clock;
  }

  async deliver(message: Message): Promise<DeliveryResult> {
    this.#attempts += 1;
    const answer = await this.answer(this.#attempts);
    const { key, news } = message;
    const { kind, text, visitId = '' } = news;
    if (answer.outcome === 'delivered')
      this.told.push({ kind, key, text, visitId, message, atMs: this.#clock.uptimeMs() });
    return answer;
  }

  isConnected = false;
  async run(signal: AbortSignal): Promise<void> {
    this.isConnected = true;
    await this.#clock.sleep(Number.MAX_SAFE_INTEGER, signal);
    this.isConnected = false;
  }

  get texts(): readonly string[] {
    return this.told.map(({ text }) => text);
  }
}

/** What outlives a crash: the database and the disk. */
export interface Remains {
  readonly store: PlainStore;
  readonly disk: MemoryDisk;
}

/** Scene 0 is empty, 1 is Ada near, 2 a stranger, 3 Ada far away, 4 Grace, 5 Ada with the watched Mallory behind her, 9 Ada in the dark. */
export const scenes: readonly (readonly ScriptedFace[])[] = [
  [],
  [{ who: 1 }],
  [{ who: 50 }],
  [{ who: 1, quality: { widthPx: 31 } }],
  [{ who: 2 }],
  [{ who: 1 }, { who: 3, x: 0 }],
  [{ who: 3 }],
  [{ who: 1, isHidden: true }],
  [{ who: 51 }],
  [{ who: 1, quality: { light: 14 } }],
];

export class VisitWorld {
  readonly clock: SteppedClock;
  readonly events = new RecordingEvents();
  readonly log = new RecordingLog();
  readonly home = homeAt('/home');
  readonly disk: MemoryDisk;
  readonly store: PlainStore;
  readonly camera: ScriptedCamera;
  readonly inference = new ScriptedInference(scenes);
  readonly phone: RecordingChannel;
  readonly terminal: RecordingChannel;
  readonly feed: CameraFeed;
  readonly ledger: Ledger;
  readonly gallery: Gallery;
  readonly notifier: Notifier;
  readonly bell: Bell;
  readonly #ending = new AbortController();
  #running: readonly Promise<void>[] = [];

  constructor(
    options: {
      remains?: Remains;
      seed?: number;
      quietHours?: string;
      announcesKnown?: boolean;
      ratePerMinute?: number;
      limits?: Partial<typeof recognition>;
      /** Of the nets that a test puts in the place of the scripted ones. */
      scoring?: Scoring;
    } = {},
  ) {
    const clock = new SteppedClock({ nowMs: 1000 });
    const { events, log, inference, home } = this;
    const random = new SeededRandom(options.seed ?? 1);
    this.clock = clock;
    this.disk = options.remains?.disk ?? new MemoryDisk();
    this.store = options.remains?.store ?? new PlainStore();
    this.camera = new ScriptedCamera(clock);
    this.phone = new RecordingChannel('phone', clock);
    this.terminal = new RecordingChannel('terminal', clock, true);
    const { store, disk, camera } = this;
    const feedSettings = { ringFrames: 6, ringBytesMax: 1e6, stallMs: 2000 };
    this.feed = new CameraFeed({ camera, clock, random, events, log, settings: feedSettings });
    this.ledger = new Ledger({ store, clock, events, log });
    this.gallery = new Gallery(store.read, {
      recogniser: inference.recogniser,
      scoring: options.scoring ?? plainScoring,
    });
    const channels = [this.phone, this.terminal];
    const { quietHours = '', announcesKnown: known = true, ratePerMinute = 10 } = options;
    const notify = { ratePerMinute, quietHours, known, attemptsMax: 4 };
    this.notifier = new Notifier({
      store, clock, random, events, log, channels, settings: notify, timeZone: 'UTC', address: () => 'http://door',
    pictureOf: async (visitId) => Buffer.from(`picture of ${visitId}`),
    }); // prettier-ignore
    this.bell = new Bell({
      clock, random, events, log, disk, home, inference, pictures: inference, ledger: this.ledger, feed: this.feed,
      gallery: this.gallery, notifier: this.notifier, reads: store.read,
      settings: { recognition: { ...recognition, ...options.limits }, camera: { burstFrames: 5 } },
    }); // prettier-ignore
    this.notifier.subscribe((notification) => this.bell.noteNotified(notification));
  }

  /** Starts camera, outbox and ledger, and lets the ring buffer fill. */
  async start(): Promise<void> {
    const { signal } = this.#ending;
    this.#running = [this.feed.run(signal), this.notifier.run(signal), this.ledger.run(signal)];
    await this.clock.advance(1500);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.clock.advance(20_000);
    await Promise.all(this.#running);
  }

  /** Ends this life as a power cut does, and leaves what survives one. */
  cutPower(): Remains {
    this.disk.losePower();
    this.#ending.abort();
    return { store: this.store, disk: this.disk };
  }

  /** Enrols somebody of the script, by number. */
  async enrol(who: number, name: string, rules: { standing?: Standing; notify?: NotifyRule } = {}): Promise<void> {
    const personId = `person-${who}`;
    const { standing = 'household', notify = 'default' } = rules;
    await this.store.write('addPerson', { id: personId, name, standing, notify, createdMs: 1, mergedInto: undefined });
    const face = {
      id: `face-${who}`, kind: 'reference', source: 'file', personId, visitId: undefined, picture: `people/face-${who}.jpg`,
      landmarks: new Float32Array(136), quality: goodQuality, createdMs: 1,
    } as const; // prettier-ignore
    await this.store.write('addFace', { face, recogniser: this.inference.recogniser, vector: vectorOf(who) });
    this.gallery.refresh();
  }

  async enrolEverybody(): Promise<void> {
    await this.enrol(1, 'Ada');
    await this.enrol(2, 'Grace');
    await this.enrol(3, 'Mallory', { standing: 'watched' });
  }
}
