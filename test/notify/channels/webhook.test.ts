import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import { Check } from 'typebox/value';
import { webhookChannel, webhookPayload } from '../../../src/notify/channels/webhook.ts';
import type { NetworkResult } from '../../../src/system/network.ts';
import { answered, message, RecordingTools, tellBy } from '../channel-tools.ts';

const url = 'https://hooks.example/door';

test('the webhook gets the facts with links to the visit and its picture, signed so that it can be checked', async () => {
  const tools = new RecordingTools();
  assert.deepEqual(await tellBy(webhookChannel, { webhookUrl: url, webhookSecret: 'key' }, { tools }), {
    outcome: 'delivered',
  });
  const [request] = tools.requests;
  const body = String(request?.body);
  const payload: unknown = JSON.parse(body);
  assert.deepEqual(payload, {
    kind: 'name', visitId: 'v1', atMs: 0, text: 'Ada is at the door', outcome: 'known', personId: 'p1', name: 'Ada',
    visitUrl: 'http://door/api/v1/visits/v1', pictureUrl: 'http://door/api/v1/visits/v1/picture.jpg', auditHead: '3:abc',
  }); // prettier-ignore
  assert.ok(Check(webhookPayload, payload), 'as the document of the API describes it');
  assert.equal(request?.headers?.['idempotency-key'], message.key);
  assert.equal(request?.headers?.['x-doorward-timestamp'], '1800000000');
  const expected = createHmac('sha256', 'key').update(`1800000000.${body}`).digest('hex');
  assert.equal(request?.headers?.['x-doorward-signature'], `sha256=${expected}`);
  assert.equal(request?.answerBytesMax, 0, 'a long answer does not repeat the notification: its status decides');
});

test('without a key nothing is signed', async () => {
  const tools = new RecordingTools();
  await tellBy(webhookChannel, { webhookUrl: url, webhookSecret: '' }, { tools });
  assert.equal(tools.requests[0]?.headers?.['x-doorward-signature'], undefined);
});

const answers: readonly (readonly [answer: NetworkResult, result: unknown])[] = [
  [answered(500), { outcome: 'retry', reason: 'the receiver answered 500' }],
  [answered(429, { 'retry-after': '7' }), { outcome: 'retry', reason: 'the receiver answered 429', retryAfterMs: 7000 }],
  [answered(503, { 'retry-after': '0' }), { outcome: 'retry', reason: 'the receiver answered 503', retryAfterMs: 0 }],
  [answered(503, { 'retry-after': '-5' }), { outcome: 'retry', reason: 'the receiver answered 503' }],
  [answered(503, { 'retry-after': '1e9' }), { outcome: 'retry', reason: 'the receiver answered 503' }],
  [answered(503, { 'retry-after': '' }), { outcome: 'retry', reason: 'the receiver answered 503' }],
  [answered(503, { 'retry-after': 'soon' }), { outcome: 'retry', reason: 'the receiver answered 503' }],
  [answered(404), { outcome: 'refused', reason: 'the receiver answered 404' }],
  [answered(301), { outcome: 'refused', reason: 'the receiver answered 301' }],
  [{ outcome: 'unreachable', reason: 'cannot reach hooks.example: no route' }, { outcome: 'retry', reason: 'cannot reach hooks.example: no route' }],
]; // prettier-ignore
test('what may pass is tried again, what will not is not', async () => {
  const tools = new RecordingTools();
  for (const [answer, result] of answers) {
    tools.answer = answer;
    assert.deepEqual(await tellBy(webhookChannel, { webhookUrl: url, webhookSecret: '' }, { tools }), result);
  }
});

test('only http and https addresses are webhooks', async () => {
  const tools = new RecordingTools();
  for (const webhookUrl of ['file:///etc/passwd', 'javascript:alert(1)', 'door'])
    assert.match(
      JSON.stringify(await tellBy(webhookChannel, { webhookUrl, webhookSecret: '' }, { tools })),
      /^"cannot use notify/,
    );
  assert.equal(await tellBy(webhookChannel, { webhookUrl: '', webhookSecret: '' }, { tools }), 'off');
});
