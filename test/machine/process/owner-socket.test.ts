import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { systemAddon } from '../../../src/machine/executable/system-addon.ts';
import { nodeNetwork } from '../../../src/machine/node/node-network.ts';
import { openOwnerSocket, whoListensAt } from '../../../src/machine/process/owner-socket.ts';

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-socket-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Without the addon nobody tells who comes: what is open to a group is then open to nobody. */
const knowsPeers = systemAddon()?.peer !== undefined;

/** A site behind the socket, which says who it is. */
async function site(path: string, says: string, isShared = false): ReturnType<typeof openOwnerSocket> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => response.end(`${says} ${request.method} ${request.url} ${request.headers.host} ${body}`));
  });
  return openOwnerSocket({
    path,
    isShared,
    enter: (connection) => void server.emit('connection', connection),
    onRefused: () => assert.ok(isShared && !knowsPeers, 'its own user is let in'),
  });
}

async function ask(socket: string, answerBytesMax = 1000): Promise<string> {
  const request = { url: 'http://localhost/x?y=1', socket, method: 'POST', body: 'ö', timeoutMs: 5000, answerBytesMax } as const; // prettier-ignore
  const answer = await nodeNetwork().request(request);
  return answer.outcome === 'answered' ? Buffer.from(answer.body).toString() : answer.reason;
}

test('who may write to the socket is answered; its mode says who that is', async (context) => {
  const folder = folderOf(context);
  const own = await site(`${folder}/own.sock`, 'own');
  const shared = await site(`${folder}/shared.sock`, 'shared', true);
  assert.equal(await ask(own.path), 'own POST /x?y=1 localhost ö');
  assert.match(await ask(shared.path), knowsPeers ? /^shared POST \/x\?y=1 localhost ö$/ : /^cannot reach/);
  assert.deepEqual([own, shared].map(({ path }) => statSync(path).mode & 0o777), [0o600, 0o660]); // prettier-ignore
  assert.equal(await ask(own.path, 4), `cannot reach ${own.path}: its answer is longer than 4 bytes`);
  own.close();
  shared.close();
  assert.match(await ask(own.path), /^cannot reach .*own\.sock: .*ENOENT/);
});

test('a second process takes the place of the first, which leaves it alone when it goes', async (context) => {
  const path = `${folderOf(context)}/doorward.sock`;
  assert.equal(await whoListensAt(path), undefined);
  const first = await site(path, 'first');
  const second = await site(path, 'second');
  assert.match(await ask(path), /^second/);
  first.close();
  assert.match(await ask(path), /^second/);
  assert.ok([0, process.pid].includes((await whoListensAt(path)) ?? -1), '0 where there is no addon');
  second.close();
  assert.equal(existsSync(path), false);
});

test('a socket that cannot be is refused with words', async (context) => {
  const folder = folderOf(context);
  await assert.rejects(site(`${folder}/${'long'.repeat(30)}.sock`, ''), /its name is longer than a socket's may be/);
  await assert.rejects(site(`${folder}/none/doorward.sock`, ''), /cannot open .*none\/doorward\.sock: /);
});
