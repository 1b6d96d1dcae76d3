import assert from 'node:assert/strict';
import test from 'node:test';

/** The page is plain JavaScript: browsers run it as it stands. */
interface Words {
  useTimeZone(timeZone: string): boolean;
  timeOf(ms: number): string;
  dayOf(ms: number): string;
}

const words: Words = await import(new URL('../../src/ui/words.js', import.meta.url).href);

test('times are those of the household, wherever the page is looked at', () => {
  const noon = Date.UTC(2026, 6, 1, 12, 0);
  assert.equal(words.useTimeZone('Asia/Tokyo'), true);
  assert.equal(words.useTimeZone('Asia/Tokyo'), false, 'nothing has changed');
  assert.match(words.timeOf(noon), /^(21:00|09:00 PM)$/);
  words.useTimeZone('Pacific/Kiritimati');
  assert.match(words.dayOf(noon), /July 2|2 July/, 'there it is tomorrow');
  assert.equal(words.dayOf(Date.now()), 'Today');
});
