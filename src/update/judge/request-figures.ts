import type { Clock } from '../../system/clock.ts';

/** Times are told of the last minute. */
const windowMs = 60_000;
/** Request times that are kept; under more load the oldest go sooner. */
const samplesMax = 5000;
/** 503 is the right answer of these when something is unwell. */
const healthQuestions = new Set(['/health', '/ready', '/api/v1/health']);
/** Reads that failed here, each once, until somebody asks for them or for some seconds. */
const failedMax = 8;
const failedMs = 5000;
const addressLettersMax = 300;

/** How requests went, for people. Counts run from the start of the process. */
export interface RequestSummary {
  readonly requests: number;
  /** Failed with 500: a fault of this release, unless its incumbent fails there too. */
  readonly errors: number;
  /** Of the last minute; absent when there was no request. */
  readonly meanMs?: number;
  readonly p99Ms?: number;
}

/** One request, as it was answered. */
export interface AnsweredRequest {
  readonly method: string;
  readonly endpoint: string;
  /** As it was asked for; absent where nobody may ask again. */
  readonly address?: string;
  readonly status: number;
  readonly durationMs: number;
}

/**
 * Counts requests, and remembers the times of the last minute. A stranger has a hand in all of these figures: a trial is
 * judged by none of them. They tell people how it went, and the incumbent what to ask.
 */
export class RequestFigures {
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  #samples: { readonly atMs: number; readonly durationMs: number }[] = [];
  #requests = 0;
  #errors = 0;
  readonly #failed = new Set<string>();
  readonly #failedAtMs = new Map<string, number>();

  constructor(clock: Pick<Clock, 'uptimeMs'>) {
    this.#clock = clock;
  }

  note({ method, endpoint, address, status, durationMs }: AnsweredRequest): void {
    this.#requests += 1;
    if (status === 500 && !healthQuestions.has(endpoint)) {
      this.#errors += 1;
      const isAskable = method === 'GET' && address !== undefined && address.length <= addressLettersMax;
      if (isAskable && this.#failed.size < failedMax) this.#failed.add(address);
      if (isAskable && this.recentlyFailed().length < failedMax) this.#failedAtMs.set(address, this.#clock.uptimeMs());
    }
    this.#samples.push({ atMs: this.#clock.uptimeMs(), durationMs });
    if (this.#samples.length >= 2 * samplesMax) this.#samples = this.#samples.slice(-samplesMax);
  }

  /** Addresses of reads that failed since the last time that somebody asked. */
  takeFailed(): readonly string[] {
    const failed = [...this.#failed];
    this.#failed.clear();
    return failed;
  }

  /** Addresses of reads that failed within the last seconds. */
  recentlyFailed(): readonly string[] {
    const sinceMs = this.#clock.uptimeMs() - failedMs;
    for (const [address, atMs] of this.#failedAtMs) if (atMs < sinceMs) this.#failedAtMs.delete(address);
    return [...this.#failedAtMs.keys()];
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
