/** The event types of the contract: values of pipeline_events_total{event_type} and of the live event stream. */
export const eventTypes = [
  'DOORBELL_PRESSED', 'GPIO_STATE_CHANGED', 'FRAME_CAPTURED', 'FRAME_PROCESSED', 'FRAME_DROPPED', 'MOTION_DETECTED',
  'MOTION_ENDED', 'FACES_DETECTED', 'NO_FACES_DETECTED', 'FACE_DETECTION_FAILED', 'FACE_RECOGNIZED', 'FACE_UNKNOWN',
  'FACE_BLACKLISTED', 'RECOGNITION_FAILED', 'EVENT_CREATED', 'EVENT_ENRICHED', 'EVENT_STORED', 'NOTIFICATION_SENT',
  'NOTIFICATION_FAILED', 'SYSTEM_STARTED', 'SYSTEM_STOPPED', 'COMPONENT_STARTED', 'COMPONENT_STOPPED',
  'COMPONENT_ERROR', 'HEALTH_CHECK', 'PERFORMANCE_METRIC', 'CONFIGURATION_LOADED', 'CONFIGURATION_RELOADED',
  'CONFIGURATION_VALIDATION_FAILED', 'CONFIGURATION_CHANGED',
] as const; // prettier-ignore

export type EventType = (typeof eventTypes)[number];

/** Something that happened. Telemetry counts it, the audit chain keeps some, the live stream shows it. */
export interface PipelineEvent {
  readonly type: EventType;
  readonly status: 'success' | 'failure';
  /** The room that says it: `visit`, `capture`, `notify`, `people` ... */
  readonly component: string;
  /** Ties the events of one visit or request together. */
  readonly correlationId?: string;
  /** Another process of this appliance has told it, and has written down what is to be kept of it. */
  readonly isRelayed?: true;
  /** Small and plain JSON; numbers end in their unit. What telemetry reads is listed in `EventData`. */
  readonly data?: EventData;
}

/** The fields of an event that others read; a room may add more. */
export interface EventData {
  readonly visitId?: string;
  readonly personId?: string;
  readonly name?: string;
  readonly outcome?: string;
  readonly triggerSource?: string;
  /**
   * Time spent in `stage`. Since the debounced trigger: in DOORBELL_PRESSED until the ring, in EVENT_ENRICHED until the
   * decision, in PERFORMANCE_METRIC of the stage `notified` until the first notification was delivered.
   */
  readonly stage?: string;
  readonly durationMs?: number;
  /** FACE_RECOGNIZED and FACE_UNKNOWN: 0 to 1. */
  readonly confidence?: number;
  /** FACE_RECOGNIZED, FACE_UNKNOWN and FACE_BLACKLISTED: the face may be a picture of one. */
  readonly mayBePicture?: boolean;
  /** Who has done it: `user/ID`, `token/ID`, `api`; nobody said so: the appliance itself. */
  readonly actor?: string;
  readonly channel?: string;
  readonly notificationKind?: string;
  readonly errorType?: string;
  readonly severity?: 'low' | 'medium' | 'high' | 'critical';
  readonly [field: string]: string | number | boolean | undefined;
}

/** Where a room says what happened. Never throws, never waits. */
export interface Events {
  emit(event: PipelineEvent): void;
}
