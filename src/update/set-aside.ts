import type { Notebook } from './notebook.ts';
import type { Offer, SetAside } from './offer.ts';
import type { UpdateTools } from './update-parts.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * When an offer that was set aside is looked at again: at first, and at most, doubled each time in between.
 * `soon`: bytes did not come; `later`: what came was garbage, or there was no room; `lasting`: only another release of this
 * device, or another file, changes it.
 */
const waits = {
  soon: { firstMs: minuteMs, maxMs: 6 * hourMs },
  later: { firstMs: 15 * minuteMs, maxMs: 6 * hourMs },
  lasting: { firstMs: 24 * hourMs, maxMs: 24 * hourMs },
} as const;

/** More than all sources together offer. */
const asideMax = 400;
/** Of files that are gone, which are told of for a day. */
const putAwayMax = 20;

/** Why an offer is of no use now, and for how long. */
export interface Useless {
  readonly reason: string;
  readonly message: string;
  readonly wait: keyof typeof waits;
  readonly isPutAway?: boolean;
  /** When its source itself said how long to wait. */
  readonly retryMs?: number | undefined;
}

/** The notebook with the offer set aside, and all that was learned of it forgotten. */
export function setAside(tools: UpdateTools, notebook: Notebook, why: Useless & { readonly offer: Offer }): Notebook {
  const { offer, reason, message, wait, retryMs = 0, isPutAway = false } = why;
  const { file, from, version } = offer;
  const times = (notebook.aside.find((aside) => aside.file === file)?.times ?? 0) + 1;
  const { firstMs, maxMs } = waits[wait];
  const waitMs = unlikeOthers(tools, Math.max(retryMs, Math.min(firstMs * 2 ** (times - 1), maxMs)));
  const untilMs = tools.clock.uptimeMs() + waitMs;
  const what = { file, from, ...(version === undefined ? {} : { version }), reason, message };
  tools.log.warn('a release file was set aside', { ...what, isPutAway, againMs: waitMs });
  const others = notebook.aside.filter((aside) => aside.file !== file);
  const entry: SetAside = { ...what, untilMs, times, isLasting: wait === 'lasting', isPutAway };
  const { verified: _verified, ...rest } = notebook;
  return { ...rest, problem: message, aside: [...others, entry].slice(-asideMax) };
}

/** Devices that a server has turned away together do not come again together. */
export function unlikeOthers({ random }: Pick<UpdateTools, 'random'>, waitMs: number): number {
  return waitMs * (1 + random.fraction() / 4);
}

/** Without those that nobody offers any more; what was put away is told of for a while. */
export function stillOffered(notebook: Notebook, nowMs: number): Notebook {
  const offered = new Set(notebook.seen.flatMap(({ offers }) => offers.map(({ file }) => file)));
  const gone = notebook.aside.filter(
    ({ file, isPutAway, untilMs }) => !offered.has(file) && isPutAway && untilMs > nowMs,
  );
  const told = new Set(gone.slice(-putAwayMax));
  const aside = notebook.aside.filter((entry) => offered.has(entry.file) || told.has(entry));
  return aside.length === notebook.aside.length ? notebook : { ...notebook, aside };
}
