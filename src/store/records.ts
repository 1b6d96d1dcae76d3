import type { VisitOutcome } from '../system/outcome.ts';
import type { Decided } from './visit-columns.ts';
import type { Embedding, FaceQuality, Landmarks } from '../system/inference.ts';

/** `watched` rings the alarm, `ignored` is recorded and never announced. */
export const standings = ['household', 'watched', 'ignored'] as const;
export type Standing = (typeof standings)[number];
/** Whether a person's visits are announced by name; `default` follows the settings. */
export const notifyRules = ['default', 'always', 'never'] as const;
export type NotifyRule = (typeof notifyRules)[number];

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly standing: Standing;
  readonly notify: NotifyRule;
  readonly createdMs: number;
  /** Set while merged into another person: its faces and visits count as the other's. Cleared by un-merge. */
  readonly mergedInto: string | undefined;
}

/** `reference` teaches who a person is, `negative` who a person is not, `visit` is the best face of a visit. */
export const faceKinds = ['reference', 'negative', 'visit'] as const;
export type FaceKind = (typeof faceKinds)[number];
export const faceSources = ['file', 'camera', 'visit'] as const;
export type FaceSource = (typeof faceSources)[number];

/** A face kept as a crop with its landmarks, so that a later model can embed it again. */
export interface StoredFace {
  readonly id: string;
  readonly kind: FaceKind;
  readonly source: FaceSource;
  /** The person of a reference or negative; undefined for a visit's face. */
  readonly personId: string | undefined;
  readonly visitId: string | undefined;
  /** Path of the crop (JPEG), relative to the home. */
  readonly picture: string;
  /** In pixels of the crop. */
  readonly landmarks: Landmarks;
  readonly quality: FaceQuality;
  readonly createdMs: number;
}

/** One embedding with all that matching needs to know of it. */
export interface StoredEmbedding {
  readonly faceId: string;
  readonly kind: FaceKind;
  readonly personId: string | undefined;
  readonly visitId: string | undefined;
  /** Of a visit's face: the visit's stranger while nobody has named it. Otherwise undefined. */
  readonly strangerId: string | undefined;
  readonly recogniser: string;
  readonly vector: Embedding;
}

export const triggerSources = ['button', 'motion', 'api', 'command'] as const;
export type TriggerSource = (typeof triggerSources)[number];
export const pressKinds = ['press', 'hold', 'double'] as const;
export type PressKind = (typeof pressKinds)[number];

export interface Trigger {
  readonly id: string;
  readonly visitId: string;
  readonly source: TriggerSource;
  readonly press: PressKind | undefined;
  /** Wall clock. */
  readonly atMs: number;
}

/** `open`: triggered; `captured`: its frames are saved; `decided`: outcome, reason and name are final. */
export const visitPhases = ['open', 'captured', 'decided'] as const;
export type VisitPhase = (typeof visitPhases)[number];

export interface Visit extends Decided {
  readonly id: string;
  readonly phase: VisitPhase;
  readonly source: TriggerSource;
  readonly startedMs: number;
  /** Paths of the saved frames, relative to the home, first to last. */
  readonly frames: readonly string[];
  /** The frame to show and its small version, relative to the home. */
  readonly picture: string | undefined;
  readonly thumbnail: string | undefined;
  readonly outcome: VisitOutcome | undefined;
  /** Merges resolved. */
  readonly personId: string | undefined;
  /** Name of that person, of today. */
  readonly personName: string | undefined;
  readonly strangerId: string | undefined;
  /** Why, in words for people. */
  readonly reason: string | undefined;
  readonly decision: Decision | undefined;
  readonly trace: VisitTrace;
}

/** Everything the decision rested on, kept so that a person can see why. Distances are Euclidean. */
export interface Decision {
  readonly recogniser: string;
  readonly candidates: readonly Candidate[];
  readonly thresholds: DecisionThresholds;
  /** Of the best face seen. */
  readonly quality: FaceQuality | undefined;
  readonly framesSeen: number;
  readonly framesWithFace: number;
  readonly framesUsable: number;
  /** Share of the usable frames that agree with the decision, 0 to 1. */
  readonly agreement: number;
  /** How sure it is that the nearest person is the one, 0 to 1; visits of older releases have none. */
  readonly sure?: number;
}

export interface Candidate {
  readonly personId: string;
  readonly name: string;
  /** Median over the frames of the distance to the person's nearest reference face. */
  readonly distance: number;
  /** Frames in which this person was the nearest. */
  readonly frames: number;
  /** When somebody said that a face like this is not this person's: then the person was none to choose from. */
  readonly deniedMs?: number;
}

export interface DecisionThresholds {
  readonly known: number;
  readonly probably: number;
  readonly margin: number;
  readonly faceWidthPxMin: number;
}

/** Milliseconds since the debounced trigger; absent when that point was not reached. */
export interface VisitTrace {
  readonly stored?: number;
  readonly rung?: number;
  readonly firstFrame?: number;
  readonly detected?: number;
  readonly named?: number;
  readonly notified?: number;
}

/** A face seen more than once, or once, that nobody has named; named when `personId` is set. */
export interface Stranger {
  readonly id: string;
  readonly createdMs: number;
  readonly personId: string | undefined;
  readonly visits: number;
  readonly lastSeenMs: number;
  /** A visit's thumbnail to show, relative to the home. */
  readonly thumbnail: string | undefined;
}

export const notificationKinds = ['ring', 'name', 'watched', 'test'] as const;
export type NotificationKind = (typeof notificationKinds)[number];
export const notificationPriorities = ['normal', 'critical'] as const;
export type NotificationPriority = (typeof notificationPriorities)[number];
export const notificationStatuses = ['pending', 'sent', 'failed', 'suppressed'] as const;
export type NotificationStatus = (typeof notificationStatuses)[number];

/** A line of the transactional outbox (the outbox pattern): written with the visit, delivered at least once. */
export interface Notification {
  readonly id: string;
  readonly visitId: string | undefined;
  readonly kind: NotificationKind;
  readonly channel: string;
  readonly priority: NotificationPriority;
  /** The same for every attempt, so that a receiver can drop the second copy. */
  readonly idempotencyKey: string;
  /** JSON text sent to the channel. */
  readonly payload: string;
  readonly attempts: number;
  /** Wall clock: not before. */
  readonly dueMs: number;
  readonly status: NotificationStatus;
  readonly lastError: string | undefined;
  readonly createdMs: number;
}
export type NewNotification = Omit<Notification, 'attempts' | 'status' | 'lastError'>;
