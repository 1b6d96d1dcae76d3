import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:https';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { isAlive, Street, until } from '../street.ts';

interface Door {
  readonly address: string;
  readonly ca: string;
}

/** Asks until the signal by TLS, over connections kept and new. */
async function crowd({ address, ca }: Door, signal: AbortSignal): Promise<{ requests: number; failures: string[] }> {
  const failures: string[] = [];
  let requests = 0;
  const ask = (agent: Agent): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = get(`${address}/ready`, { agent }, (answer) => {
        answer.resume().on('error', reject);
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      });
      asked.on('error', reject);
    });
  const visitor = async (keepAlive: boolean): Promise<void> => {
    const agent = new Agent({ keepAlive, maxSockets: 1, ca, servername: 'localhost' });
    while (!signal.aborted) {
      requests += 1;
      await ask(agent).then(
        (status) => void (status === 200 || failures.push(`status ${status}`)),
        (error: unknown) => void failures.push(String(error)),
      );
      await sleep(5);
    }
    agent.destroy();
  };
  await Promise.all([visitor(true), visitor(true), visitor(false)]);
  return { requests, failures };
}

/** Comes with a ticket, if it has one, and leaves with another. */
async function visit({ address, ca }: Door, session?: Buffer): Promise<{ isKnown: boolean; ticket: Buffer }> {
  const port = Number(new URL(address).port);
  const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ...(session && { session }) });
  let ticket = Buffer.alloc(0);
  socket.on('session', (one) => void (ticket = one));
  await once(socket, 'secureConnect');
  const isKnown = socket.isSessionReused();
  socket.end('GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  return { isKnown, ticket };
}

test('by TLS, too, a hand-over, a revert and a commit fail no request, and whoever comes back is known', async (t) => {
  const street = await Street.open(t);
  const shown = await fetch(`${street.address}/api/v1/access/certificate`);
  const { certificate: ca } = (await shown.json()) as { certificate: string };
  const door = { address: street.address.replace('http:', 'https:'), ca };
  await street.startCandidate(); // Takes minutes on a busy machine: people come when it is there.
  const stop = new AbortController();
  const asking = crowd(door, stop.signal);
  const { ticket } = await visit(door);

  await street.handOver();
  assert.equal((await visit(door, ticket)).isKnown, true);
  await street.order('ask', { kind: 'revert', reason: 'a test' });
  assert.equal((await street.order<{ outcome: string }>('take-back')).outcome, 'done');
  assert.equal((await visit(door, ticket)).isKnown, true);

  await street.startCandidate();
  await street.handOver();
  await street.order('name-main');
  assert.deepEqual(await street.order('ask', { kind: 'commit' }), { kind: 'committed' });
  const { incumbent } = street;
  assert.ok(incumbent);
  const ended = once(incumbent, 'exit');
  void street.order('leave').catch(() => undefined);
  await ended;
  await until(async () => (await street.running())?.pid === street.candidatePid);
  assert.equal((await visit(door, ticket)).isKnown, true, 'by another process, with a ticket of the one before');
  stop.abort();
  const { requests, failures } = await asking;
  t.diagnostic(`${requests} requests`);
  assert.deepEqual(failures, []);
  process.kill(street.candidatePid, 'SIGTERM');
  await until(() => !isAlive(street.candidatePid));
});
