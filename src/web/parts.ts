import type { FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import type { Certificates } from '../access/certificates.ts';
import type { Looks } from '../access/looks.ts';
import type { HealthRegistry } from '../health/registry.ts';
import type { Gallery } from '../people/gallery.ts';
import type { Household } from '../people/household.ts';
import type { StoreReads } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { DecodeFailure, Inference, Pictures } from '../system/inference.ts';
import type { Log } from '../system/log.ts';
import type { PictureMemory } from '../system/pixels.ts';
import type { Random } from '../system/random.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { EventStream } from '../telemetry/event-stream.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Bell } from '../visit/bell.ts';
import type { CameraFeed } from '../visit/capture.ts';
import type { SelfTest } from '../visit/self-test/self-test.ts';
import type { UpdateDesk } from './update-desk.ts';

/** A connection as the kernel gave it, or one that goes over such. */
type Connection = FastifyRequest['raw']['socket'];

/** Lets somebody in: `enter` is given the connection on which HTTP is spoken, once it is there. */
export type Greeting = (socket: Connection, enter: (connection: Connection) => void) => void;

/** Everything the face to the world needs of the house, and nothing more of it than it uses. */
export interface WebParts {
  readonly version: string;
  /** Under which it is reached, see `ownNames`. */
  readonly ownNames: readonly string[];
  /** Who may do what. */
  readonly access: Access;
  /** Who has looked at whose pictures. */
  readonly looks: Pick<Looks, 'lookedAt'>;
  /** What a command shows that was given by the owner of the home. */
  readonly ownerToken: string;
  /** Finds out how a caller speaks; without it all speak in the clear. */
  readonly greet?: Greeting;
  /** What callers by TLS are shown. */
  readonly certificates: Pick<Certificates, 'shown' | 'isOwners'>;
  readonly home: Pick<Home, 'root' | 'visits' | 'people'>;
  readonly settings: Pick<Settings, 'recognition' | 'household'> & {
    readonly web: Pick<Settings['web'], 'address' | 'port'>;
  };
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
  readonly disk: Pick<Disk, 'read'>;
  readonly log: Log;
  readonly read: Pick<
    StoreReads,
    | 'people'
    | 'person'
    | 'facesOf'
    | 'face'
    | 'visits'
    | 'visit'
    | 'triggersOf'
    | 'trigger'
    | 'notificationsOf'
    | 'strangers'
    | 'stranger'
    | 'counts'
  >;
  readonly bell: Pick<Bell, 'ring' | 'visitsUnderWay'>;
  readonly camera: Pick<CameraFeed, 'latest' | 'recent' | 'subscribe' | 'retain' | 'letGo' | 'status'>;
  /** For people: "demo", "camera rtsp://door.local/1" (without the password). */
  readonly cameraDescription: string;
  /** Where pushed pictures go; undefined while another kind of camera is in use. */
  readonly push: FramePush | undefined;
  readonly household: Pick<
    Household,
    | 'enrol'
    | 'rename'
    | 'setRules'
    | 'merge'
    | 'unmerge'
    | 'remove'
    | 'removeFace'
    | 'correctVisit'
    | 'nameStranger'
    | 'forgetVisit'
  >;
  readonly gallery: Pick<Gallery, 'match'>;
  readonly selfTest: Pick<SelfTest, 'last' | 'run'>;
  /** For the picture that somebody asks about. */
  readonly pictureMemory: PictureMemory;
  readonly inference: Inference;
  readonly pictures: Pictures;
  readonly events: Pick<EventStream, 'subscribe'>;
  readonly metrics: Pick<Metrics, 'securityEvent' | 'text'> & {
    /** `address` is what was asked for, to the letter: not for labels. */
    httpRequest(request: Parameters<Metrics['httpRequest']>[0] & { readonly address?: string }): void;
  };
  readonly health: Pick<HealthRegistry, 'summary' | 'report' | 'readiness'>;
  readonly settingsBook: SettingsBook;
  readonly packs: PackShelf;
  /**
   * Who answers for updates; a message for people when nobody does here: why. Asked at every request, because it changes
   * when a candidate becomes the incumbent.
   */
  updateDesk(): UpdateDesk | string;
  /** A file of the page, by its name. */
  pageFile(name: string): Uint8Array | undefined;
  /** Collects what died young: the pieces in which a large picture came. */
  collectYoung(): void;
  /** Writes a test notification for every channel; resolves with the channels' names. */
  sendTestNotification(correlationId: string): Promise<readonly string[]>;
}

/** Takes one picture as the camera's next frame. */
export type FramePush = (bytes: Uint8Array) => Promise<{
  readonly outcome: 'accepted' | DecodeFailure | 'busy';
  readonly message: string;
}>;

/** A setting as people read it. */
export interface ExplainedSetting {
  /** `section.key`. */
  readonly key: string;
  readonly value: unknown;
  /** "default", "/etc/doorward/doorward.toml", "device", "DOORWARD_WEB_PORT", "--port". */
  readonly origin: string;
  readonly description: string;
  /** Its value is never shown. */
  readonly isSecret: boolean;
}

/** Where settings come from, and the device's own. */
export interface SettingsBook {
  explain(): readonly ExplainedSetting[];
  /** What was said at the start and does not hold, or should be said otherwise. */
  complaints(): readonly string[];
  /** Sets the device's own settings; null removes one. All or none. They take effect at the next start. `actor`: who says so. */
  change(
    changes: Readonly<Record<string, unknown>>,
    actor?: string,
  ): Promise<{ readonly outcome: 'changed' } | { readonly outcome: 'refused'; readonly message: string }>;
}

/** A model pack as people see it. */
export interface ShelvedPack {
  readonly name: string;
  /** By the owner, to those of the release. */
  readonly isAdded: boolean;
  /** It tells faces apart now. */
  readonly isUsed: boolean;
  /** Why it cannot be used, where that is known. */
  readonly fault: string | null;
  /** Null when its manifest cannot be read. */
  readonly terms: {
    /** What its embeddings carry. */
    readonly recogniser: string;
    /** Of an embedding. */
    readonly numbers: number;
    readonly bytes: number | null;
    /** Faces of this house that it has embedded. */
    readonly embedded: number;
    readonly licence: string;
    readonly origin: string;
    readonly trainedOn: string;
    /** On which pictures it was found how near a face must be. */
    readonly measuredOn: string | null;
    readonly correctedBy: string | null;
  } | null;
}

/** How well a pack knows this house: each picture of a person taken out, and looked up among the others. */
export interface PackFigures {
  readonly pictures: number;
  readonly known: number;
  readonly probably: number;
  /** Of people who have another picture. */
  readonly missed: number;
  /** Given the name of somebody else. */
  readonly wrong: number;
  /** Faces of unnamed strangers, and how many of them are given a name. */
  readonly strangers: number;
  readonly strangersNamed: number;
  /** Medians of the distances to the person's own nearest picture, and to the nearest of anybody else. */
  readonly samePerson: number | null;
  readonly otherPerson: number | null;
  readonly nearestOther: number | null;
  readonly nearestStranger: number | null;
  readonly embedMs: number | null;
}

/** Where the comparison of another pack with the one in use stands. */
export type ComparisonState =
  | { readonly state: 'none' }
  | {
      readonly state: 'running';
      readonly pack: string;
      readonly recogniser: string;
      readonly faces: number;
      readonly embedded: number;
    }
  | { readonly state: 'failed'; readonly pack: string; readonly message: string }
  | {
      readonly state: 'done';
      readonly pack: string;
      /** The pack in use, then the other. */
      readonly sides: readonly (PackFigures & { readonly name: string })[];
      readonly verdict: string;
    };

/** The model packs, and which of them is used. */
export interface PackShelf {
  list(): Promise<{
    readonly packs: readonly ShelvedPack[];
    /** Kept faces of this house. */
    readonly faces: number;
    /** The pack that will be used when it has embedded the kept faces; null when it is used. */
    readonly wanted: string | null;
    readonly complaint: string | null;
  }>;
  /** `former` is used until all `waiting` faces are embedded; `later`: from the next start. */
  use(
    name: string,
  ): Promise<
    | { readonly outcome: 'begun'; readonly former: string; readonly waiting: number }
    | { readonly outcome: 'in-use' | 'later'; readonly former: string }
    | { readonly outcome: 'refused'; readonly message: string }
  >;
  /** Begins to hold another pack against the one in use, on the kept faces. */
  compare(
    name: string,
  ): Promise<{ readonly outcome: 'begun' } | { readonly outcome: 'refused'; readonly message: string }>;
  comparison(): ComparisonState;
}
