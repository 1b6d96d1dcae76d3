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

interface Shown {
  readonly validFromDay: number;
  readonly validToDay: number;
  /** Where a device keeps the certificate that it trusts: in its own list, or nowhere. */
  readonly trustedBy?: 'NODE_EXTRA_CA_CERTS' | 'SSL_CERT_FILE';
}

/** What a device hears from a server that shows its certificate. */
async function hear(t: TestContext, { validFromDay, validToDay, trustedBy }: Shown): Promise<readonly NetworkResult[]> {
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
    const network = nodeNetwork();
    const whole = await network.request(asked);
    const statusOnly = await network.request({ ...asked, answerBytesMax: 0 });
    const opened = await network.open(asked);
    if (opened.outcome === 'answered') opened.body.close();
    console.log(JSON.stringify([whole, statusOnly, opened]));
  `;
  const trusted = join(folder, 'trusted.pem');
  const env = {
    ...process.env,
    SSL_CERT_DIR: join(folder, 'none'),
    ...(trustedBy === undefined ? {} : { [trustedBy]: trusted }),
  };
  const asked = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', ask], { env });
  return JSON.parse(asked.stdout) as NetworkResult[];
}

const trustedBy = 'NODE_EXTRA_CA_CERTS';

test('a server whose certificate has expired is unreachable, and the reason says so [42]', async (t) => {
  const [expired] = await hear(t, { validFromDay: -20, validToDay: -10, trustedBy });
  assert.match(expired?.outcome === 'unreachable' ? expired.reason : '', /^cannot reach localhost:\d+: .*expired/);
  const [early] = await hear(t, { validFromDay: 10, validToDay: 20, trustedBy });
  assert.match(
    early?.outcome === 'unreachable' ? early.reason : '',
    /not yet valid/,
    'as on a device whose clock is behind',
  );
  const [sound] = await hear(t, { validFromDay: -10, validToDay: 10, trustedBy });
  assert.equal(sound?.outcome, 'answered');
});

test('whom the machine trusts, this process trusts, however it asks; whom nobody trusts is named with what to do', async (t) => {
  const days = { validFromDay: -10, validToDay: 10 };
  const trusted = await hear(t, { ...days, trustedBy: 'SSL_CERT_FILE' });
  assert.deepEqual(
    trusted.map(({ outcome }) => outcome),
    ['answered', 'answered', 'answered'],
  );
  const strange = await hear(t, days);
  for (const answer of strange)
    assert.match(
      answer.outcome === 'unreachable' ? answer.reason : '',
      /^cannot reach localhost:\d+: self-signed certificate: have this machine trust who has signed its certificate$/,
    );
});
