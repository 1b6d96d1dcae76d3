import assert from 'node:assert/strict';
import test from 'node:test';
import { canonicalJson } from '../../src/telemetry/canonical-json.ts';

test('the example of RFC 8785, section 3.2.3, is written as the RFC does', () => {
  const value: unknown = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('keys are in order of their UTF-16 units, as in section 3.2.3', () => {
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
  const written = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
  assert.deepEqual(
    Object.keys(JSON.parse(written) as object).filter((key) => key !== '1'),
    ['\r', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'],
  );
});

test('absent fields are left out, and what JSON cannot hold is a fault', () => {
  assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
  assert.throws(() => canonicalJson({ a: Number.NaN }), /cannot write NaN/);
  assert.throws(() => canonicalJson([() => 1]), /cannot write a function/);
});
