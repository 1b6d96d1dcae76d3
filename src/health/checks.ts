import { overallStatus, type CheckResult, type HealthStatus } from './registry.ts';

/** Percent at which a resource is degraded, and unhealthy: the contract's. */
export const resourceThresholds = {
  cpuPercent: { degraded: 80, unhealthy: 95 },
  memoryPercent: { degraded: 80, unhealthy: 95 },
  diskPercent: { degraded: 85, unhealthy: 95 },
} as const;

/** A Pi slows down at 80 degrees Celsius and again at 85 (raspberrypi.com, "Frequency management and thermal control"). */
const temperatureThresholds = { degraded: 80, unhealthy: 85 } as const;

/** Share of the outbox that may wait before somebody should look. */
const outboxDegradedShare = 0.5;
/** Answers of the database that take longer than this are slow. */
const databaseSlowMs = 500;

interface Threshold {
  readonly degraded: number;
  readonly unhealthy: number;
}

export interface ResourceFacts {
  /** Undefined when not measured. */
  readonly cpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
  readonly temperatureCelsius: number | undefined;
}

/** `system_resources`: processor, memory, temperature. */
export function checkResources(facts: ResourceFacts): CheckResult {
  const { cpuPercent, memoryPercent, temperatureCelsius } = facts;
  const parts = [
    judge('processor', cpuPercent, { ...resourceThresholds.cpuPercent, unit: '%' }),
    judge('memory', memoryPercent, { ...resourceThresholds.memoryPercent, unit: '%' }),
    judge('temperature', temperatureCelsius, { ...temperatureThresholds, unit: ' °C' }),
  ];
  const known = parts.filter(({ status }) => status !== 'unknown');
  const message = parts.map((part) => part.message).join(', ');
  return { status: overallStatus(known.map((part) => part.status)), message, details: { ...facts } };
}

export interface DiskFacts {
  readonly mountPoint: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** `disk`: room for visits. */
export function checkDisk(facts: DiskFacts): CheckResult {
  const { mountPoint, freeBytes, totalBytes } = facts;
  const usedPercent = totalBytes > 0 ? (100 * (totalBytes - freeBytes)) / totalBytes : undefined;
  const { status, message } = judge(mountPoint, usedPercent, { ...resourceThresholds.diskPercent, unit: '% full' });
  const advice = status === 'healthy' ? '' : ': remove files, or shorten retention.days';
  return { status, message: message + advice, details: { ...facts, usedPercent } };
}

export interface ComponentFacts {
  readonly name: string;
  readonly isRunning: boolean;
  /** Why not. */
  readonly reason?: string;
}

/** `application_components`: the threads and loops that the appliance is made of. */
export function checkComponents(components: readonly ComponentFacts[]): CheckResult {
  const stopped = components.filter(({ isRunning }) => !isRunning);
  const details = Object.fromEntries(
    components.map(({ name, isRunning, reason }) => [name, isRunning ? 'running' : (reason ?? 'stopped')]),
  );
  if (components.length === 0) return { status: 'unknown', message: 'nothing has been started', details };
  if (stopped.length === 0) return { status: 'healthy', message: `${components.length} components run`, details };
  const named = stopped.map(({ name, reason }) => (reason === undefined ? name : `${name} (${reason})`));
  return { status: 'unhealthy', message: `not running: ${named.join(', ')}`, details };
}

export type DatabaseFacts =
  | { readonly outcome: 'answered'; readonly durationMs: number }
  | { readonly outcome: 'failed'; readonly reason: string };

/** `database_connectivity`: does it answer, and how fast. */
export function checkDatabase(facts: DatabaseFacts): CheckResult {
  if (facts.outcome === 'failed') return { status: 'unhealthy', message: facts.reason, details: {} };
  const isSlow = facts.durationMs > databaseSlowMs;
  const message = `answered in ${facts.durationMs.toFixed(1)} ms${isSlow ? ': the card may be failing' : ''}`;
  return { status: isSlow ? 'degraded' : 'healthy', message, details: { durationMs: facts.durationMs } };
}

export interface CameraFacts {
  readonly state: 'flowing' | 'starting' | 'stalled' | 'failed';
  readonly restarts: number;
  /** For how long it has shown one and the same picture. */
  readonly repeatedMs?: number;
  readonly reason?: string;
}

/** A camera that shows the same picture for so long has frozen. */
const frozenMs = 300_000;

/** `camera`: the bell rings without it, but nobody is recognised. */
export function checkCamera(facts: CameraFacts): CheckResult {
  const statuses: Readonly<Record<CameraFacts['state'], HealthStatus>> = {
    flowing: 'healthy', starting: 'degraded', stalled: 'degraded', failed: 'unhealthy',
  }; // prettier-ignore
  const why = facts.reason === undefined ? '' : `: ${facts.reason}`;
  const isFrozen = facts.state === 'flowing' && (facts.repeatedMs ?? 0) >= frozenMs;
  const message = `frames are ${facts.state}${why}${isFrozen ? ': switch the camera off and on' : ''}`;
  return { status: isFrozen ? 'degraded' : statuses[facts.state], message, details: { ...facts } };
}

export type InferenceFacts =
  | { readonly outcome: 'loading' }
  | { readonly outcome: 'loaded'; readonly recogniser: string }
  | { readonly outcome: 'failed'; readonly reason: string };

/** `inference`: are the models loaded and their thread alive. */
export function checkInference(facts: InferenceFacts): CheckResult {
  if (facts.outcome === 'failed') return { status: 'unhealthy', message: facts.reason, details: {} };
  if (facts.outcome === 'loading')
    return { status: 'degraded', message: 'the models are being loaded: names come late', details: {} };
  return { status: 'healthy', message: `${facts.recogniser} is loaded`, details: { recogniser: facts.recogniser } };
}

export interface NotificationFacts {
  readonly pending: number;
  readonly pendingMax: number;
  /** Why the latest delivery failed, when it did. */
  readonly fault?: string;
}

/** `notifications`: do they leave the house. */
export function checkNotifications(facts: NotificationFacts): CheckResult {
  const isPiled = facts.pending > facts.pendingMax * outboxDegradedShare;
  const details = { ...facts };
  const why = facts.fault === undefined ? '' : `: ${facts.fault}`;
  if (isPiled) return { status: 'degraded', message: `${facts.pending} notifications wait${why}`, details };
  if (facts.fault !== undefined) return { status: 'degraded', message: facts.fault, details };
  return { status: 'healthy', message: `${facts.pending} notifications wait`, details };
}

export interface AuditFacts {
  /** Undefined until a verification has ended. */
  readonly isWhole: boolean | undefined;
  /** What the verification said. */
  readonly message: string;
  /** Why the latest entry was not written, when it was not. */
  readonly fault?: string;
}

/** `audit`: is the chain whole, and can it grow. */
export function checkAudit(facts: AuditFacts): CheckResult {
  const details = { ...facts };
  if (facts.fault !== undefined) return { status: 'degraded', message: facts.fault, details };
  if (facts.isWhole === undefined) return { status: 'unknown', message: facts.message, details };
  return { status: facts.isWhole ? 'healthy' : 'degraded', message: facts.message, details };
}

/** `settings`: does everything hold that was said. The bell rings without what does not. */
export function checkSettings({ complaints }: { readonly complaints: readonly string[] }): CheckResult {
  const [first] = complaints;
  if (first === undefined) return { status: 'healthy', message: 'everything that is set holds', details: {} };
  const more = complaints.length === 1 ? '' : ` (and ${complaints.length - 1} more: doorward settings)`;
  return { status: 'degraded', message: `${first}${more}`, details: { complaints } };
}

export interface TriggerFacts {
  /** `button`, `motion`, `api`: those that are armed. */
  readonly armed: readonly string[];
  /** What is wrong with one, when something is: a stuck button. */
  readonly fault?: string;
}

/** `triggers`: can anybody ring. */
export function checkTriggers(facts: TriggerFacts): CheckResult {
  const details = { ...facts };
  if (facts.armed.length === 0) return { status: 'unhealthy', message: facts.fault ?? 'no trigger is armed', details };
  if (facts.fault !== undefined) return { status: 'degraded', message: facts.fault, details };
  return { status: 'healthy', message: `armed: ${facts.armed.join(', ')}`, details };
}

function judge(
  name: string,
  value: number | undefined,
  limit: Threshold & { readonly unit: string },
): { status: HealthStatus; message: string } {
  if (value === undefined || !Number.isFinite(value)) return { status: 'unknown', message: `${name} not measured` };
  const status = value > limit.unhealthy ? 'unhealthy' : value > limit.degraded ? 'degraded' : 'healthy';
  return { status, message: `${name} ${value.toFixed(0)}${limit.unit}` };
}
