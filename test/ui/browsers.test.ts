import assert from 'node:assert/strict';
import test from 'node:test';

const { browserOf }: { browserOf: (agent: string | null) => string } = await import(
  new URL('../../src/ui/sessions.js', import.meta.url).href
);

test('a session is told by what its owner calls the thing, although every browser claims to be all others', () => {
  const android =
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Mobile Safari/537.36';
  const iPhone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
  const edge =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36 Edg/143.0';
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0';
  assert.deepEqual([android, iPhone, edge, firefox, 'curl/8.5', null].map(browserOf), [
    'Chrome on Android',
    'Safari on an iPhone',
    'Edge on Windows',
    'Firefox on Linux',
    'A browser',
    'A browser',
  ]);
});
