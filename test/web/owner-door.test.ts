import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import test from 'node:test';
import type { Caller } from '../../src/access/caller.ts';
import { nodeNetwork } from '../../src/machine/node/node-network.ts';
import { openOwnerSocket } from '../../src/machine/process/owner-socket.ts';
import { isOwner } from '../../src/web/entrance.ts';
import { openWeb } from '../../src/web/server.ts';
import { House } from './house.ts';

test('who comes by the socket asks in the owner’s name, here and where it is passed on', async (t) => {
  const house = new House();
  const parts = house.parts();
  parts.access.identify = ({ from }): Caller => ({ kind: from === 'house' ? 'house' : 'anonymous' }); // Nobody else may anything.
  const web = await openWeb(parts);
  await web.listen();
  const folder = mkdtempSync(`${tmpdir()}/doorward-door-`);
  const enter = (connection: Parameters<typeof web.enterAsOwner>[0]): void => web.enterAsOwner(connection);
  const socket = await openOwnerSocket({
    path: `${folder}/doorward.sock`,
    isShared: false,
    enter,
    onRefused: () => assert.fail(),
  });
  t.after(async () => {
    socket.close();
    await web.close();
    await house.close();
    rmSync(folder, { recursive: true });
  });
  const ask = async (way: { socket?: string; headers?: Record<string, string> }): Promise<string> => {
    const request = {
      url: `${web.address}/api/v1/status`,
      method: 'GET',
      timeoutMs: 5000,
      answerBytesMax: 100_000,
    } as const;
    const answer = await nodeNetwork().request({ ...request, ...way });
    return answer.outcome === 'answered' ? `${answer.status} ${Buffer.from(answer.body).toString()}` : answer.reason;
  };
  assert.match(await ask({}), /^401 /);
  assert.match(await ask({ socket: socket.path }), /^200 .*uptimeMs/);
  assert.match(
    await ask({ socket: socket.path, headers: { authorization: 'Bearer dw_x_y' } }),
    /^401 /,
    'a token is what it is',
  );
  web.passTo(({ headers }, response) => void response.end(isOwner(headers, parts) ? 'the owner' : 'somebody'));
  assert.equal(await ask({}), '200 somebody');
  assert.equal(await ask({ socket: socket.path }), '200 the owner');
});
