// Who is logged in stays so through a hand-over and a revert, and whoever has logged out or in meanwhile too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Heartbeat } from '../../../src/update/trial-protocol.ts';
import { Street, until } from '../street.ts';

const who = { name: 'Ada', password: 'correct horse battery' };

/** A browser that has been given a cookie, or none; it keeps what it should forget, as somebody would who has copied it. */
class Browser {
  #cookie = '';
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  async ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${this.#address}${path}`, {
      method,
      headers: {
        origin: this.#address,
        cookie: this.#cookie,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const set of answer.headers.getSetCookie())
      if (/^doorward=[^;]/.test(set)) this.#cookie = set.split(';')[0] ?? '';
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async state(): Promise<unknown> {
    return (await this.ask('GET', '/api/v1/access')).body['state'];
  }
}

test('nobody is logged out by an update or its revert, and nobody logged in again', async (t) => {
  const street = await Street.open(t, ['--web.loopback=login']);
  const [stays, leaves, comes] = [1, 2, 3].map(() => new Browser(street.address)) as [Browser, Browser, Browser];
  assert.equal((await stays.ask('GET', '/api/v1/visits')).status, 401);
  const code = readFileSync(join(street.home, 'claim-code'), 'utf8').trim();
  assert.equal((await stays.ask('POST', '/api/v1/access/claim', { ...who, code })).status, 201);
  assert.equal((await leaves.ask('POST', '/api/v1/access/log-in', who)).status, 200);
  const made = await stays.ask('POST', '/api/v1/access/tokens', {
    name: 'p',
    scopes: ['read-visits'],
    expiresInDays: 1,
  });
  const headers = { authorization: `Bearer ${String(made.body['token'])}` };
  const byToken = async (): Promise<number> => (await fetch(`${street.address}/api/v1/visits`, { headers })).status;
  assert.equal(await byToken(), 200);

  await street.startCandidate();
  await street.handOver();
  const answeredThere = async (): Promise<number> =>
    (await street.order<{ message: Pick<Heartbeat, 'requests'> } | undefined>('heartbeat'))?.message.requests ?? 0;
  const before = await answeredThere();
  assert.equal(await stays.state(), 'user');
  await until(async () => (await answeredThere()) > before); // The candidate has answered that.
  assert.equal(await byToken(), 200);
  assert.equal((await leaves.ask('POST', '/api/v1/access/log-out')).status, 200);
  assert.equal((await comes.ask('POST', '/api/v1/access/log-in', who)).status, 200);
  const wrong = await comes.ask('POST', '/api/v1/access/log-in', { ...who, password: 'not the password' });
  assert.deepEqual([wrong.status, wrong.body['code']], [401, 'wrong-credentials']);

  await street.order('ask', { kind: 'revert', reason: 'a test' });
  await street.order('take-back');
  assert.deepEqual([await stays.state(), await leaves.state(), await comes.state()], ['user', 'anonymous', 'user']);
  assert.equal((await stays.ask('GET', '/api/v1/visits')).status, 200);
  assert.equal(await byToken(), 200);
});
