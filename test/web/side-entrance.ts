import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Web } from '../../src/web/server.ts';

/** A way in through the side door of a site, as another process of the house has it: says a request, hears the whole answer. */
export async function sideEntranceOf(t: TestContext, web: Web): Promise<(text: string) => Promise<string>> {
  const door = createServer((socket) => web.enter(socket));
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  t.after(() => void door.close());
  return async (text) => {
    const socket = connect((door.address() as AddressInfo).port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
    socket.write(text);
    await once(socket, 'close');
    return heard;
  };
}
