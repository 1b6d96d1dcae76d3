import type { AuditEntry, Chronicle } from '../system/audit.ts';
import type { Log } from '../system/log.ts';

/** What the story reads of the updater's status. */
export interface StoryStatus {
  readonly phase: string;
  readonly offer?: { readonly version?: string };
  readonly trial?: { readonly version: string; readonly phase: string };
  readonly problem?: string;
  readonly scrub?: StoryScrub;
}

/** What the last reading of both slots has shown. */
export interface StoryScrub {
  readonly atMs: number;
  readonly repaired: readonly { readonly slot: string; readonly path: string; readonly from: string }[];
  readonly damaged: readonly { readonly slot: string; readonly message: string }[];
}

/** What the story reads of a trial that is over. */
export interface StoryTrial {
  readonly id: string;
  readonly version: string;
  readonly digest: string;
  readonly outcome: 'committed' | 'reverted' | 'interrupted';
  readonly reason: string;
  readonly message: string;
  readonly phases: readonly { readonly phase: string; readonly durationMs: number }[];
}

/** The update path, as far as its story goes. */
export interface StoryDesk {
  readonly running: { readonly slot: string; readonly version: string };
  readonly status: StoryStatus;
  subscribe(listener: (status: StoryStatus) => void): () => void;
  history(): Promise<readonly StoryTrial[]>;
  /** The trial of the history that nobody could tell when it ended. Default none. */
  untold?(): Promise<string | undefined>;
}

/** Where its figures go: `Metrics`. */
export interface StoryMetrics {
  showRelease(running: StoryDesk['running']): void;
  trialPhase(now: TrialPhase): void;
  trialEnded(trial: EndedTrial): void;
  releaseAttempts(count: number): void;
  scrubbed(found: { readonly filesRepaired: number; readonly slotsDamaged: number }): void;
}

/** A trial that is over. A duration is absent when the trial did not come so far. */
export interface EndedTrial {
  readonly outcome: string;
  readonly reason: string;
  readonly handOverMs: number | undefined;
  readonly revertMs: number | undefined;
}

export interface StoryParts {
  readonly desk: StoryDesk;
  readonly metrics: StoryMetrics;
  readonly chronicle: Chronicle;
  readonly log: Log;
  /** True while this process is on trial and shows what its incumbent does, which is then the incumbent's to record. */
  readonly isCandidate: () => boolean;
}

/** Words of doorward_trial_phase. */
export const trialPhases = ['none', 'rehearsal', 'hand-over', 'probation', 'commit', 'revert'] as const;
export type TrialPhase = (typeof trialPhases)[number];

/** Turns what the updater does into metrics, audit entries and log lines. Begun before the updater's first step, in a candidate before it takes over. */
export class UpdateStory {
  readonly #parts: StoryParts;
  #last: StoryStatus;
  #told = new Set<string>();
  /** One after the other: two reads must not tell the same trial twice. */
  #telling: Promise<void> = Promise.resolve();

  constructor(parts: StoryParts) {
    this.#parts = parts;
    this.#last = parts.desk.status;
  }

  /** Resolves when it listens; the returned function ends it. */
  async begin(): Promise<() => void> {
    const { desk, metrics } = this.#parts;
    metrics.showRelease(desk.running);
    metrics.trialPhase(trialPhaseOf(desk.status));
    const past = await this.#history();
    this.#told = new Set(past.map(({ id }) => id));
    metrics.releaseAttempts(attemptsOf(past));
    await this.#tellUntold(past);
    const stop = desk.subscribe((status) => this.#hear(status));
    return stop;
  }

  /** A way back that was taken while nobody served: who starts next tells it. */
  async #tellUntold(past: readonly StoryTrial[]): Promise<void> {
    if (this.#parts.isCandidate()) return;
    const id = await this.#parts.desk.untold?.().catch(() => undefined); // What cannot be read, the history has shown.
    const untold = past.find((trial) => trial.id === id);
    if (untold !== undefined) this.#tell(untold);
  }

  #hear(status: StoryStatus): void {
    const { log, metrics } = this.#parts;
    const last = this.#last;
    this.#last = status;
    metrics.trialPhase(trialPhaseOf(status));
    const entry = entryOfChange(last, status);
    if (entry !== undefined && !this.#parts.isCandidate()) {
      const { action, resource, result } = entry;
      log.info('an act of an update', { action, resource, result });
      this.#record(entry);
    }
    const { scrub } = status;
    if (scrub !== undefined && scrub.atMs !== last.scrub?.atMs && !this.#parts.isCandidate()) this.#tellScrub(scrub);
    if (last.phase !== status.phase) this.#tellEnded();
  }

  /** The log has heard of it from whoever has read. */
  #tellScrub({ repaired, damaged }: StoryScrub): void {
    this.#parts.metrics.scrubbed({ filesRepaired: repaired.length, slotsDamaged: damaged.length });
    for (const { slot, path, from } of repaired)
      this.#record({ ...slotChange('mend-slot', slot, 'success'), data: { path, from } });
    for (const { slot, message } of damaged)
      this.#record({ ...slotChange('mend-slot', slot, 'failure'), data: { message } });
  }

  #tellEnded(): void {
    this.#telling = this.#telling.then(async () => {
      const past = await this.#history();
      for (const trial of past) if (!this.#told.has(trial.id)) this.#tell(trial);
      this.#parts.metrics.releaseAttempts(attemptsOf(past));
    });
  }

  /** Waits for what is being told. */
  settled(): Promise<void> {
    return this.#telling;
  }

  #tell(trial: StoryTrial): void {
    const { desk, log, metrics } = this.#parts;
    this.#told.add(trial.id);
    // Who has handed over for good ends in this moment: a release tells of its own commit, and its incumbent of the rest.
    const isOwn = trial.version === desk.running.version;
    if (trial.outcome === 'committed' ? !isOwn : isOwn || this.#parts.isCandidate()) return;
    const { version, outcome, reason, message, phases } = trial;
    metrics.trialEnded({
      outcome,
      reason,
      handOverMs: durationOf(phases, 'hand-over'),
      revertMs: durationOf(phases, 'revert'),
    });
    const level = outcome === 'committed' ? 'info' : 'warn';
    log[level]('a trial has ended', { version, outcome, reason, message });
    this.#record(entryOfEnd(trial));
  }

  #record(entry: AuditEntry): void {
    const { chronicle, log } = this.#parts;
    chronicle.record(entry).catch((error: unknown) => log.error('an act is not in the audit chain', { error }));
  }

  /** A record that cannot be read now is read at the next change. */
  async #history(): Promise<readonly StoryTrial[]> {
    try {
      return await this.#parts.desk.history();
    } catch (error) {
      this.#parts.log.warn('the history of trials cannot be read', { error });
      return [];
    }
  }
}

/** Where the trial stands, for the gauge. */
export function trialPhaseOf({ phase, trial }: StoryStatus): TrialPhase {
  switch (phase) {
    case 'rehearse': return 'rehearsal';
    case 'hand-over': return trial?.phase === 'probation' ? 'probation' : 'hand-over';
    case 'judge': return 'probation';
    case 'commit':
    case 'leave': return 'commit';
    case 'revert':
    case 'record': return 'revert';
    default: return trial === undefined ? 'none' : 'probation';
  } // prettier-ignore
}

/** What a change of the status leaves in the audit chain; undefined for nothing. */
export function entryOfChange(last: StoryStatus, next: StoryStatus): AuditEntry | undefined {
  const { problem } = next;
  if (last.phase === 'stage' && next.phase !== 'stage') {
    const isStaged = problem === undefined || problem === last.problem;
    return systemChange('stage-release', { version: last.offer?.version, isDone: isStaged });
  }
  if (last.trial?.phase !== 'rehearsed' || next.trial === undefined) return undefined;
  if (next.trial.phase === 'probation')
    return systemChange('hand-over-to-release', { version: next.trial.version, isDone: true });
  if (last.phase === 'hand-over' && next.trial.phase === 'failed')
    return systemChange('hand-over-to-release', { version: next.trial.version, isDone: false });
  return undefined;
}

function entryOfEnd({ version, outcome, reason }: StoryTrial): AuditEntry {
  switch (outcome) {
    case 'committed': return systemChange('commit-release', { version, isDone: true });
    case 'reverted': return systemChange('revert-release', { version, isDone: true, reason });
    case 'interrupted': return systemChange('revert-release', { version, isDone: false, reason });
  } // prettier-ignore
}

/** The owner agreed to a release file, or withdrew. `actor`: who says so. */
export function entryOfConsent(file: string | undefined, actor: string): AuditEntry {
  const action = file === undefined ? 'withdraw-consent' : 'agree-to-release';
  return { event_type: 'system_change', actor, action, resource: `release-file/${file ?? 'any'}`, result: 'success' };
}

function systemChange(
  action: string,
  {
    version,
    isDone,
    reason,
  }: { readonly version: string | undefined; readonly isDone: boolean; readonly reason?: string },
): AuditEntry {
  return {
    event_type: 'system_change',
    actor: 'appliance',
    action,
    resource: `release/${version ?? 'unknown'}`,
    result: isDone ? 'success' : 'failure',
    ...(reason === undefined ? {} : { data: { reason } }),
  };
}

function slotChange(action: string, slot: string, result: AuditEntry['result']): AuditEntry {
  return { event_type: 'system_change', actor: 'appliance', action, resource: `slot/${slot}`, result };
}

function durationOf(phases: StoryTrial['phases'], wanted: string): number | undefined {
  return phases.find(({ phase }) => phase === wanted)?.durationMs;
}

/** Trials of the release that was tried last. */
function attemptsOf(past: readonly StoryTrial[]): number {
  const newest = past.at(-1);
  return past.filter(({ digest }) => digest === newest?.digest).length;
}
