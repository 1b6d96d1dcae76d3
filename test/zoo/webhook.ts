/** Where the households of the zoo are told: it notes who told what. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Webhook {
  readonly address: string;
  /** The keys that are the same at every attempt to tell the same, as they came. */
  readonly told: readonly string[];
  close(): void;
}

export async function openWebhook(): Promise<Webhook> {
  const told: string[] = [];
  const server = createServer((asked, answer) => {
    told.push(String(asked.headers['idempotency-key']));
    asked.resume();
    asked.on('end', () => answer.writeHead(204).end());
  });
  server.unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    told,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
