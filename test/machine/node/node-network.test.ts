import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import test, { type TestContext } from 'node:test';
import { nodeNetwork } from '../../../src/machine/node/node-network.ts';
import type { NetworkResult } from '../../../src/system/network.ts';

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

function ask(url: string, timeoutMs = 10_000): Promise<NetworkResult> {
  return nodeNetwork().request({ url, method: 'GET', timeoutMs, answerBytesMax: 1000 });
}

const reasonOf = (result: NetworkResult): string => (result.outcome === 'unreachable' ? result.reason : '');

test('a request goes out with its headers and body, and the answer comes back', async (t) => {
  const url = await serve(t, (request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      response
        .writeHead(201, { 'x-answer': 'yes' })
        .end(`${request.method} ${String(request.headers['x-question'])} ${body}`);
    });
  });
  const headers = { 'x-question': 'who' };
  const result = await nodeNetwork().request({ url, method: 'POST', headers, body: 'is it', timeoutMs: 10_000, answerBytesMax: 100 }); // prettier-ignore
  assert.ok(result.outcome === 'answered');
  assert.deepEqual([result.status, result.headers['x-answer']], [201, 'yes']);
  assert.equal(Buffer.from(result.body).toString(), 'POST who is it');
});

test('whoever asks for patience until a date means so many seconds, whatever our clock says', async (t) => {
  const date = 'Thu, 01 Jan 1970 10:00:00 GMT';
  const later: Record<string, string> = {
    '/date': 'Thu, 01 Jan 1970 10:05:00 GMT',
    '/past': date,
    '/seconds': '7',
    '/words': 'soon',
  };
  const url = await serve(t, (request, response) => {
    response.writeHead(503, { date, 'retry-after': later[request.url ?? ''] }).end();
  });
  const heard: (string | undefined)[] = [];
  for (const path of Object.keys(later)) {
    const result = await ask(`${url}${path}`);
    heard.push(result.outcome === 'answered' ? result.headers['retry-after'] : result.reason);
  }
  assert.deepEqual(heard, ['300', '0', '7', 'soon']);
});

test('a redirect is an answer, never followed', async (t) => {
  const asked: (string | undefined)[] = [];
  const url = await serve(t, (request, response) => {
    asked.push(request.url);
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  const result = await ask(`${url}/here`);
  assert.ok(result.outcome === 'answered');
  assert.deepEqual([result.status, asked], [302, ['/here']]);
});

test('an answer without end is cut off', async (t) => {
  const url = await serve(t, (_request, response) => {
    const more = (): void =>
      void (response.write('x'.repeat(10_000)) ? setImmediate(more) : response.once('drain', more));
    more();
  });
  assert.match(reasonOf(await ask(url)), /^cannot use the answer of 127\.0\.0\.1:\d+: longer than 1000 bytes$/);
});

test('an answer that trickles for ever ends with its time [17]', async (t) => {
  const url = await serve(t, (request, response) => {
    response.write('x');
    const drops = setInterval(() => response.write('x'), 5);
    request.once('close', () => clearInterval(drops));
  });
  assert.match(reasonOf(await ask(url, 100)), /no answer within 100 ms$/);
});

test('silence and refusal are said with the host, but not with the secret path', async (t) => {
  const url = await serve(t, () => undefined);
  assert.match(reasonOf(await ask(`${url}/s3cret`, 20)), /^cannot reach 127\.0\.0\.1:\d+: no answer within 20 ms$/);
  const nobody = reasonOf(await ask('http://ada:s3cret@127.0.0.1:1/s3cret'));
  assert.match(nobody, /^cannot reach 127\.0\.0\.1:1: /);
  assert.doesNotMatch(nobody, /s3cret/);
});

test('name and password of an address are sent as such', async (t) => {
  const url = await serve(t, (request, response) => response.end(request.headers.authorization));
  const result = await ask(url.replace('//', '//ada:s%20t@'));
  assert.ok(result.outcome === 'answered');
  assert.equal(Buffer.from(result.body).toString(), `Basic ${Buffer.from('ada:s t').toString('base64')}`);
});

test('only http and https are the network', async () => {
  for (const url of ['file:///etc/passwd', 'data:,x', 'no address', ''])
    assert.match(reasonOf(await ask(url)), /^cannot ask: the address must begin http:\/\/ or https:\/\/$/);
});
