// Who walks by: a folder whose pictures the camera shows, and a receiver for webhooks.
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { demoPicture, type DemoFace } from '../people/demo-faces.ts';

/** Writes the faces as `1.jpg`, `2.jpg` ... and returns their paths. */
export async function picturesIn(folder: string, ...faces: readonly DemoFace[]): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  for (const [index, face] of faces.entries()) {
    const path = join(folder, `${index + 1}.jpg`);
    writeFileSync(path, await demoPicture(face));
    paths.push(path);
  }
  return paths;
}

export interface Delivery {
  readonly key: string;
  readonly isSigned: boolean;
  readonly status: number;
  readonly body: Readonly<Record<'kind' | 'text' | 'visitId' | 'visitUrl', string>> & { readonly pictureUrl?: string };
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Everything that arrived so far, in its order. */
  readonly deliveries: readonly Delivery[];
}

/** A receiver of webhooks on this machine, which refuses the first `refusals` deliveries with 500. */
export async function openReceiver(
  context: TestContext,
  { secret, refusals }: { secret: string; refusals: number },
): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { headers } = request;
      const timestamp = String(headers['x-doorward-timestamp']);
      const mac = createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');
      const status = deliveries.length < refusals ? 500 : 200;
      deliveries.push({
        key: String(headers['idempotency-key']),
        isSigned: headers['x-doorward-signature'] === `sha256=${mac}`,
        status,
        body: JSON.parse(text) as Delivery['body'],
      });
      response.writeHead(status).end('x'.repeat(6000)); // As receivers do that show a page.
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/door`, port, deliveries };
}
