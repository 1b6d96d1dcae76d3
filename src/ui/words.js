const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayName = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayMs = 86_400_000;

/** @param {number} ms */
export function timeOf(ms) {
  return clockTime.format(ms);
}

/** @param {number} ms */
export function dayOf(ms) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (ms >= midnight) return 'Today';
  if (ms >= midnight - dayMs) return 'Yesterday';
  return dayName.format(ms);
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
