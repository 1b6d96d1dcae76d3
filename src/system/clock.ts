/** Time as the rooms may know it. */
export interface Clock {
  /** Milliseconds since the machine was switched on. Never goes back: for every wait, deadline and duration. */
  uptimeMs(): number;
  /** Milliseconds since 1970 in UTC. For showing people; may jump, because a Pi has no battery clock. */
  wallMs(): number;
  /** Resolves after the duration, or as soon as the signal is aborted. Never rejects. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
