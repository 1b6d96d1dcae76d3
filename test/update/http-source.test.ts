import assert from 'node:assert/strict';
import test from 'node:test';
import type { NetworkRequest, NetworkResult, OpenRequest, OpenResult } from '../../src/system/network.ts';
import { HttpSource } from '../../src/update/http-source.ts';
import { SourceFault } from '../../src/update/offer.ts';
import { opened } from '../simulation/simulated-source.ts';

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
  const open = async (question: OpenRequest): Promise<OpenResult> =>
    opened(await request({ ...question, method: 'GET', answerBytesMax: 0 }));
  return { source: new HttpSource({ request, open }, folder), asked };
}
/** What comes of reading bytes 10 to 29 from a server that answers so. */
async function read(
  ...answers: readonly NetworkResult[]
): Promise<{ bytes: Uint8Array | undefined; asked: NetworkRequest[] }> {
  const { source: http, asked } = source(index(), ...answers);
  const look = await http.look();
  return { bytes: look.outcome === 'offers' ? await look.offers[0]?.source.read(10, 20) : undefined, asked };
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

test('a part of the file is asked for as a range', async () => {
  const { bytes, asked } = await read(part());
  assert.deepEqual(bytes, Buffer.from(content.slice(10, 30)));
  assert.equal(asked[1]?.headers?.['range'], 'bytes=10-29');
  assert.equal(asked[1]?.headers?.['accept-encoding'], 'identity');
});

test('a server that gives more, less, or counts in its own way is understood', async () => {
  const of = (first: number, last: number, unit = 'bytes'): NetworkResult => {
    const headers = { 'content-range': `${unit} ${first}-${last}/100`, etag: `"${first}"` };
    return answered({ status: 206, headers, body: content.slice(first, last + 1) });
  };
  const wanted = Buffer.from(content.slice(10, 30));
  assert.deepEqual((await read(of(10, 29, 'Bytes'))).bytes, wanted);
  assert.deepEqual((await read(of(0, 63))).bytes, wanted, 'whole blocks');
  const pieces = await read(of(10, 14), of(15, 27), of(28, 29));
  assert.deepEqual(pieces.bytes, wanted, 'each with a tag of its own');
  assert.deepEqual(pieces.asked.map(({ headers }) => headers?.['range']), [undefined, 'bytes=10-29', 'bytes=15-29', 'bytes=28-29']); // prettier-ignore
  assert.deepEqual((await read(answered({ body: content }))).bytes, wanted, 'the whole file');
  const total = { 'content-length': '99' };
  assert.equal((await readFault(answered({ headers: total, body: content.slice(1) }))).kind, 'changed');
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
  assert.equal((await readFault(part({ 'content-range': 'bytes 10-29/99' }))).kind, 'changed', '[20]');
  assert.equal((await readFault(part({ 'content-range': 'bytes 0-19/100' }))).kind, 'later');
  const empty = answered({ status: 206, headers: { 'content-range': 'bytes 10-29/100' } });
  assert.equal((await readFault(empty)).kind, 'later', 'wrong length, or packed on the way [18, 22]');
  const portal = answered({ body: '<html>log in' });
  assert.equal((await readFault(portal)).kind, 'later', 'a log-in page instead of the file [19]');
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

test('the same name over a safe connection is the same host, with the name and password that the owner gave', async () => {
  const asked: string[] = [];
  const to = (location: string): NetworkResult => answered({ status: 301, headers: { location } });
  const answers = [to('https://releases.example/safe/index.json'), index(), to('//releases.example/elsewhere'), part()];
  const request = async (question: NetworkRequest): Promise<NetworkResult> => {
    asked.push(question.url);
    return answers[asked.length - 1] ?? { outcome: 'unreachable', reason: 'silence' };
  };
  const open = async (question: OpenRequest): Promise<OpenResult> =>
    opened(await request({ ...question, method: 'GET', answerBytesMax: 0 }));
  const named = { ...folder, url: 'http://ada:secret@releases.example/door/' };
  const look = await new HttpSource({ request, open }, named).look();
  if (look.outcome === 'offers') await look.offers[0]?.source.read(10, 20);
  assert.deepEqual(asked.slice(1), [
    'https://ada:secret@releases.example/safe/index.json',
    'http://ada:secret@releases.example/door/two.release',
    'http://ada:secret@releases.example/elsewhere',
  ]);
});

test('thousands of releases are an index; the newest that fit are offered, and one odd entry spoils nothing', async () => {
  const many = Array.from({ length: 3000 }, (_, number) => ({ ...release, version: `1.0.${number}` }));
  const look = await source(index([{ odd: true }, ...many])).source.look();
  assert.ok(look.outcome === 'offers');
  assert.deepEqual([look.offers.length, look.offers[0]?.version], [100, '1.0.2999']);
});
