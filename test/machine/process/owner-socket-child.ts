/** A site behind an owner's socket, as the user that runs this: PATH. Says which users it has turned away. */
import { createServer } from 'node:http';
import { openOwnerSocket } from '../../../src/machine/process/owner-socket.ts';

const [, , path = ''] = process.argv;
const server = createServer((_request, response) => response.end('let in\n'));
server.listen(0, '127.0.0.1'); // Keeps the process.
await openOwnerSocket({
  path,
  isShared: true,
  enter: (connection) => void server.emit('connection', connection),
  onRefused: (userId) => console.log(`turned away ${userId}`),
});
console.log('open');
