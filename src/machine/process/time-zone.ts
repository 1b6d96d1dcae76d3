/** Has this process show its times in a zone, as if the machine were there; empty: as the machine has it. */
export function useTimeZone(timeZone: string): void {
  if (timeZone !== '') process.env['TZ'] = timeZone;
}
