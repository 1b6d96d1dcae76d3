const dayMs = 86_400_000;

/**
 * `2026-11-20T18:30:00.000Z` for milliseconds since 1970 in UTC, as contracts and people's tools want it.
 * Days to dates after Hinnant, "chrono-Compatible Low-Level Date Algorithms" (civil_from_days), so that no room needs a Date.
 */
export function isoTime(wallMs: number): string {
  const days = Math.floor(wallMs / dayMs);
  const ofDayMs = Math.floor(wallMs - days * dayMs);
  const { year, month, day } = civilDate(days);
  const time = [Math.floor(ofDayMs / 3_600_000), Math.floor(ofDayMs / 60_000) % 60, Math.floor(ofDayMs / 1000) % 60];
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
  return `${date}T${time.map((part) => padded(part, 2)).join(':')}.${padded(ofDayMs % 1000, 3)}Z`;
}

/** The calendar date of a count of days since 1970-01-01. Years begin in March here, so that the leap day comes last. */
function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468; // Days since 0000-03-01.
  const era = Math.floor(shifted / 146_097); // 400 years.
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
