import { rejectRelease, type TrialRecord } from '../slot/trial-record.ts';
import { check } from './check.ts';
import { type Notebook, withoutOffer, withoutUseless } from './notebook.ts';
import { beginFetch, fetchChunk, fetchedPath } from './fetch.ts';
import type { Offer } from './offer.ts';
import type { SignedRelease } from './release-acts.ts';
import { stageRelease } from './stage.ts';
import { storedFile } from './stored-file.ts';
import type { Trial, UpdateTools } from './update-parts.ts';
import type { UpdateFacts } from './update-state.ts';

const pauseMsMin = 60_000;
const pauseMsMax = 60 * 60_000;
/** Times that a chunk may come as other bytes than the signed ones before another offer has its turn. */
const differencesMax = 3;
const minuteMs = 60_000;
const secondMs = 1000;

/** An offer with its verified description. */
export interface KnownOffer {
  readonly offer: Offer;
  readonly release: SignedRelease;
}

/** Asks every source what it has. */
export async function lookForOffer(tools: UpdateTools, notebook: Notebook, record: TrialRecord): Promise<Notebook> {
  const { offer, problems, retryMs } = await check(tools.sources, record, notebook.postponed);
  const intervalMs = tools.settings.checkIntervalMinutes * minuteMs;
  const waitMs = problems.length === 0 ? intervalMs : failedLookMs(tools, intervalMs, retryMs);
  const nextLookMs = tools.clock.uptimeMs() + waitMs;
  const { problem: _problem, ...rest } = notebook;
  const known = { ...rest, ...(problems.length === 0 ? {} : { problem: problems.join('; ') }), nextLookMs };
  if (offer === undefined) return withoutOffer(known);
  return offer.file === notebook.offer?.file ? { ...known, offer } : { ...withoutOffer(known), offer };
}

/** As the source asked for, when that is a time to wait at all. */
function failedLookMs(tools: UpdateTools, intervalMs: number, retryMs: number | undefined): number {
  const isTime = retryMs !== undefined && retryMs >= pauseMsMin;
  return unlikeOthers(tools, isTime ? retryMs : Math.min(intervalMs, pauseMsMax));
}

/** Devices that a server has turned away together do not come again together. */
function unlikeOthers({ random }: UpdateTools, waitMs: number): number {
  return waitMs * (1 + random.fraction() / 4);
}

/** Reads the head of the release file and checks its signatures, wherever the file lies. */
export async function verifyOffer(
  tools: UpdateTools,
  notebook: Notebook,
  { offer, record }: { offer: Offer; record: TrialRecord },
): Promise<Notebook> {
  const answer = await tools.releases.verify(offer.source);
  if (answer.outcome === 'refused') return refuse(tools, notebook, { refusal: answer, offer, record });
  return { ...notebook, release: answer.release };
}

/** Fetches one part, within the bandwidth that the owner allows. */
export async function fetchOffer(
  tools: UpdateTools,
  notebook: Notebook,
  { offer, release }: KnownOffer,
): Promise<Notebook> {
  const { storage, places, clock, settings } = tools;
  const task = { offer, chunks: release.chunks, incoming: places.incoming };
  const startedMs = clock.uptimeMs();
  const { fetch } = notebook;
  const fetched =
    fetch === undefined || fetch.file !== offer.file
      ? await beginFetch(storage, task)
      : await fetchChunk(storage, task, fetch);
  if (fetched.outcome === 'differs') {
    const { progress, message: problem } = fetched;
    const kept = paused(tools, { ...notebook, fetch: progress }, { problem });
    return progress.differences < differencesMax ? kept : withoutUseless(kept, offer);
  }
  if (fetched.outcome === 'no-space') return paused(tools, notebook, { problem: fetched.message });
  if (settings.bytesPerSecondMax > 0) {
    const dueMs = startedMs + (fetched.bytes / settings.bytesPerSecondMax) * secondMs;
    await clock.sleep(Math.max(0, dueMs - clock.uptimeMs()));
  }
  return { ...notebook, fetch: fetched.progress, faults: 0 };
}

/** Unpacks the release file into the slot that is not committed. */
export async function stageOffer(
  tools: UpdateTools,
  notebook: Notebook,
  { offer, release, facts }: KnownOffer & { facts: UpdateFacts },
): Promise<Notebook> {
  const { storage, places } = tools;
  const source = await storedFile(storage, offer.path ?? fetchedPath(places.incoming));
  if (source === undefined) return { ...withoutOffer(notebook), nextLookMs: 0 };
  const staged = await stageRelease(tools, facts.committed ?? facts.running.slot, { source, release });
  switch (staged.outcome) {
    case 'staged': return { ...notebook, faults: 0 };
    case 'no-space': return paused(tools, notebook, { problem: staged.message });
    case 'refused': return refuse(tools, notebook, { refusal: staged, offer, record: facts.record });
  } // prettier-ignore
}

/** Begins nothing new for a while, longer after each fault in a row. */
export function paused(
  tools: UpdateTools,
  notebook: Notebook,
  { problem, retryMs }: { problem: string; retryMs?: number | undefined },
): Notebook {
  const growingMs = Math.min(pauseMsMin * 2 ** notebook.faults, pauseMsMax);
  const pauseMs = unlikeOthers(tools, Math.max(retryMs ?? 0, growingMs));
  return { ...notebook, faults: notebook.faults + 1, problem, pauseUntilMs: tools.clock.uptimeMs() + pauseMs };
}

/** The file of a release that was committed is kept: what its slot loses can be had from it again. */
export async function keep(tools: UpdateTools, { offer, slot }: Pick<Trial, 'offer' | 'slot'>): Promise<void> {
  const { storage, places } = tools;
  const path = offer.path ?? fetchedPath(places.incoming);
  const isOurs = path.startsWith(`${places.incoming}/`);
  if (isOurs && (await storedFile(storage, path)) !== undefined) await storage.rename(path, places.kept[slot]);
  await discard(tools, offer);
}

/** The owner's file is removed with the offer; what is fetched or on a stick stays where it is. */
export async function discard({ storage, places }: UpdateTools, offer: Offer): Promise<void> {
  if (offer.path?.startsWith(`${places.incoming}/`) === true) await storage.remove(offer.path);
  await storage.remove(fetchedPath(places.incoming));
}

/** What was refused, and when. */
interface Refused {
  readonly refusal: { readonly failure: string; readonly message: string; readonly kind: 'final' | 'later' };
  readonly offer: Offer;
  readonly record: TrialRecord;
}

/**
 * A file on this machine that can never be right is remembered and put away. What came over a network may have been
 * garbled on the way: that says nothing about the release, and it is asked for again at the next look.
 */
async function refuse(tools: UpdateTools, notebook: Notebook, { refusal, offer, record }: Refused): Promise<Notebook> {
  const { file } = offer;
  const { failure, message, kind } = refusal;
  tools.log.warn('a release file was refused', { file, failure, message });
  const free = { ...withoutOffer(notebook), problem: message, refusal: { file, reason: failure, message } };
  if (kind === 'later' || (offer.path === undefined && failure !== 'payload-invalid'))
    return withoutUseless(paused(tools, free, { problem: message }), offer);
  const rejection = { version: offer.version ?? '', digest: `file:${file}`, signed: 0, file, reason: failure };
  await tools.recordFile.write(rejectRelease(record, { ...rejection, atMs: tools.clock.wallMs() }));
  await discard(tools, offer);
  return { ...free, nextLookMs: 0 };
}
