import assert from 'node:assert/strict';
import test from 'node:test';
import type { NetworkRequest, NetworkResult } from '../../src/system/network.ts';
import { HttpSource } from '../../src/update/http-source.ts';
import { SourceFault } from '../../src/update/offer.ts';

const url = 'https://releases.example/door/';
const folder = { url, architecture: 'linux-arm64', releaseBytesMax: 1000 };
const release = { version: '2.0.0', file: 'two.release', bytes: 100, sha256: 'a'.repeat(64) };
const content = Uint8Array.from({ length: 100 }, (_, place) => place);

type Answer = { status?: number; headers?: Record<string, string>; body?: Uint8Array | string };
const answered = ({ status = 200, headers = {}, body = '' }: Answer): NetworkResult => ({
  outcome: 'answered', status, headers, body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
}); // prettier-ignore
const index = (releases: readonly unknown[] = [release]): NetworkResult =>
  answered({ body: JSON.stringify({ format: 1, releases }) });

/** A source whose server answers the index, and then these. */
function source(...answers: readonly NetworkResult[]): { source: HttpSource; asked: NetworkRequest[] } {
  const asked: NetworkRequest[] = [];
  const left = [...answers];
  const request = async (question: NetworkRequest): Promise<NetworkResult> => {
    asked.push(question);
    return left.shift() ?? { outcome: 'unreachable', reason: 'silence' };
  };
  return { source: new HttpSource({ request }, folder), asked };
}
async function readFault(...answers: readonly NetworkResult[]): Promise<SourceFault> {
  const look = await source(index(), ...answers).source.look();
  assert.equal(look.outcome, 'offers');
  const offer = look.outcome === 'offers' ? look.offers[0] : undefined;
  const fault = await offer?.source.read(10, 20).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(fault instanceof SourceFault);
  return fault;
}
const part = (headers: Record<string, string> = {}): NetworkResult =>
  answered({ status: 206, headers: { 'content-range': 'bytes 10-29/100', ...headers }, body: content.slice(10, 30) });

test('a part of the file is asked for as a range, and only so much is taken', async () => {
  const { source: http, asked } = source(index(), part());
  const look = await http.look();
  const bytes = look.outcome === 'offers' ? await look.offers[0]?.source.read(10, 20) : undefined;
  assert.deepEqual(bytes, content.slice(10, 30));
  assert.equal(asked[1]?.headers?.['range'], 'bytes=10-29');
  assert.equal(asked[1]?.headers?.['accept-encoding'], 'identity');
  assert.equal(asked[1]?.answerBytesMax, 20);
});

test('releases for other machines, too large ones and paths are not offered', async () => {
  const others = [
    { ...release, architecture: 'linux-x64' },
    { ...release, bytes: 1001 },
  ];
  const look = await source(index([...others, release])).source.look();
  assert.equal(look.outcome === 'offers' ? look.offers.length : 0, 1);
  assert.equal((await source(index([{ ...release, file: '../secret' }])).source.look()).outcome, 'failed');
});

test('a log-in page is not an index [23]', async () => {
  const look = await source(answered({ body: '<html>' })).source.look();
  assert.match(look.outcome === 'failed' ? look.reason : '', /^cannot use index.json/);
});

test('every answer is sorted into what to do about it', async () => {
  assert.equal((await readFault(answered({ status: 404 }))).kind, 'final', '[27]');
  const busy = await readFault(answered({ status: 503, headers: { 'retry-after': '120' } }));
  assert.deepEqual([busy.kind, busy.retryMs], ['later', 120_000], '[26]');
  assert.equal((await readFault(answered({ status: 416 }))).kind, 'changed', '[20]');
  assert.equal((await readFault(answered({ body: content }))).kind, 'final', 'range ignored [19]');
  assert.equal((await readFault(part({ 'content-range': 'bytes 10-29/99' }))).kind, 'changed', '[20]');
  assert.equal((await readFault(part({ 'content-range': 'bytes 0-19/100' }))).kind, 'later');
  const short = answered({ status: 206, headers: { 'content-range': 'bytes 10-29/100' }, body: content.slice(10, 12) });
  assert.equal((await readFault(short)).kind, 'later', 'wrong length, or packed on the way [18, 22]');
  assert.equal((await readFault({ outcome: 'unreachable', reason: 'no such host' })).kind, 'later', '[25]');
});

test('a redirect is followed on the same host only, and not for ever [24]', async () => {
  const to = (location: string): NetworkResult => answered({ status: 302, headers: { location } });
  assert.equal((await readFault(to('https://evil.example/x'))).kind, 'final');
  assert.equal((await readFault(to('http://releases.example/x'))).kind, 'final', 'not to a plain connection');
  assert.equal((await readFault(to('/a'), to('/b'), to('/c'), to('/d'))).kind, 'final');
  const { source: http, asked } = source(index(), to('/moved'), part());
  const look = await http.look();
  if (look.outcome === 'offers') await look.offers[0]?.source.read(10, 20);
  assert.equal(asked[2]?.url, 'https://releases.example/moved');
});

test('a file that changes in the middle is seen [21]', async () => {
  const look = await source(index(), part({ etag: 'one' }), part({ etag: 'two' })).source.look();
  const offer = look.outcome === 'offers' ? look.offers[0] : undefined;
  await offer?.source.read(10, 20);
  await assert.rejects(async () => offer?.source.read(10, 20), { kind: 'changed' });
});
