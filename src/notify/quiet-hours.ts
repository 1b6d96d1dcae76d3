/**
 * Whether the local time lies inside `22:00-07:00` (over midnight too); an empty range, or one without length, never. An
 * empty time zone is the machine's.
 */
export function isQuiet(range: string, wallMs: number, timeZone = ''): boolean {
  const [from, to] = range.split('-');
  if (from === undefined || to === undefined || from === to) return false;
  const zone = timeZone === '' ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone });
  const now = clock.format(wallMs);
  return from < to ? from <= now && now < to : now >= from || now < to;
}
