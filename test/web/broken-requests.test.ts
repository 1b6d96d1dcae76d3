import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { startWeb } from '../../src/web/server.ts';
import { answerTo, call } from './callers.ts';
import { House } from './house.ts';

async function openDoor(t: TestContext): Promise<{ house: House; port: number; address: string }> {
  const house = new House();
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
  });
  return { house, port: Number(new URL(web.address).port), address: web.address };
}

const host = 'Host: 127.0.0.1\r\nConnection: close\r\n';

test('what the parser or the router gives up is a problem too, with the status that it deserves', async (t) => {
  const { house, port } = await openDoor(t);
  for (const [status, code, text] of [
    [400, 'invalid-request', 'NONSENSE\r\n\r\n'],
    [400, 'invalid-request', `POST /api/v1/trigger HTTP/1.1\r\n${host}Content-Length: x\r\n\r\n`],
    [400, 'invalid-request', `POST /nothing HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    [400, 'invalid-request', `GET /api/v1/visits/%zz HTTP/1.1\r\n${host}\r\n`],
    [400, 'no-host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [414, 'address-too-long', `GET /api/v1/visits/${'a'.repeat(200)} HTTP/1.1\r\n${host}\r\n`],
    [417, 'expectation-failed', `POST /api/v1/trigger HTTP/1.1\r\n${host}Expect: a-miracle\r\n\r\n`],
    [431, 'header-too-large', `GET /health HTTP/1.1\r\n${host}X: ${'a'.repeat(20_000)}\r\n\r\n`],
  ] as const) {
    const answer = await answerTo(port, text);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    const about = `${text.slice(0, 60)} -> ${answer.slice(0, 400)}`;
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `), about);
    assert.match(head, /content-type: application\/problem\+json; charset=utf-8/i, about);
    const problem = JSON.parse(body);
    assert.deepEqual([problem.status, problem.code], [status, code], about);
    assert.match(problem.message, /^cannot /);
    assert.ok(problem.advice.length > 10 && problem.requestId.length === 36, about);
    assert.ok(head.toLowerCase().includes(`x-request-id: ${String(problem.requestId)}`) || status === 417, about);
  }
  assert.deepEqual(house.errors, []);
});

test('a simple watcher that speaks HTTP/1.0 without Host learns how the house is', async (t) => {
  const { house, port } = await openDoor(t);
  await house.health.runOnce();
  for (const path of ['/health', '/ready', '/metrics', '/api/v1/health'])
    assert.match(await answerTo(port, `GET ${path} HTTP/1.0\r\n\r\n`), /^HTTP\/1\.1 200 /, path);
  assert.match(await answerTo(port, 'POST /api/v1/trigger HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 403 /);
});

test('whoever hangs up, at any point and in any way, is no error', async (t) => {
  const { house, port, address } = await openDoor(t);
  const bodies = [
    '\r\n',
    'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"a"',
    'Content-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\nabc',
    'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n\r\nabc',
    'Content-Type: application/octet-stream\r\nContent-Range: bytes 0-999/1000\r\nContent-Length: 1000\r\n\r\nabc',
  ];
  const lines = [
    'GET /nothing',
    'DELETE /nothing',
    'GET /api/v1/events',
    'POST /api/v1/people',
    'POST /api/v1/recognize',
    'PUT /api/v1/update/files/a.release',
  ];
  for (const line of lines) {
    const calls = bodies.flatMap((body) => [
      async () => (await call(port, `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${body}`)).resetAndDestroy(),
      async () => void (await call(port, `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${body}`)).resume().end(), // Or it never sees the end.
      async () => {
        const caller = await call(port, `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${body}`);
        await fetch(`${address}/health`); // By now the server has read what came before.
        caller.resetAndDestroy();
      },
      async () => (await call(port, `${line} HTTP/1.1\r\nHo`)).resetAndDestroy(),
    ]);
    await Promise.all(calls.map((one) => one()));
  }
  for (let look = 0; look < 5; look += 1) await fetch(`${address}/health`);
  assert.deepEqual(house.errors, []);
});
