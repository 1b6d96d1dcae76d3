import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import type { Notification } from '../../src/store/records.ts';
import type { Network, NetworkRequest, NetworkResult } from '../../src/system/network.ts';
import { logChannel, terminalChannel, webhookChannel } from '../../src/notify/channels.ts';
import { RecordingLog, RecordingTerminal } from '../fakes/recorders.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

const notification: Notification = {
  id: 'n1', visitId: 'v1', kind: 'name', channel: 'webhook', priority: 'normal', idempotencyKey: 'v1:name:name:webhook',
  payload: '{"kind":"name","visitId":"v1","text":"Ada is at the door"}', attempts: 0, dueMs: 0, status: 'pending',
  lastError: undefined, createdMs: 0,
}; // prettier-ignore

function webhookTo(answer: NetworkResult, secret = 'key') {
  const requests: NetworkRequest[] = [];
  const network: Network = {
    request: async (request) => {
      requests.push(request);
      return answer;
    },
  };
  const clock = new SteppedClock({ wallStartMs: 1_800_000_000_500 });
  const made = webhookChannel({ url: 'https://hooks.example/door', secret, network, clock });
  assert.equal(made.outcome, 'ready');
  return { requests, channel: made.outcome === 'ready' ? made.channel : undefined };
}
const answered = (status: number, headers: Record<string, string> = {}): NetworkResult => ({
  outcome: 'answered', status, headers, body: new Uint8Array(),
}); // prettier-ignore

test('the webhook gets the payload, signed so that it can be checked', async () => {
  const { channel, requests } = webhookTo(answered(204));
  assert.deepEqual(await channel?.deliver(notification), { outcome: 'delivered' });
  const [request] = requests;
  assert.equal(request?.body, notification.payload);
  assert.equal(request?.answerBytesMax, 0, 'a long answer does not repeat the notification: its status decides');
  assert.equal(request?.headers?.['idempotency-key'], notification.idempotencyKey);
  assert.equal(request?.headers?.['x-doorward-timestamp'], '1800000000');
  const expected = createHmac('sha256', 'key').update(`1800000000.${notification.payload}`).digest('hex');
  assert.equal(request?.headers?.['x-doorward-signature'], `sha256=${expected}`);
});

test('without a key nothing is signed', async () => {
  const { channel, requests } = webhookTo(answered(200), '');
  await channel?.deliver(notification);
  assert.equal(requests[0]?.headers?.['x-doorward-signature'], undefined);
});

test('what may pass is tried again, what will not is not', async () => {
  const outcomes: unknown[] = [];
  const patient = { 'retry-after': '7' };
  for (const answer of [
    answered(500),
    answered(429, patient),
    answered(404),
    answered(301),
    { outcome: 'unreachable', reason: 'no route' },
  ] as const)
    outcomes.push(await webhookTo(answer).channel?.deliver(notification));
  assert.deepEqual(outcomes, [
    { outcome: 'retry', reason: 'the webhook answered 500' },
    { outcome: 'retry', reason: 'the webhook answered 429', retryAfterMs: 7000 },
    { outcome: 'refused', reason: 'the webhook answered 404' },
    { outcome: 'refused', reason: 'the webhook answered 301' },
    { outcome: 'retry', reason: 'cannot reach the webhook: no route' },
  ]);
});

test('only http and https addresses are webhooks', () => {
  const network: Network = { request: () => Promise.reject(new Error('not asked')) };
  for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'door', '']) {
    const made = webhookChannel({ url, secret: '', network, clock: new SteppedClock() });
    assert.equal(made.outcome, 'refused', url);
  }
});

test('the terminal prints who is there, and obeys nothing that a name contains', async () => {
  const terminal = new RecordingTerminal();
  await terminalChannel(terminal).deliver(notification);
  await terminalChannel(terminal).deliver({
    ...notification,
    payload: JSON.stringify({ text: 'A\u001B[2Jda\u202E is at the door' }),
  });
  assert.deepEqual(terminal.printed, ['Ada is at the door', 'A�[2Jda� is at the door']);
});

test('the log gets a line that belongs to the visit', async () => {
  const log = new RecordingLog();
  await logChannel(log).deliver(notification);
  assert.deepEqual(log.lines[0]?.context, { correlation_id: 'v1', kind: 'name', text: 'Ada is at the door' });
});
