const dayMs = 86_400_000;
/** The household's: a person who is away sees when it was at the door. @type {{ timeZone: string | undefined }} */
const household = { timeZone: undefined };

/**
 * Shows times in this zone from now on; whether that changes anything.
 * @param {string} timeZone
 */
export function useTimeZone(timeZone) {
  const isOther = household.timeZone !== timeZone;
  household.timeZone = timeZone;
  return isOther;
}

/**
 * @param {number} ms
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(ms, options) {
  return new Intl.DateTimeFormat(undefined, { ...options, timeZone: household.timeZone }).format(ms);
}

/** @param {number} ms */
export function timeOf(ms) {
  return format(ms, { hour: '2-digit', minute: '2-digit' });
}

/** @param {number} ms */
export function dayOf(ms) {
  const day = format(ms, { dateStyle: 'short' });
  if (day === format(Date.now(), { dateStyle: 'short' })) return 'Today';
  if (day === format(Date.now() - dayMs, { dateStyle: 'short' })) return 'Yesterday';
  return format(ms, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** @param {number} ms */
export function momentOf(ms) {
  return format(ms, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** @param {number} ms */
export function agoOf(ms) {
  const minutes = Math.floor((Date.now() - ms) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/**
 * Who it was, in a few words.
 * @param {any} visit
 */
export function titleOf(visit) {
  if (visit.outcome === null) return visit.phase === 'decided' ? 'Somebody' : 'Somebody is at the door…';
  if (visit.personName !== null)
    return visit.outcome === 'probably' ? `Probably ${visit.personName}` : visit.personName;
  return visit.outcome === 'no-face' ? 'Nobody to see' : 'A stranger';
}

/** @param {string | null} outcome */
export function outcomeWord(outcome) {
  /** @type {Record<string, string>} */
  const words = { known: 'Known', probably: 'Probably', stranger: 'Stranger', 'no-face': 'No face' };
  return words[outcome ?? ''] ?? 'Looking…';
}

/** @param {string} source */
export function sourceWord(source) {
  /** @type {Record<string, string>} */
  const words = { button: 'rang the bell', motion: 'motion', api: 'rung from the page', command: 'rung by command' };
  return words[source] ?? source;
}

/**
 * "1 visit", "2 visits".
 * @param {number} count
 * @param {string} one
 */
export function counted(count, one) {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/**
 * How long something still holds.
 * @param {number} ms
 */
export function untilOf(ms) {
  return `until ${format(ms, { dateStyle: 'medium', timeStyle: 'short' })}`;
}
