import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import test, { type TestContext } from 'node:test';
import { nodeNetwork } from '../../src/machine/node/node-network.ts';
import type { ByteSource } from '../../src/release/byte-source.ts';
import { HttpSource } from '../../src/update/http-source.ts';

const content = Buffer.alloc(600_000, 'a release file, and another one; ');
const partBytes = 64 * 1024;
const name = 'doorward-9.9.9-linux-x64.release';

/** The only release of a real server that answers so for its file. */
async function offered(t: TestContext, answer: RequestListener): Promise<ByteSource> {
  const release = { version: '9.9.9', file: name, bytes: content.length, sha256: createHash('sha256').digest('hex') };
  const server = createServer((request, response) => {
    if (request.url?.endsWith('index.json') === true) response.end(JSON.stringify({ format: 1, releases: [release] }));
    else answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const folder = { url: `http://127.0.0.1:${port}/releases/`, architecture: 'linux-x64', releaseBytesMax: 1e9 };
  const look = await new HttpSource(nodeNetwork(), folder).look();
  assert.ok(look.outcome === 'offers');
  const [offer] = look.offers;
  assert.ok(offer !== undefined);
  return offer.source;
}

/** Everything, in parts, from some byte on. */
async function readAll(source: ByteSource, from = 0): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let at = from; at < content.length; at += partBytes) parts.push(await source.read(at, partBytes));
  return Buffer.concat(parts);
}

function sendSlowly(response: ServerResponse, headers: Record<string, string | number>): void {
  response.writeHead(200, headers);
  response.write(content.subarray(0, 1000));
  response.end(content.subarray(1000));
}

for (const headers of [{ 'content-length': content.length }, {}])
  test(`a server without ranges is asked once for the whole file${'content-length' in headers ? '' : ', which it sends in chunks'}`, async (t) => {
    let asked = 0;
    const source = await offered(t, (_request, response) => {
      asked += 1;
      sendSlowly(response, headers);
    });
    assert.ok((await readAll(source)).equals(content));
    assert.equal(asked, 1);
  });

test('a server without ranges whose connection is cut is asked again, and read on where it was', async (t) => {
  let asked = 0;
  const source = await offered(t, (_request, response) => {
    asked += 1;
    if (asked > 1) return sendSlowly(response, {});
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 200_000), () => response.destroy());
  });
  let read = Buffer.alloc(0);
  const fault: unknown = await (async () => {
    for (let at = 0; at < content.length; at += partBytes)
      read = Buffer.concat([read, await source.read(at, partBytes)]);
  })().catch((error: unknown) => error);
  assert.match(String(fault), /cannot fetch: the connection was cut/);
  assert.ok(Buffer.concat([read, await readAll(source, read.length)]).equals(content));
  assert.equal(asked, 2);
});

test('a part is read from a real server, as much as it gives at a time', async (t) => {
  const source = await offered(t, ({ headers }, response) => {
    const [, first = 0, last = 0] = (/^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []).map(Number);
    const end = Math.min(last, first + 9999);
    response.writeHead(206, { 'content-range': `Bytes ${first}-${end}/${content.length}`, etag: `"${first}"` });
    response.end(content.subarray(first, end + 1));
  });
  assert.ok((await readAll(source)).equals(content));
});
