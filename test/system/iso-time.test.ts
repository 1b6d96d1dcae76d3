import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isoTime } from '../../src/system/iso-time.ts';

test('every moment from the year 0 to 9999 is written as ECMAScript writes it', () => {
  const from = Date.parse('0000-01-01T00:00:00.000Z');
  const to = Date.parse('9999-12-31T23:59:59.999Z');
  fc.assert(
    fc.property(fc.integer({ min: from, max: to }), (wallMs) => {
      assert.equal(isoTime(wallMs), new Date(wallMs).toISOString());
    }),
  );
});

test('leap days and ends of centuries', () => {
  for (const moment of [
    '2000-02-29T00:00:00.000Z',
    '1900-02-28T23:59:59.999Z',
    '1900-03-01T00:00:00.000Z',
    '1970-01-01T00:00:00.000Z',
  ]) {
    assert.equal(isoTime(Date.parse(moment)), moment);
  }
});
