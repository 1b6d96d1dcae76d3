const dayMinutes = 1440;
const minuteMs = 60_000;

/** `02:00-05:00`, or empty for always. */
export interface MaintenanceWindow {
  readonly window: string;
  /** Of the household; empty: the machine's. */
  readonly timeZone: string;
}

/**
 * Milliseconds until the window is open: 0 when it is. Counts on the wall clock of the time zone, and is asked again and
 * again, so that a change to or from summer time only ever makes the last step of waiting shorter or longer. A window may
 * reach over midnight.
 */
export function untilOpenMs({ window, timeZone }: MaintenanceWindow, wallMs: number): number {
  const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(window);
  if (match === null) return 0;
  const [from = 0, fromMinute = 0, to = 0, toMinute = 0] = match.slice(1).map(Number);
  const opens = from * 60 + fromMinute;
  const closes = to * 60 + toMinute;
  const now = minuteOfDay(wallMs, timeZone);
  const isOpen = opens <= closes ? now >= opens && now < closes : now >= opens || now < closes;
  if (isOpen || opens === closes) return 0;
  return ((opens - now + dayMinutes) % dayMinutes) * minuteMs - (wallMs % minuteMs);
}

/** Minutes since midnight as the clocks of the time zone show them. */
function minuteOfDay(wallMs: number, timeZone: string): number {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat('en-GB', { ...options, ...(timeZone === '' ? {} : { timeZone }) });
  const parts = format.formatToParts(wallMs);
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return value('hour') * 60 + value('minute');
}
