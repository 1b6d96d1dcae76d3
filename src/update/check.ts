import type { Notebook } from './notebook.ts';
import type { SeenSource, UpdateSource } from './offer.ts';
import { stillOffered, unlikeOthers } from './set-aside.ts';
import type { UpdateTools } from './update-parts.ts';

const minuteMs = 60_000;
const retryMsMin = minuteMs;
const retryMsMax = 60 * minuteMs;

/** Asks every far source what it has. One that does not answer keeps what it offered before: its files may be there still. */
export async function lookFar(tools: UpdateTools, notebook: Notebook): Promise<Notebook> {
  const { seen, problems, retryMs } = await lookAt(
    tools.sources.filter(({ isNear }) => !isNear),
    notebook.seen,
  );
  const intervalMs = tools.settings.checkIntervalMinutes * minuteMs;
  const isTime = retryMs !== undefined && retryMs >= retryMsMin; // "In 0 seconds" is no invitation to come every second.
  const failedMs = isTime ? retryMs : Math.min(intervalMs, retryMsMax);
  const nowMs = tools.clock.uptimeMs();
  const nextLookMs = nowMs + unlikeOthers(tools, problems.length === 0 ? intervalMs : failedMs);
  const { problem: _problem, ...rest } = notebook;
  const problem = problems.length === 0 ? {} : { problem: problems.join('; ') };
  return stillOffered({ ...rest, ...problem, seen, nextLookMs }, nowMs);
}

/** Reads the folders of this machine: what the owner brings has its turn at once. */
export async function lookNear(tools: UpdateTools, notebook: Notebook): Promise<Notebook> {
  const { seen, problems } = await lookAt(
    tools.sources.filter(({ isNear }) => isNear),
    notebook.seen,
  );
  const problem = problems.length === 0 ? {} : { problem: problems.join('; ') };
  return stillOffered({ ...notebook, ...problem, seen }, tools.clock.uptimeMs());
}

interface LookedAt {
  readonly seen: readonly SeenSource[];
  readonly problems: readonly string[];
  /** The shortest time that a source asked to wait. */
  readonly retryMs: number | undefined;
}

async function lookAt(sources: readonly UpdateSource[], before: readonly SeenSource[]): Promise<LookedAt> {
  const seen = new Map(before.map((source) => [source.name, source]));
  const problems: string[] = [];
  const waits: number[] = [];
  for (const source of sources) {
    const { name } = source;
    const look = await source.look();
    if (look.outcome === 'offers')
      seen.set(name, { name, offers: look.offers, restUntilMs: seen.get(name)?.restUntilMs ?? 0 });
    else {
      problems.push(`${name}: ${look.reason}`);
      if (look.retryMs !== undefined) waits.push(look.retryMs);
    }
  }
  return { seen: [...seen.values()], problems, retryMs: waits.length === 0 ? undefined : Math.min(...waits) };
}
