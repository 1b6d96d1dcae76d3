/** The origin's names for a confidence of 0 to 1. */
export type ConfidenceBucket = 'high' | 'medium' | 'low' | 'very_low';

/** high >= 0.9, medium >= 0.7, low >= 0.5; no confidence at all is very_low. */
export function confidenceBucket(confidence: number | undefined): ConfidenceBucket {
  if (confidence === undefined) return 'very_low';
  if (confidence >= 0.9) return 'high';
  if (confidence >= 0.7) return 'medium';
  return confidence >= 0.5 ? 'low' : 'very_low';
}

export type TimeOfDay = 'morning' | 'afternoon' | 'evening' | 'night';

/** morning 6-12, afternoon 12-18, evening 18-22, else night, by the hour of the local clock. */
export function timeOfDay(localHour: number): TimeOfDay {
  if (localHour >= 6 && localHour < 12) return 'morning';
  if (localHour >= 12 && localHour < 18) return 'afternoon';
  return localHour >= 18 && localHour < 22 ? 'evening' : 'night';
}

/**
 * Tells the hour, 0 to 23, of a wall time. Without a zone (`Europe/Berlin`) it is the machine's. The calendar is
 * opened when it is first asked: that takes longer than most of a start.
 */
export function localHours(timeZone = ''): (wallMs: number) => number {
  let format: Intl.DateTimeFormat | undefined;
  const zone = timeZone === '' ? {} : { timeZone };
  return (wallMs) => {
    format ??= new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', ...zone });
    return Number(format.format(wallMs));
  };
}

/** Values kept of one label before the rest are called `other`. */
const labelValuesMax = 50;
const labelLengthMax = 64;

/** Keeps labels within bounds: a name that someone can choose freely must not become a million time series. */
export class LabelBounds {
  readonly #seen = new Map<string, Set<string>>();

  /** The value itself, or `other` when this label has had its share of values. */
  bounded(label: string, value: string): string {
    const values = this.#seen.get(label) ?? new Set();
    this.#seen.set(label, values);
    if (values.has(value)) return value;
    if (values.size >= labelValuesMax || value.length > labelLengthMax) return 'other';
    values.add(value);
    return value;
  }
}
