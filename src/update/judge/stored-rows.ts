/**
 * Rows that the incumbent knew when the candidate came, read again by itself while the candidate has the door.
 * Chosen: what is gone without a cause that somebody has written down ends the trial; rejected: counting rows; why: new
 * ones come all the time, and hide as many that went.
 */
import { type Finding, shown } from './finding.ts';
import { nounOf } from './stored-data.ts';

/** What the last look has shown. */
export interface StoredRows {
  readonly looks: number;
  /** Rows that were looked for. */
  readonly known: number;
  /** Without a cause: rows that are gone, and rows that say something else. */
  readonly gone: readonly { readonly table: string; readonly before: number; readonly left: number }[];
  readonly changed: readonly { readonly table: string; readonly rows: number }[];
  /** Rows whose pictures are gone. Default 0. */
  readonly pictureless?: number;
  /** What is wrong with the audit chain, in words. */
  readonly chain?: string;
  /** Since when something has been gone or changed so; undefined when all is as it was. */
  readonly sinceMs?: number;
}

/** Whoever removes something writes down why only when it is gone. */
const causeMsMax = 3000;

/** Why these rows speak against the candidate, in words; undefined when nothing is amiss. */
export function wordsOfRows({ gone, changed, pictureless = 0, chain }: StoredRows): string | undefined {
  const words = [
    ...gone.map(({ table, before, left }) => `${before} ${nounOf(table, '')} became ${left}`),
    ...changed.map(({ table, rows }) => `${rows} ${nounOf(table, '')} say something else`),
    ...(pictureless > 0 ? [`${pictureless} rows have lost their pictures`] : []),
    ...(chain === undefined ? [] : [`the audit chain is broken: ${chain}`]),
  ];
  return words.length === 0 ? undefined : `without a cause that anybody knows ${words.join(', ')}`;
}

export function judgeStoredRows({ rows, nowMs }: { readonly rows?: StoredRows; readonly nowMs: number }): Finding {
  if (rows === undefined) return undefined;
  const { looks, known, sinceMs } = rows;
  const words = wordsOfRows(rows);
  const evidence = { asked: looks, answered: looks, compared: known, saw: words ?? `all ${known} rows are there` };
  if (words === undefined || sinceMs === undefined) return shown(evidence, undefined);
  return shown(evidence, nowMs - sinceMs < causeMsMax ? { missing: words } : { broken: words });
}
