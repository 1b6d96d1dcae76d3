import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import type { NetworkResult } from '../../../src/system/network.ts';

const dayMs = 24 * 60 * 60_000;

/** What a device that trusts the certificate hears from a server that shows it. Node reads whom it trusts at its start. */
async function hear(t: TestContext, validFromDay: number, validToDay: number): Promise<NetworkResult> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    notBeforeDate: new Date(Date.now() + validFromDay * dayMs),
    notAfterDate: new Date(Date.now() + validToDay * dayMs),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const folder = mkdtempSync(join(tmpdir(), 'doorward-certificate-'));
  const server = createServer({ cert, key }, (_request, response) => response.end('here')).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  writeFileSync(join(folder, 'trusted.pem'), cert);
  const ask = `
    import { nodeNetwork } from '${new URL('../../../src/machine/node/node-network.ts', import.meta.url).href}';
    const asked = { url: 'https://localhost:${port}/index.json', method: 'GET', timeoutMs: 30_000, answerBytesMax: 1000 };
    console.log(JSON.stringify(await nodeNetwork.request(asked)));
  `;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'trusted.pem') };
  const asked = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', ask], { env });
  return JSON.parse(asked.stdout) as NetworkResult;
}

test('a server whose certificate has expired is unreachable, and the reason says so [42]', async (t) => {
  const expired = await hear(t, -20, -10);
  assert.match(expired.outcome === 'unreachable' ? expired.reason : '', /^cannot reach localhost:\d+: .*expired/);
  const early = await hear(t, 10, 20);
  assert.match(
    early.outcome === 'unreachable' ? early.reason : '',
    /not yet valid/,
    'as on a device whose clock is behind',
  );
  const sound = await hear(t, -10, 10);
  assert.equal(sound.outcome, 'answered');
});
