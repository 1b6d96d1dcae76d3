import { webhookHeaders, webhookPayload } from '../notify/channels/webhook.ts';

/** What the webhook sends, said by the channel itself. */
export const webhook = {
  operationId: 'notification',
  summary: 'A notification, posted to notify.webhookUrl',
  description:
    'First the ring, at once; then, of the same visit, the name. Delivered at least once: the same notification bears the ' +
    'same idempotency-key. Any 2xx has taken it, whatever its body; 408, 425, 429, 5xx and no answer are tried again ' +
    'later, as retry-after asks; anything else is not, and a redirect is not followed.',
  tags: ['webhooks'],
  parameters: Object.entries(webhookHeaders).map(([name, description]) => ({
    name,
    in: 'header' as const,
    required: name !== 'x-doorward-signature',
    description,
    schema: { type: 'string' as const },
  })),
  requestBody: { required: true, content: { 'application/json': { schema: webhookPayload } } },
  responses: { '2XX': { description: 'It has arrived' } },
};
