import type { Clock } from '../system/clock.ts';
import { isoTime } from '../system/iso-time.ts';
import { wordsOf } from '../system/error-words.ts';

/** In the spelling of the contract. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** What a check found. */
export interface CheckResult {
  readonly status: HealthStatus;
  /** For people: what is so, and what to do when it is not well. */
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface HealthCheck {
  readonly name: string;
  /** Time from one run to the next. Default 5 s. */
  readonly intervalMs?: number;
  /** The appliance is not ready without it. */
  readonly isNeeded?: boolean;
  check(): CheckResult | Promise<CheckResult>;
}

export interface HealthSummary {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, HealthStatus>>;
}

/** The full report, in the spelling of the contract. Times are UTC. */
export interface HealthReport {
  readonly overall_status: HealthStatus;
  readonly timestamp: string;
  readonly checks: Readonly<Record<string, CheckReport>>;
  readonly summary: Readonly<Record<'total_checks' | HealthStatus, number>>;
}

export interface CheckReport {
  readonly check_name: string;
  readonly status: HealthStatus;
  readonly message: string;
  readonly timestamp: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const intervalMsDefault = 5000;
/** A check that takes longer has not run. */
const timeoutMs = 2000;
/** A result this many intervals old says nothing about now. */
const staleIntervals = 3;
const checksMax = 50;

/** One check with what it found last. */
class Ward {
  readonly check: HealthCheck;
  readonly intervalMs: number;
  result: CheckResult = { status: 'unknown', message: 'not checked yet' };
  /** Of the result: wall clock for people, uptime for its age. */
  wallMs: number;
  finishedMs: number | undefined;
  runs = 0;
  isRunning = false;

  constructor(check: HealthCheck, wallMs: number) {
    this.check = check;
    this.intervalMs = check.intervalMs ?? intervalMsDefault;
    this.wallMs = wallMs;
  }
}

/** Runs every registered check at its interval and remembers the answers, so that asking costs nothing. */
export class HealthRegistry {
  readonly #clock: Clock;
  readonly #wards = new Map<string, Ward>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  register(check: HealthCheck): void {
    if (this.#wards.has(check.name)) throw new Error(`cannot register the check ${check.name} twice`);
    if (this.#wards.size >= checksMax) throw new Error(`cannot register more than ${checksMax} checks`);
    this.#wards.set(check.name, new Ward(check, this.#clock.wallMs()));
  }

  /** Runs the checks, or those of these names, until the signal is aborted. */
  async run(signal: AbortSignal, names: readonly string[] = [...this.#wards.keys()]): Promise<void> {
    const wards = names.map((name) => this.#wards.get(name)).filter((ward) => ward !== undefined);
    await Promise.all(wards.map((ward) => this.#keepExamining(ward, signal)));
  }

  /** Runs every check once, side by side. */
  async runOnce(): Promise<void> {
    await Promise.all([...this.#wards.values()].map((ward) => this.#examine(ward)));
  }

  summary(): HealthSummary {
    const checks = Object.fromEntries([...this.#wards.keys()].map((name) => [name, this.#resultOf(name).status]));
    return { status: overallStatus(Object.values(checks)), checks };
  }

  /** Each check with its last result and how often it has run, for the gate of a trial. */
  tally(): Readonly<Record<string, { readonly status: HealthStatus; readonly runs: number }>> {
    const entries = [...this.#wards].map(([name, { runs }]) => [name, { status: this.#resultOf(name).status, runs }]);
    return Object.fromEntries(entries);
  }

  report(): HealthReport {
    const reports = [...this.#wards.values()].map((ward) => this.#reportOf(ward));
    const statuses = reports.map(({ status }) => status);
    const count = (status: HealthStatus): number => statuses.filter((one) => one === status).length;
    return {
      overall_status: overallStatus(statuses),
      timestamp: isoTime(this.#clock.wallMs()),
      checks: Object.fromEntries(reports.map((report) => [report.check_name, report])),
      summary: {
        total_checks: reports.length,
        healthy: count('healthy'),
        degraded: count('degraded'),
        unhealthy: count('unhealthy'),
        unknown: count('unknown'),
      },
    };
  }

  /** May work be given to this appliance? Yes, when every needed check ran and none is unhealthy. */
  readiness(): { readonly isReady: boolean; readonly checks: Readonly<Record<string, HealthStatus>> } {
    const needed = [...this.#wards.values()].filter(({ check }) => check.isNeeded === true);
    const checks = Object.fromEntries(needed.map(({ check: { name } }) => [name, this.#resultOf(name).status]));
    return { isReady: Object.values(checks).every((status) => status === 'healthy' || status === 'degraded'), checks };
  }

  async #keepExamining(ward: Ward, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#examine(ward);
      await this.#clock.sleep(ward.intervalMs, signal);
    }
  }

  /** A check that hangs is not started a second time; what it says late still counts. */
  async #examine(ward: Ward): Promise<void> {
    if (ward.isRunning) return;
    ward.isRunning = true;
    const patience = new AbortController();
    const late = this.#clock.sleep(timeoutMs, patience.signal).then(() => {
      if (!patience.signal.aborted)
        this.#note(ward, { status: 'unknown', message: `no answer within ${timeoutMs} ms` });
    });
    const answered = runCheck(ward.check).then((result) => {
      patience.abort();
      ward.isRunning = false;
      this.#note(ward, result);
    });
    await Promise.race([late, answered]);
  }

  #note(ward: Ward, result: CheckResult): void {
    ward.result = result;
    ward.runs += 1;
    ward.wallMs = this.#clock.wallMs();
    ward.finishedMs = this.#clock.uptimeMs();
  }

  #resultOf(name: string): CheckResult {
    const ward = this.#wards.get(name);
    if (ward === undefined) return { status: 'unknown', message: 'no such check' };
    const ageMs = ward.finishedMs === undefined ? 0 : this.#clock.uptimeMs() - ward.finishedMs;
    if (ageMs <= staleIntervals * ward.intervalMs + timeoutMs) return ward.result;
    return {
      status: 'unknown',
      message: `not checked for ${Math.round(ageMs / 1000)} s; then: ${ward.result.message}`,
    };
  }

  #reportOf(ward: Ward): CheckReport {
    const { status, message, details = {} } = this.#resultOf(ward.check.name);
    return { check_name: ward.check.name, status, message, timestamp: isoTime(ward.wallMs), details };
  }
}

/** The worst of all; unknown counts more than healthy and less than a fault that is known. */
export function overallStatus(statuses: readonly HealthStatus[]): HealthStatus {
  if (statuses.includes('unhealthy')) return 'unhealthy';
  if (statuses.includes('degraded')) return 'degraded';
  return statuses.includes('unknown') || statuses.length === 0 ? 'unknown' : 'healthy';
}

async function runCheck(check: HealthCheck): Promise<CheckResult> {
  try {
    return await check.check();
  } catch (error) {
    return { status: 'unknown', message: `cannot check: ${wordsOf(error)}` };
  }
}
