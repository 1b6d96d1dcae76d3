/** Goes through jobs in their order, as many at once as there are processors for, and tells how each has ended. */

interface Planned {
  readonly name: string;
  readonly processors: number;
  readonly after?: string;
}

/** `left-out`: the job whose work it takes has failed. */
export type Ending = 'ok' | 'failed' | 'left-out';

export interface JobsPlan<J extends Planned> {
  readonly jobs: readonly J[];
  readonly processors: number;
  /** Whether it was sound. */
  readonly run: (job: J) => Promise<boolean>;
}

/** One that fails stops nobody but those that take its work: a whole run tells of every fault. */
export async function runJobs<J extends Planned>(plan: JobsPlan<J>): Promise<ReadonlyMap<string, Ending>> {
  const endings = new Map<string, Ending>();
  const waiting = new Set(plan.jobs);
  const running = new Map<J, Promise<void>>();
  const names = new Set(plan.jobs.map(({ name }) => name));
  const standing = ({ after }: J): Ending | undefined => (after === undefined || !names.has(after) ? 'ok' : endings.get(after)); // prettier-ignore
  for (;;) {
    for (const job of waiting) {
      const before = standing(job);
      const busy = [...running.keys()].reduce((sum, { processors }) => sum + processors, 0);
      const fits = busy === 0 || busy + job.processors <= plan.processors;
      if (before === undefined || (before === 'ok' && !fits)) continue;
      waiting.delete(job);
      if (before !== 'ok') endings.set(job.name, 'left-out');
      else running.set(job, plan.run(job).then((isSound) => void endings.set(job.name, isSound ? 'ok' : 'failed')).finally(() => running.delete(job))); // prettier-ignore
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  return endings;
}
