import type { Gauge } from 'prom-client';
import type { Clock } from '../system/clock.ts';
import type { EventType, PipelineEvent } from '../system/event.ts';
import { confidenceBucket, LabelBounds, localHours, timeOfDay } from './buckets.ts';
import { Instruments } from './instruments.ts';
import { trialPhases, type EndedTrial, type TrialPhase } from './update-story.ts';

/** What is true at this moment. Unknown figures are left out, and so is their metric. */
export interface Gauges {
  readonly knownFaces?: number;
  readonly cpuPercent?: number;
  readonly memory?: { readonly usedBytes: number; readonly totalBytes: number; readonly ownBytes: number };
  readonly disks?: readonly { readonly mountPoint: string; readonly usedPercent: number }[];
  readonly temperatureCelsius?: number;
  readonly queues?: readonly { readonly name: string; readonly workerType: string; readonly size: number }[];
  readonly workers?: readonly { readonly id: string; readonly type: string; readonly isHealthy: boolean }[];
  readonly sessionsActive?: number;
  /** Of the household's self-test: `share` is 0 to 1. */
  readonly accuracy?: { readonly recogniser: string; readonly share: number };
  /** `framesTotal` and `restarts` count up over the life of the process. */
  readonly camera?: {
    readonly framesTotal: number;
    readonly restarts: number;
    readonly gapMsMax: number;
    readonly startMs?: number | undefined;
  };
  /** Counts up over the life of the inference thread. */
  readonly inferenceBusyMs?: number;
  /** Where it went, by the name of the part; counts up likewise. */
  readonly lookPartsMs?: Readonly<Record<string, number>>;
  readonly databaseBytes?: number;
  readonly outboxPending?: number;
  readonly isAuditVerified?: boolean;
  /** Of what callers are shown; `renewals` and `failures` count up over the life of the process. */
  readonly certificate?: { readonly daysLeft: number; readonly renewals: number; readonly failures: number };
}

export interface MetricsParts {
  readonly clock: Clock;
  readonly build: { readonly version: string; readonly node: string; readonly recogniser: string };
  /** Asked at every scrape. */
  gauges(): Gauges | Promise<Gauges>;
  /** Of the household, for the time of day; without it the machine's own. */
  readonly timeZone?: string;
}

export interface HttpRequest {
  readonly method: string;
  /** The route's pattern (`/api/v1/people/:id`), never the raw path; `unmatched` when there is none. */
  readonly endpoint: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface SecurityEvent {
  readonly eventType: string;
  readonly source: string;
  readonly actionTaken: string;
}

const recognitionResults: ReadonlyMap<EventType, string> = new Map([
  ['FACE_RECOGNIZED', 'known'],
  ['FACE_UNKNOWN', 'stranger'],
  ['NO_FACES_DETECTED', 'no_face'],
  ['RECOGNITION_FAILED', 'failed'],
]);

const httpMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The counters of what happened, and at every scrape the gauges of what is. */
export class Metrics {
  readonly #instruments = new Instruments();
  readonly #bounds = new LabelBounds();
  readonly #parts: MetricsParts;
  readonly #localHour: (wallMs: number) => number;
  readonly #lastTotals = new Map<string, number>();

  constructor(parts: MetricsParts) {
    this.#parts = parts;
    this.#localHour = localHours(parts.timeZone);
    this.#instruments.build.set({ ...parts.build }, 1);
    // An alert on an increase sees nothing when the series begins with its first event: it begins with 0.
    this.#instruments.security.inc({ event_type: 'watched_person', source: 'visit', action_taken: 'alarm' }, 0);
  }

  /** Counts one event of the pipeline. */
  count(event: PipelineEvent): void {
    this.#instruments.events.inc({ event_type: event.type, status: event.status });
    this.#countTrigger(event);
    this.#countDuration(event);
    this.#countRecognition(event);
    this.#countNotification(event);
    if (event.status === 'failure') this.#countError(event);
  }

  httpRequest(request: HttpRequest): void {
    const method = httpMethods.has(request.method) ? request.method : 'other';
    const endpoint = this.#bound('endpoint', request.endpoint);
    this.#instruments.requests.inc({ method, endpoint, status: String(request.status) });
    this.#instruments.requestSeconds.observe({ method, endpoint }, request.durationMs / 1000);
  }

  securityEvent(event: SecurityEvent): void {
    this.#instruments.security.inc({
      event_type: this.#bound('security_event', event.eventType),
      source: this.#bound('source', event.source),
      action_taken: this.#bound('action_taken', event.actionTaken),
    });
  }

  handshakeFailed(): void {
    this.#instruments.handshakesFailed.inc();
  }

  /** What runs, as it is now. */
  showBuild(build: MetricsParts['build']): void {
    const { build: shown } = this.#instruments;
    shown.reset();
    shown.set({ ...build }, 1);
  }

  /** Which release serves, from which slot. */
  showRelease({ version, slot }: { readonly version: string; readonly slot: string }): void {
    this.#instruments.release.reset();
    this.#instruments.release.set({ version, slot }, 1);
  }

  trialPhase(now: TrialPhase): void {
    for (const phase of trialPhases) this.#instruments.trialPhase.set({ phase }, Number(phase === now));
  }

  trialEnded({ outcome, reason, handOverMs, revertMs }: EndedTrial): void {
    const { trials, handOverGap, revertTime } = this.#instruments;
    trials.inc({ outcome, reason: this.#bound('trial_reason', reason) });
    if (handOverMs !== undefined) handOverGap.observe(handOverMs / 1000);
    if (revertMs !== undefined) revertTime.observe(revertMs / 1000);
  }

  /** Trials of the release that was tried last. */
  releaseAttempts(count: number): void {
    this.#instruments.releaseAttempts.set(count);
  }

  /** Both slots were read again, byte by byte. */
  scrubbed({ filesRepaired, slotsDamaged }: { readonly filesRepaired: number; readonly slotsDamaged: number }): void {
    const { scrubs, slotFilesRepaired, slotsDamaged: damaged } = this.#instruments;
    scrubs.inc();
    slotFilesRepaired.inc(filesRepaired);
    damaged.set(slotsDamaged);
  }

  /** The page that Prometheus reads: text format 0.0.4. */
  async text(): Promise<{ readonly contentType: string; readonly body: string }> {
    this.#collect(await this.#parts.gauges());
    const { registry } = this.#instruments;
    return { contentType: registry.contentType, body: await registry.metrics() };
  }

  /** Whoever rings says DOORBELL_PRESSED; motion does not ring, and shows in the visit that it begins. */
  #countTrigger(event: PipelineEvent): void {
    const { triggerSource = 'button' } = event.data ?? {};
    const isMotion = event.type === 'EVENT_CREATED' && triggerSource === 'motion';
    if (event.type !== 'DOORBELL_PRESSED' && !isMotion) return;
    this.#instruments.triggers.inc({
      trigger_source: this.#bound('trigger_source', triggerSource),
      time_of_day: timeOfDay(this.#localHour(this.#parts.clock.wallMs())),
    });
  }

  #countDuration(event: PipelineEvent): void {
    const { stage, durationMs } = event.data ?? {};
    if (stage === undefined || durationMs === undefined) return;
    const { pipeline, pressToRing, pressToName, pressToNotified } = this.#instruments;
    const seconds = durationMs / 1000;
    if (event.type === 'DOORBELL_PRESSED') pressToRing.observe(seconds);
    if (event.type === 'EVENT_ENRICHED') pressToName.observe(seconds);
    if (event.type === 'PERFORMANCE_METRIC' && stage === 'notified') pressToNotified.observe(seconds);
    pipeline.observe(
      { stage: this.#bound('stage', stage), worker_id: this.#bound('worker', event.component) },
      seconds,
    );
  }

  /** A watched person is recognised like any other, and then announced once more: as a matter of security. */
  #countRecognition(event: PipelineEvent): void {
    if (event.type === 'FACE_BLACKLISTED') {
      this.securityEvent({ eventType: 'watched_person', source: event.component, actionTaken: 'alarm' });
    }
    const result = recognitionResult(event);
    if (result === undefined) return;
    if (event.data?.mayBePicture === true)
      this.securityEvent({ eventType: 'picture_of_face', source: event.component, actionTaken: 'warning' });
    const bucket = confidenceBucket(event.data?.confidence);
    this.#instruments.recognitions.inc({ result_type: result, confidence_bucket: bucket });
  }

  #countNotification(event: PipelineEvent): void {
    if (event.type !== 'NOTIFICATION_SENT' && event.type !== 'NOTIFICATION_FAILED') return;
    this.#instruments.notifications.inc({
      channel: this.#bound('channel', event.data?.channel ?? 'unknown'),
      notification_type: this.#bound('notification_type', event.data?.notificationKind ?? 'unknown'),
      status: event.type === 'NOTIFICATION_SENT' ? 'sent' : 'failed',
    });
  }

  #countError(event: PipelineEvent): void {
    this.#instruments.errors.inc({
      component: this.#bound('component', event.component),
      error_type: this.#bound('error_type', event.data?.errorType ?? event.type.toLowerCase()),
      severity: event.data?.severity ?? 'medium',
    });
  }

  #collect(now: Gauges): void {
    const to = this.#instruments;
    setOrForget(to.knownFaces, now.knownFaces);
    setOrForget(to.cpu, now.cpuPercent);
    setOrForget(to.memoryUsed, now.memory?.usedBytes);
    setOrForget(to.memoryTotal, now.memory?.totalBytes);
    setOrForget(to.ownMemory, now.memory?.ownBytes);
    setOrForget(to.temperature, now.temperatureCelsius);
    setOrForget(to.sessions, now.sessionsActive);
    setOrForget(to.databaseBytes, now.databaseBytes);
    setOrForget(to.outbox, now.outboxPending);
    setOrForget(to.frameGap, now.camera === undefined ? undefined : now.camera.gapMsMax / 1000);
    setOrForget(to.cameraStart, now.camera?.startMs === undefined ? undefined : now.camera.startMs / 1000);
    setOrForget(to.auditVerified, now.isAuditVerified === undefined ? undefined : Number(now.isAuditVerified));
    setOrForget(to.certificateDays, now.certificate?.daysLeft);
    to.certificateRenewals.inc(this.#increase('certificate renewals', now.certificate?.renewals));
    to.certificateFailures.inc(this.#increase('certificate failures', now.certificate?.failures));
    to.disk.reset();
    for (const disk of now.disks ?? []) to.disk.set({ mount_point: disk.mountPoint }, disk.usedPercent);
    to.queues.reset();
    for (const queue of now.queues ?? [])
      to.queues.set({ queue_name: queue.name, worker_type: queue.workerType }, queue.size);
    to.workers.reset();
    for (const worker of now.workers ?? [])
      to.workers.set({ worker_id: worker.id, worker_type: worker.type }, Number(worker.isHealthy));
    to.accuracy.reset();
    if (now.accuracy !== undefined) to.accuracy.set({ model_version: now.accuracy.recogniser }, now.accuracy.share);
    to.frames.inc(this.#increase('frames', now.camera?.framesTotal));
    to.restarts.inc(this.#increase('restarts', now.camera?.restarts));
    to.inferenceSeconds.inc(this.#increase('inference', now.inferenceBusyMs) / 1000);
    for (const [part, ms] of Object.entries(now.lookPartsMs ?? {}))
      to.lookParts.inc({ part }, this.#increase(`look ${part}`, ms) / 1000);
  }

  /** How much a total has grown since the last scrape. A total that began again counts from 0: our counters never fall. */
  #increase(name: string, total: number | undefined): number {
    if (total === undefined) return 0;
    const last = this.#lastTotals.get(name) ?? 0;
    this.#lastTotals.set(name, total);
    return total >= last ? total - last : total;
  }

  #bound(label: string, value: string): string {
    return this.#bounds.bounded(label, value);
  }
}

/** What came of looking at the faces of a visit, or undefined when the event is about something else. */
function recognitionResult(event: PipelineEvent): string | undefined {
  if (event.type === 'FACE_RECOGNIZED' && event.data?.outcome === 'probably') return 'probably';
  return recognitionResults.get(event.type);
}

/** An unknown figure is absent, never 0: a dashboard must not show what nobody measured. */
function setOrForget(gauge: Gauge, value: number | undefined): void {
  if (value === undefined || !Number.isFinite(value)) gauge.remove();
  else gauge.set(value);
}
