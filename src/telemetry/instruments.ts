import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, as the contract sets them for the stages of the pipeline. */
const pipelineBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Seconds, around the service levels: 95 % of the API's requests within 0.1, of all requests within 0.5. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Seconds, around the targets of the visit path: ring within 0.15, name within 1. */
const pressBuckets = [0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 10];
/** Seconds, around the targets of the update path: revert within 1; a cold hand-over loads models first. */
const trialBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every metric that is published. First the names of the origin project, which are a contract; ours begin with `doorward_`. */
export class Instruments {
  readonly registry = new Registry();

  readonly events = counter(this.registry, 'pipeline_events_total', {
    help: 'Pipeline events processed',
    labelNames: ['event_type', 'status'],
  });
  readonly pipeline = histogram(this.registry, 'pipeline_processing_duration_seconds', {
    help: 'Time spent in a stage',
    labelNames: ['stage', 'worker_id'],
    buckets: pipelineBuckets,
  });
  readonly queues = gauge(this.registry, 'pipeline_queue_size', {
    help: 'Entries waiting in a queue',
    labelNames: ['queue_name', 'worker_type'],
  });
  readonly workers = gauge(this.registry, 'pipeline_worker_health', {
    help: '1 healthy, 0 not',
    labelNames: ['worker_id', 'worker_type'],
  });
  readonly recognitions = counter(this.registry, 'face_recognition_requests_total', {
    help: 'Visits recognised, by result',
    labelNames: ['result_type', 'confidence_bucket'],
  });
  readonly accuracy = gauge(this.registry, 'face_recognition_accuracy', {
    help: 'Share of the cases of the last self-test since the start that get the right name: reference pictures, each tried against the others, and visits of which the household has said who it was',
    labelNames: ['model_version'],
  });
  readonly knownFaces = gauge(this.registry, 'known_faces_database_size', {
    help: 'Reference faces enrolled',
    labelNames: [],
  });
  readonly cpu = gauge(this.registry, 'system_cpu_usage_percent', {
    help: 'Share of all processors in use',
    labelNames: [],
  });
  readonly memoryUsed = gauge(this.registry, 'system_memory_usage_bytes', {
    help: 'Memory in use on the machine',
    labelNames: [],
  });
  readonly memoryTotal = gauge(this.registry, 'system_memory_total_bytes', {
    help: 'Memory of the machine',
    labelNames: [],
  });
  readonly disk = gauge(this.registry, 'system_disk_usage_percent', {
    help: 'Share of a filesystem in use',
    labelNames: ['mount_point'],
  });
  readonly triggers = counter(this.registry, 'doorbell_triggers_total', {
    help: 'Triggers of the bell',
    labelNames: ['trigger_source', 'time_of_day'],
  });
  readonly notifications = counter(this.registry, 'notifications_sent_total', {
    help: 'Notifications, by result',
    labelNames: ['channel', 'notification_type', 'status'],
  });
  readonly sessions = gauge(this.registry, 'user_sessions_active', {
    help: 'Listeners of the live stream',
    labelNames: [],
  });
  readonly errors = counter(this.registry, 'errors_total', {
    help: 'Errors',
    labelNames: ['component', 'error_type', 'severity'],
  });
  readonly security = counter(this.registry, 'security_events_total', {
    help: 'Events that someone should look at',
    labelNames: ['event_type', 'source', 'action_taken'],
  });
  readonly requests = counter(this.registry, 'http_requests_total', {
    help: 'HTTP requests answered',
    labelNames: ['method', 'endpoint', 'status'],
  });
  readonly requestSeconds = histogram(this.registry, 'http_request_duration_seconds', {
    help: 'Time to answer a request',
    labelNames: ['method', 'endpoint'],
    buckets: requestBuckets,
  });

  readonly pressToRing = histogram(this.registry, 'doorward_press_to_ring_seconds', {
    help: 'From the debounced press to the ring',
    labelNames: [],
    buckets: pressBuckets,
  });
  readonly pressToName = histogram(this.registry, 'doorward_press_to_name_seconds', {
    help: 'From the press to the decision',
    labelNames: [],
    buckets: pressBuckets,
  });
  readonly pressToNotified = histogram(this.registry, 'doorward_press_to_notified_seconds', {
    help: 'From the press to the delivery',
    labelNames: [],
    buckets: pressBuckets,
  });
  readonly frames = counter(this.registry, 'doorward_camera_frames_total', {
    help: 'Frames the camera delivered',
    labelNames: [],
  });
  readonly frameGap = gauge(this.registry, 'doorward_camera_gap_seconds_max', {
    help: 'Longest time without a frame',
    labelNames: [],
  });
  readonly cameraStart = gauge(this.registry, 'doorward_camera_start_seconds', {
    help: 'What the camera took last from being opened to its first frame',
    labelNames: [],
  });
  readonly restarts = counter(this.registry, 'doorward_camera_restarts_total', {
    help: 'Times the camera was started again',
    labelNames: [],
  });
  readonly inferenceSeconds = counter(this.registry, 'doorward_inference_seconds_total', {
    help: 'Time spent in the nets',
    labelNames: [],
  });
  readonly lookParts = counter(this.registry, 'doorward_look_seconds_total', {
    help: 'Time spent in each part of looking at frames; pictures for people beside it',
    labelNames: ['part'],
  });
  readonly databaseBytes = gauge(this.registry, 'doorward_database_bytes', {
    help: 'Size of the database',
    labelNames: [],
  });
  readonly outbox = gauge(this.registry, 'doorward_outbox_pending', {
    help: 'Notifications not delivered yet',
    labelNames: [],
  });
  readonly auditVerified = gauge(this.registry, 'doorward_audit_verified', {
    help: '1 if the audit chain was whole when last verified',
    labelNames: [],
  });
  readonly certificateDays = gauge(this.registry, 'doorward_certificate_days_left', {
    help: 'Days until the certificate ends that callers by TLS are shown',
    labelNames: [],
  });
  readonly certificateRenewals = counter(this.registry, 'doorward_certificate_renewals_total', {
    help: 'Certificates that took the place of another one',
    labelNames: [],
  });
  readonly certificateFailures = counter(this.registry, 'doorward_certificate_failures_total', {
    help: 'Looks at the certificate at which something was not as it should be; the log says what',
    labelNames: [],
  });
  readonly handshakesFailed = counter(this.registry, 'doorward_tls_handshakes_failed_total', {
    help: 'Connections by TLS that ended in the handshake; a phone that does not trust the certificate is one',
    labelNames: [],
  });
  readonly temperature = gauge(this.registry, 'doorward_temperature_celsius', {
    help: 'Temperature of the processor',
    labelNames: [],
  });
  readonly ownMemory = gauge(this.registry, 'doorward_resident_memory_bytes', {
    help: 'Memory the appliance takes',
    labelNames: [],
  });
  readonly release = gauge(this.registry, 'doorward_release_info', {
    help: 'Always 1; the labels say which release serves, and from which slot',
    labelNames: ['version', 'slot'],
  });
  readonly trialPhase = gauge(this.registry, 'doorward_trial_phase', {
    help: '1 for the phase in which the trial of a release is, 0 for the others',
    labelNames: ['phase'],
  });
  readonly trials = counter(this.registry, 'doorward_trials_total', {
    help: 'Trials of releases that have ended, by outcome and reason',
    labelNames: ['outcome', 'reason'],
  });
  readonly handOverGap = histogram(this.registry, 'doorward_handover_gap_seconds', {
    help: 'From the order to hand over until the candidate answered the door',
    labelNames: [],
    buckets: trialBuckets,
  });
  readonly revertTime = histogram(this.registry, 'doorward_revert_duration_seconds', {
    help: 'From the decision to revert until the incumbent served again',
    labelNames: [],
    buckets: trialBuckets,
  });
  readonly releaseAttempts = gauge(this.registry, 'doorward_release_attempts', {
    help: 'Trials so far of the release that was tried last',
    labelNames: [],
  });
  readonly scrubs = counter(this.registry, 'doorward_scrubs_total', {
    help: 'Times that both slots were read again and compared',
    labelNames: [],
  });
  readonly slotFilesRepaired = counter(this.registry, 'doorward_slot_files_repaired_total', {
    help: 'Files of a slot that the card had damaged and that were mended',
    labelNames: [],
  });
  readonly slotsDamaged = gauge(this.registry, 'doorward_slots_damaged', {
    help: 'Slots that were damaged at the last reading, with no copy to mend them from',
    labelNames: [],
  });
  readonly build = gauge(this.registry, 'doorward_build_info', {
    help: 'Always 1; the labels say what runs',
    labelNames: ['version', 'node', 'recogniser'],
  });
}

interface Declaration<Label extends string> {
  readonly help: string;
  readonly labelNames: Label[];
}

function counter<Label extends string>(registry: Registry, name: string, rest: Declaration<Label>): Counter<Label> {
  return new Counter({ name, ...rest, registers: [registry] });
}

function gauge<Label extends string>(registry: Registry, name: string, rest: Declaration<Label>): Gauge<Label> {
  return new Gauge({ name, ...rest, registers: [registry] });
}

function histogram<Label extends string>(
  registry: Registry,
  name: string,
  rest: Declaration<Label> & { readonly buckets: number[] },
): Histogram<Label> {
  return new Histogram({ name, ...rest, registers: [registry] });
}
