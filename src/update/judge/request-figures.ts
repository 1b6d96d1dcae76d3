import type { Clock } from '../../system/clock.ts';

/** Times are judged over the last minute. */
const windowMs = 60_000;
/** Request times that are kept; under more load the oldest go sooner. */
const samplesMax = 5000;
/** 503 is the right answer of these when something is unwell. */
const watchersQuestions = new Set(['/health', '/ready', '/api/v1/health']);

/** How requests went, as a trial is judged by. Counts run from the start of the process. */
export interface RequestSummary {
  readonly requests: number;
  /** Answered with 5xx. */
  readonly errors: number;
  /** Of the last minute; absent when there was no request. */
  readonly meanMs?: number;
  readonly p99Ms?: number;
}

/** Counts requests and remembers the times of the last minute. */
export class RequestFigures {
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  #samples: { readonly atMs: number; readonly durationMs: number }[] = [];
  #requests = 0;
  #errors = 0;

  constructor(clock: Pick<Clock, 'uptimeMs'>) {
    this.#clock = clock;
  }

  note(request: { readonly endpoint: string; readonly status: number; readonly durationMs: number }): void {
    this.#requests += 1;
    if (request.status >= 500 && !watchersQuestions.has(request.endpoint)) this.#errors += 1;
    this.#samples.push({ atMs: this.#clock.uptimeMs(), durationMs: request.durationMs });
    if (this.#samples.length >= 2 * samplesMax) this.#samples = this.#samples.slice(-samplesMax);
  }

  summary(): RequestSummary {
    const sinceMs = this.#clock.uptimeMs() - windowMs;
    this.#samples = this.#samples.filter(({ atMs }) => atMs >= sinceMs).slice(-samplesMax);
    const times = this.#samples.map(({ durationMs }) => durationMs).toSorted((one, other) => one - other);
    const counts = { requests: this.#requests, errors: this.#errors };
    if (times.length === 0) return counts;
    const meanMs = times.reduce((sum, time) => sum + time, 0) / times.length;
    const p99Ms = times[Math.min(times.length - 1, Math.floor(times.length * 0.99))] ?? meanMs;
    return { ...counts, meanMs, p99Ms };
  }
}
