import type { VerifyFailure } from '../release/refusal.ts';
import { rejectRelease, type TrialRecord } from '../slot/trial-record.ts';
import { beginFetch, fetchChunk, fetchedPath } from './fetch.ts';
import { type Notebook, withoutOffer } from './notebook.ts';
import type { Offer, SourceFault } from './offer.ts';
import type { SignedRelease } from './release-acts.ts';
import { setAside, unlikeOthers } from './set-aside.ts';
import { stageRelease } from './stage.ts';
import { storedFile } from './stored-file.ts';
import type { Trial, UpdateTools } from './update-parts.ts';
import type { UnfitReason, UpdateFacts } from './update-state.ts';

const pauseMsMin = 60_000;
const pauseMsMax = 60 * 60_000;
/** Of a source that did not give, unless it says itself how long. */
const restMs = 60_000;
const secondMs = 1000;

/** An offer with its verified description. */
export interface KnownOffer {
  readonly offer: Offer;
  readonly release: SignedRelease;
}

/** Reads the head of the release file and checks its signatures, wherever the file lies. */
export async function verifyOffer(
  tools: UpdateTools,
  notebook: Notebook,
  { offer, record }: { offer: Offer; record: TrialRecord },
): Promise<Notebook> {
  const answer = await tools.releases.verify(offer.source);
  if (answer.outcome === 'refused') return refuse(tools, notebook, { refusal: answer, offer, record });
  return { ...notebook, verified: { file: offer.file, release: answer.release } };
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
  if (fetched.outcome !== 'progress') {
    const { outcome: reason, message } = fetched;
    return setAside(tools, withoutFetch(notebook), { offer, reason, message, wait: 'later' });
  }
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
  if (source === undefined) return withoutOffer(withoutFetch(notebook), offer);
  const staged = await stageRelease(tools, facts.committed ?? facts.running.slot, { source, release });
  switch (staged.outcome) {
    case 'staged': return { ...notebook, faults: 0 };
    case 'no-space': return setAside(tools, notebook, { offer, reason: 'no-space', message: staged.message, wait: 'later' });
    case 'refused': return refuse(tools, withoutFetch(notebook), { refusal: staged, offer, record: facts.record, release });
  } // prettier-ignore
}

/**
 * Its bytes did not come. A far source rests for as long as it asks, or a minute. A fetch that moves keeps its turn: another
 * one would begin over what has arrived.
 */
export function meetSourceFault(
  tools: UpdateTools,
  notebook: Notebook,
  { offer, fault }: { readonly offer: Offer; readonly fault: SourceFault },
): Notebook {
  const { kind, message, retryMs } = fault;
  const isFar = offer.path === undefined;
  const restUntilMs = tools.clock.uptimeMs() + unlikeOthers(tools, Math.max(retryMs ?? 0, restMs));
  const rested =
    isFar && kind === 'later'
      ? { ...notebook, seen: notebook.seen.map((seen) => (seen.name === offer.from ? { ...seen, restUntilMs } : seen)) }
      : notebook;
  const { fetch } = notebook;
  if (kind === 'later' && fetch?.file === offer.file && fetch.hasMoved)
    return { ...rested, problem: message, fetch: { ...fetch, hasMoved: false } };
  const wait = kind === 'final' ? 'later' : 'soon';
  const reason = kind === 'changed' ? 'changed' : 'unreachable';
  const aside = setAside(tools, withoutFetch(rested), { offer, reason, message, wait, retryMs });
  return isFar && kind === 'changed' ? { ...aside, nextLookMs: Math.min(aside.nextLookMs, restUntilMs) } : aside;
}

/** What the file itself holds of an earlier fetch is found when it is begun anew. */
function withoutFetch(notebook: Notebook): Notebook {
  const { fetch: _fetch, ...rest } = notebook;
  return rest;
}

/** Begins nothing new for a while, longer after each fault in a row. */
export function paused(tools: UpdateTools, notebook: Notebook, { problem }: { problem: string }): Notebook {
  const growingMs = Math.min(pauseMsMin * 2 ** notebook.faults, pauseMsMax);
  const pauseMs = unlikeOthers(tools, growingMs);
  return { ...notebook, faults: notebook.faults + 1, problem, pauseUntilMs: tools.clock.uptimeMs() + pauseMs };
}

/** The file of a release that was committed is kept: what its slot loses can be had from it again. */
export async function keep(tools: UpdateTools, { offer, slot }: Pick<Trial, 'offer' | 'slot'>): Promise<void> {
  const { storage, places } = tools;
  const path = offer.path ?? fetchedPath(places.incoming);
  if ((offer.path === undefined || isPushed(tools, offer)) && (await storedFile(storage, path)) !== undefined)
    await storage.rename(path, places.kept[slot]);
  await discard(tools, offer);
}

/** The owner's file is removed with the offer; what is fetched or on a stick stays where it is. */
export async function discard(tools: UpdateTools, offer: Offer): Promise<void> {
  const { storage, places } = tools;
  if (offer.path === undefined) await storage.remove(fetchedPath(places.incoming));
  else if (isPushed(tools, offer)) await storage.remove(offer.path);
}

/** What was refused, and when. */
interface Refused {
  readonly refusal: { readonly failure: string; readonly message: string; readonly kind: 'final' | 'later' };
  readonly offer: Offer;
  readonly record: TrialRecord;
  /** Where its signatures were found good before. */
  readonly release?: SignedRelease;
}

/** Said of what enough keys have signed: it did not come garbled, and asking again changes nothing. */
const unfit: ReadonlySet<string> = new Set<VerifyFailure>([
  'wrong-architecture', 'wrong-hardware', 'older', 'follows-too-high', 'schema-too-new', 'schema-too-old', 'too-large',
  'rejected-before', 'payload-invalid',
]); // prettier-ignore

/**
 * A pushed file that can never be right is put away. What came over a network may have been garbled on the way: that says
 * nothing about the release, and it is asked for again. What is signed and still no release is not fetched twice.
 */
async function refuse(tools: UpdateTools, notebook: Notebook, refused: Refused): Promise<Notebook> {
  const { refusal, offer, record, release } = refused;
  const { failure, message, kind } = refusal;
  const isOurs = isPushed(tools, offer);
  // A pushed file is whole when it gets its name: what ends too early there stays so.
  const isPutAway = isOurs && (kind === 'final' || failure === 'truncated');
  if (failure === 'payload-invalid' && release !== undefined) {
    const { version, digest, signed } = release;
    const rejection = { version, digest, signed, file: offer.file, reason: failure, atMs: tools.clock.wallMs() };
    await tools.recordFile.write(rejectRelease(record, rejection));
  }
  if (isPutAway) await discard(tools, offer);
  const isLasting = isPutAway || unfit.has(failure) || (offer.path !== undefined && kind === 'final');
  const wait = isLasting ? 'lasting' : offer.path === undefined || failure !== 'changed' ? 'later' : 'soon';
  const told = { ...notebook, refusal: { file: offer.file, reason: failure, message } };
  return setAside(tools, told, { offer, reason: failure, message, wait, isPutAway });
}

/** Verified, and nothing for this device. A pushed file is put away: it would lie there for ever. */
export async function putUnfitAside(
  tools: UpdateTools,
  notebook: Notebook,
  { offer, release, why }: KnownOffer & { readonly why: UnfitReason },
): Promise<Notebook> {
  const { running } = tools;
  const isPutAway = isPushed(tools, offer);
  if (isPutAway) await discard(tools, offer);
  const message =
    why === 'rejected'
      ? `cannot use release ${release.version}: it was tried here and reverted: see doorward history, and wait for a newer release`
      : `cannot use release ${release.version}: it is not newer than what was committed here, and ${running.version} runs`;
  const told = isPutAway ? { ...notebook, refusal: { file: offer.file, reason: why, message } } : notebook;
  return setAside(tools, told, { offer, reason: why, message, wait: 'lasting', isPutAway });
}

/** Brought to this device by the owner, for it to keep or remove. */
function isPushed({ places }: UpdateTools, { path }: Offer): boolean {
  return path?.startsWith(`${places.incoming}/`) === true;
}
